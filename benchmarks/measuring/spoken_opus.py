"""Sounds as Opus packets, as a client sends them."""

import array
from itertools import chain
from typing import Any, cast

from av import AudioCodecContext, AudioFrame, AudioResampler, CodecContext

from benchmarks.measuring.spoken_sounds import RATE, Samples

OPUS_RATE, OPUS_FRAME = 48_000, 960


def encoded(samples: Samples) -> list[bytes]:
    """A packet for every 20 ms."""
    raw = array.array("h", (max(-32768, min(32767, round(sample))) for sample in samples)).tobytes()
    frame = AudioFrame(format="s16", layout="mono", samples=len(samples))
    frame.planes[0].update(raw.ljust(frame.planes[0].buffer_size, b"\0"))
    frame.sample_rate = RATE
    resampler = AudioResampler(format="s16", layout="mono", rate=OPUS_RATE, frame_size=OPUS_FRAME)
    encoder, found = _encoder(), list[bytes]()
    for part in chain(resampler.resample(frame), resampler.resample(None)):
        if part.samples == OPUS_FRAME:
            part.pts = None
            found += [bytes(packet) for packet in cast("list[Any]", encoder.encode(part))]
    return found


def _encoder() -> AudioCodecContext:
    encoder = CodecContext.create("libopus", "w")
    assert isinstance(encoder, AudioCodecContext)
    encoder.sample_rate, encoder.format, encoder.layout = OPUS_RATE, "s16", "mono"
    encoder.bit_rate = 32_000
    encoder.options = {"application": "voip"}
    return encoder
