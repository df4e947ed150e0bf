"""What the clients of the load send: real Opus, every packet of which says whose it is and which."""

import fractions
import math
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import count
from struct import Struct

import av

from benchmarks.measuring.voice_client import LEVEL, MID, OPUS, Voice
from benchmarks.measuring.voice_wire import Due

RATE, FRAME, BITRATE = 48000, 960, 32_000
MS = 1_000_000
PACKET = 20 * MS
HEAD = Struct("!BBHLLHH")
MARK = Struct("!4sLL")
SIGN = b"\xaby\xc3v"
"""With whose and which, the last bytes of a frame; what they do to its sound does not matter."""
CHECK_EVERY, REPORT_EVERY = 2_500 * MS, 5_000 * MS
"""How often a browser asks for consent by STUN, and reports by RTCP."""
QUIET, LOUD = 75, 28
"""Levels (-dBov) of a quiet room, and of speech."""

Levels = Callable[[int], int]
"""The level at so many ms after the beginning."""


@dataclass(frozen=True)
class Marked:
    """What a payload of the load says: which packet of which sender."""

    sender: int
    number: int


def marked(payload: bytes) -> Marked | None:
    """None if it is not one of ours."""
    if len(payload) < MARK.size:
        return None
    sign, sender, number = MARK.unpack(payload[-MARK.size :])
    return Marked(sender, number) if sign == SIGN else None


def quiet(ms: int) -> int:
    """Whoever says nothing."""
    return QUIET


def loud(ms: int) -> int:
    """Whoever speaks on and on."""
    return LOUD


def in_turn(seat: int, seats: int = 4, turn: int = 3000) -> Levels:
    """One after the other, 3 s each with 0.6 s of pause, round and round."""
    return lambda ms: LOUD if ms // turn % seats == seat and ms % turn < turn - 600 else QUIET


@dataclass
class Sender:
    """The packets of one client: their numbers go on from one run to the next."""

    voice: Voice
    number: int
    """Of the sender; it is in each packet."""
    next: int = 0

    def speech(self, seconds: float, phase: int, levels: Levels) -> Iterator[Due]:
        """Fifty packets a second from `phase` (ns) on, each with its place in all that was ever sent."""
        frames = opus("tone")
        for due in range(phase, int(seconds * 1e9), PACKET):
            frame = frames[self.next % len(frames)]
            yield Due(due, self.number, self.protected(frame[: -MARK.size], levels(due // MS)))

    def protected(self, frame: bytes, level: int) -> bytes:
        """The next packet, ready to go: the frame with its mark behind it."""
        assert self.voice.keys is not None
        number, self.next = self.next, self.next + 1
        packet = _head(self.voice.ssrc, number, level) + frame + MARK.pack(SIGN, self.number, number)
        return self.voice.keys.send.protect(packet)

    def plain(self, frame: bytes, level: int) -> bytes:
        """The next packet, ready to go, with the frame as it is: for those who listen to it."""
        assert self.voice.keys is not None
        number, self.next = self.next, self.next + 1
        return self.voice.keys.send.protect(_head(self.voice.ssrc, number, level) + frame)

    def upkeep(self, seconds: float, phase: int) -> Iterator[Due]:
        """The STUN requests and receiver reports of a browser."""
        assert self.voice.keys is not None
        binding = self.voice.binding()
        for due in range(phase, int(seconds * 1e9), CHECK_EVERY):
            yield Due(due, self.number, binding)
        report = HEAD.pack(0x80, 201, 1, self.voice.ssrc, 0, 0, 0)[:8]
        for due in range(phase + MS, int(seconds * 1e9), REPORT_EVERY):
            yield Due(due, self.number, self.voice.keys.send.protect_rtcp(report))


def _head(ssrc: int, number: int, level: int) -> bytes:
    marker = 0x80 if number == 0 else 0
    extension = bytes((LEVEL << 4, 0x80 | level, MID << 4, ord("0")))
    stamp = number * FRAME & 0xFFFFFFFF
    return HEAD.pack(0x90, marker | OPUS, number & 0xFFFF, stamp, ssrc, 0xBEDE, 1) + extension


@cache
def opus(sound: str) -> Sequence[bytes]:
    """A second of Opus: frames of 20 ms of a "tone", or of "silence"."""
    encoder = av.CodecContext.create("libopus", "w")
    encoder.sample_rate, encoder.layout, encoder.format = RATE, "stereo", "s16"  # type: ignore[attr-defined]
    encoder.bit_rate = BITRATE
    encoder.time_base = fractions.Fraction(1, RATE)
    encoder.options = {"vbr": "off", "application": "voip"}
    loudness = 9000 if sound == "tone" else 0
    found: list[bytes] = []
    for number in count():
        found += [bytes(packet) for packet in encoder.encode(_frame(number, loudness))]  # type: ignore[attr-defined]
        if len(found) >= 60:
            return found[10:60]
    raise AssertionError


def _frame(number: int, loudness: int) -> av.AudioFrame:
    step = 2 * math.pi * 440 / RATE
    wave = (int(loudness * math.sin(step * (number * FRAME + n))) for n in range(FRAME))
    samples = array("h", (value for each in wave for value in (each, each)))
    frame = av.AudioFrame(format="s16", layout="stereo", samples=FRAME)
    frame.planes[0].update(samples.tobytes())
    frame.sample_rate, frame.pts, frame.time_base = RATE, number * FRAME, fractions.Fraction(1, RATE)
    return frame
