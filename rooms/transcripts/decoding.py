"""Opus to samples: what a recogniser wants to hear. Takes its time: call it in a thread."""

from collections.abc import Iterable, Iterator

from av import AudioResampler, CodecContext
from av import Packet as Encoded
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.error import FFmpegError

from rooms.transcripts.gathering import At
from rooms.transcripts.recogniser import RATE
from rooms.voice.rtp import CLOCK, HALF, TICKS, WHOLE

OPUS_RATE = 48_000
SAMPLE = 2
"""Bytes."""
MS = RATE // 1000
LATEST = 2_000
"""Milliseconds: a longer gap by the sender's clock is none, but another clock."""


def samples_of(packets: Iterable[At]) -> bytes:
    """16 kHz, mono, 16 bits, little-endian; where packets are missing there is silence."""
    decoder, resampler = _decoder(), AudioResampler(format="s16", layout="mono", rate=RATE)
    samples = bytearray()
    for offset, payload in _placed(packets):
        missing = offset * MS * SAMPLE - len(samples)
        if missing > 20 * MS * SAMPLE:  # less is the resampler's delay, or a clock that drifts
            samples += bytes(missing)
        samples += _decoded(decoder, resampler, payload)
    for frame in resampler.resample(None):
        samples += _bytes(frame)
    return bytes(samples)


def _placed(packets: Iterable[At]) -> Iterator[tuple[int, bytes]]:
    """Payloads in order, each with its place in ms from the beginning; what came twice or late is gone."""
    offset, last = 0, None
    for at, packet in packets:
        if last is not None:
            before_at, before = last
            if packet.ssrc == before.ssrc:
                if not 0 < (packet.sequence - before.sequence) & WHOLE < HALF:
                    continue
                gap = ((packet.timestamp - before.timestamp) & TICKS) // CLOCK
            else:
                gap = LATEST
            offset += gap if gap < LATEST else max(0, min(at - before_at, LATEST))
        last = (at, packet)
        yield offset, packet.payload


def _decoder() -> AudioCodecContext:
    decoder = CodecContext.create("libopus", "r")
    assert isinstance(decoder, AudioCodecContext)
    decoder.format, decoder.layout, decoder.sample_rate = "s16", "mono", OPUS_RATE
    return decoder


def _decoded(decoder: AudioCodecContext, resampler: AudioResampler, payload: bytes) -> bytes:
    try:
        frames = decoder.decode(Encoded(payload))
    except FFmpegError:  # damaged by whoever sent it: silence
        return b""
    return b"".join(_bytes(small) for frame in frames for small in resampler.resample(frame))


def _bytes(frame: AudioFrame) -> bytes:
    return bytes(frame.planes[0])[: frame.samples * SAMPLE]
