"""Opus as a browser sends it: tones, packet by packet, with the clock and the numbers of RTP."""

import array
import fractions
import math
from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import pairwise

import av

from rooms.voice.rtp import Packet

RATE = 48_000
FRAME = 960
START = 1_795_000_000_000
"""An instant, ms since the epoch."""


def encoded(*parts: tuple[int, int]) -> list[bytes]:
    """Packets of 20 ms of (hertz, ms) one after the other; 0 Hz is silence."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = RATE, "mono", "s16"
    encoder.bit_rate = 32_000
    encoder.options = {"application": "voip", "frame_duration": "20"}
    samples = array.array("h", _tones(parts))
    found: list[bytes] = []
    for at in range(0, len(samples), FRAME):
        frame = av.AudioFrame(format="s16", layout="mono", samples=FRAME)
        frame.planes[0].update(samples[at : at + FRAME].tobytes().ljust(2 * FRAME, b"\0"))
        frame.sample_rate, frame.pts, frame.time_base = RATE, at, fractions.Fraction(1, RATE)
        found += [bytes(packet) for packet in encoder.encode(frame)]
    return found


def _tones(parts: Sequence[tuple[int, int]]) -> Iterator[int]:
    for hertz, ms in parts:
        step = 2 * math.pi * hertz / RATE
        yield from (int(9000 * math.sin(step * n)) for n in range(ms * RATE // 1000))


def packets(payloads: Sequence[bytes], *, timestamp: int = 2**32 - 4800, ssrc: int = 7) -> list[Packet]:
    """As they are sent, 20 ms each; both counters go round on the way."""
    return [
        Packet(111, 0, (65_530 + n) % 65_536, (timestamp + n * FRAME) % 2**32, ssrc, 30, payload)
        for n, payload in enumerate(payloads)
    ]


def decoded(ogg: bytes) -> Sequence[int]:
    """What a player would play: 16-bit samples, 48 kHz, mono."""
    samples = array.array("h")
    resampler = av.AudioResampler(format="s16", layout="mono", rate=RATE)
    decoder = av.CodecContext.create("libopus", "r")
    with av.open(BytesIO(ogg)) as container:
        stream = container.streams.audio[0]
        decoder.extradata = stream.codec_context.extradata
        for packet in container.demux(stream):
            for frame in decoder.decode(packet):
                for piece in resampler.resample(frame):
                    samples.frombytes(bytes(piece.planes[0])[: 2 * piece.samples])
    return samples


def loudness(samples: Sequence[int], ms: int, length: int = 40) -> float:
    """How loud it is from `ms` on, 0 to 1."""
    piece = samples[ms * RATE // 1000 : (ms + length) * RATE // 1000]
    return math.sqrt(sum(each * each for each in piece) / len(piece)) / 32_768 if len(piece) else 0.0


def pitch(samples: Sequence[int], ms: int, length: int = 100) -> int:
    """The pitch from `ms` on, in hertz, by how often it rises through zero."""
    piece = samples[ms * RATE // 1000 : (ms + length) * RATE // 1000]
    rises = sum(1 for a, b in pairwise(piece) if a < 0 <= b)
    return rises * 1000 // length
