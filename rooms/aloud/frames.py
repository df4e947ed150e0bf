"""Speech as frames of Opus, with the level of each. Takes its time: call it in a thread."""

import math
from array import array
from fractions import Fraction
from typing import NamedTuple, cast

from av import AudioResampler, CodecContext
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.buffer import Buffer

from rooms.aloud.synthesiser import Sound

RATE = 48_000
FRAME = RATE // 50
"""Samples in 20 ms."""
BIT_RATE = 32_000
SILENT = 127
TAIL = 10
"""Frames of silence behind the speech, so that its last sound is not cut off."""


class Frame(NamedTuple):
    """20 ms of Opus, and its level in -dBov."""

    opus: bytes
    level: int


def frames_of(sound: Sound) -> list[Frame]:
    """The speech, and a short silence behind it."""
    encoder = _encoder()
    found: list[Frame] = []
    for pcm in _pieces(sound):
        encoded = cast(list[Buffer], encoder.encode(_frame(pcm)))
        found += [Frame(bytes(packet), _level(pcm)) for packet in encoded]
    return found


def _pieces(sound: Sound) -> list[bytes]:
    resampler = AudioResampler(format="s16", layout="mono", rate=RATE)
    whole = bytearray()
    for frame in (_frame(sound.samples, sound.rate), None):
        for resampled in resampler.resample(frame):
            whole += bytes(resampled.planes[0])[: 2 * resampled.samples]
    size = 2 * FRAME
    whole += bytes(-len(whole) % size + TAIL * size)
    return [bytes(whole[at : at + size]) for at in range(0, len(whole), size)]


def _frame(pcm: bytes, rate: int = RATE) -> AudioFrame:
    frame = AudioFrame(format="s16", layout="mono", samples=len(pcm) // 2)
    frame.planes[0].update(pcm)
    frame.sample_rate, frame.time_base = rate, Fraction(1, rate)
    return frame


def _level(pcm: bytes) -> int:
    samples = array("h", pcm)
    energy = sum(sample * sample for sample in samples) / len(samples) / 32768**2
    return min(SILENT, max(0, round(-10 * math.log10(energy)))) if energy else SILENT


def _encoder() -> AudioCodecContext:
    encoder = CodecContext.create("libopus", "w")
    assert isinstance(encoder, AudioCodecContext)
    encoder.format, encoder.layout, encoder.sample_rate = "s16", "mono", RATE
    encoder.bit_rate, encoder.time_base = BIT_RATE, Fraction(1, RATE)
    encoder.options = {"application": "voip", "frame_duration": "20"}
    return encoder
