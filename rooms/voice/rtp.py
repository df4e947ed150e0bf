"""RTP: reading what arrives, and writing it anew for a slot; sound and picture are never decoded."""

from collections.abc import Callable
from functools import lru_cache
from struct import Struct, error
from typing import NamedTuple

HEADER = Struct("!BBHLL")
OUTGOING = Struct("!HHLL")
EXTENSION = Struct("!HH")
ONE_BYTE, TWO_BYTE = 0xBEDE, 0x1000
CLOCK = 48
"""Opus always has a clock of 48 kHz: this many ticks in a millisecond."""
HALF, WHOLE = 0x8000, 0xFFFF
TICKS = 0xFFFFFFFF
NO_LEVEL = 128

_unpack, pack = HEADER.unpack_from, OUTGOING.pack


class Packet(NamedTuple):
    """What matters of an RTP packet. `marker` is 0x80 or 0; `level` is 0 (loudest) to 127, if sent."""

    payload_type: int
    marker: int
    sequence: int
    timestamp: int
    ssrc: int
    level: int | None
    payload: bytes


_packet: Callable[[type[Packet], tuple[object, ...]], Packet] = tuple.__new__  # pyright: ignore
"""Builds a Packet at a third of the price of its own constructor."""


def is_rtcp(data: bytes) -> bool:
    """Tells RTCP from RTP on one port (RFC 5761)."""
    return len(data) > 1 and 192 <= data[1] <= 223


def parse(data: bytes, level_id: int) -> Packet:
    """Reads an RTP packet. `level_id` is the id of the level extension, 0 for none. Raises ValueError."""
    try:
        first, second, sequence, timestamp, ssrc = _unpack(data)
    except error as short:
        raise ValueError("shorter than a header") from short
    start, end, level = 12 + 4 * (first & 0x0F), len(data), None
    if first & 0x10:
        begin, start = start, _behind_extension(data, start)
        if level_id:
            level = _level(data[begin:start], level_id)
    if first & 0x20:
        end -= data[-1]
    if end < start:
        raise ValueError("truncated")
    marker = second & 0x80
    return _packet(Packet, (second & 0x7F, marker, sequence, timestamp, ssrc, level, data[start:end]))


def mid(data: bytes, mid_id: int) -> str | None:
    """The name of the line in the mid extension of a valid packet, if it has one."""
    start = 12 + 4 * (data[0] & 0x0F)
    if not data[0] & 0x10 or not mid_id:
        return None
    value = _value(data[start : _behind_extension(data, start)], mid_id)
    return None if value is None else value.decode("ascii", "replace")


def _behind_extension(data: bytes, start: int) -> int:
    if start + 4 > len(data):
        raise ValueError("truncated extension")
    return start + 4 + 4 * (data[start + 2] << 8 | data[start + 3])


@lru_cache(4096)
def _level(extension: bytes, level_id: int) -> int | None:
    """The top bit (voice activity) is left out: browsers always set it."""
    value = _value(extension, level_id)
    return value[0] & 0x7F if value else None


def _value(extension: bytes, wanted: int) -> bytes | None:
    profile = int.from_bytes(extension[:2], "big")
    wide = profile & 0xFFF0 == TWO_BYTE
    if not (wide or profile == ONE_BYTE):
        return None
    at = EXTENSION.size
    while at + 1 < len(extension):
        if extension[at] == 0:
            at += 1
            continue
        if wide:
            found, length, at = extension[at], extension[at + 1], at + 2
        else:
            found, length, at = extension[at] >> 4, (extension[at] & 0x0F) + 1, at + 1
        if found == wanted:
            return extension[at : at + length]
        at += length
    return None


@lru_cache(1024)
def _extensions(mid_id: int, name: str, level_id: int) -> tuple[bytes, ...]:
    """A slot's extension for each level, and the last for none; all empty where neither was negotiated."""
    start = bytes([mid_id << 4 | len(name) - 1]) + name.encode() if mid_id else b""
    if not level_id:
        return (_extension(start) if mid_id else b"",) * (NO_LEVEL + 1)
    # The voice bit is set, as browsers do.
    with_level = tuple(_extension(start + bytes((level_id << 4, 0x80 | level))) for level in range(NO_LEVEL))
    return (*with_level, _extension(start))


def _extension(body: bytes) -> bytes:
    words = (len(body) + 3) // 4
    return EXTENSION.pack(ONE_BYTE, words) + body.ljust(4 * words, b"\0")


NOTHING = Packet(0, 0, 0, 0, -1, None, b"")


class Outgoing:
    """A slot's RTP stream to one listener: one SSRC, without a seam whoever is in it.

    It remembers the newest packet instead of its numbers: with many streams, what is written for each packet
    is what costs.
    """

    __slots__ = (
        "_begun",
        "_delay",
        "_extensions",
        "_first",
        "_from",
        "_newest",
        "_sent_at",
        "_shift",
        "octets",
        "packets",
        "ssrc",
    )

    clock_rate = CLOCK
    """Ticks in a millisecond."""
    pause = 20
    """Milliseconds that pass at least when somebody else begins."""
    start = 0x80
    """The marker of a first packet: of sound, where a new talk begins."""

    def __init__(self, ssrc: int, payload_type: int, mid: tuple[int, str], level_id: int) -> None:
        """`mid` is the extension's id (0 for none) and its value."""
        self.ssrc = ssrc
        self.packets = 0
        self.octets = 0
        self._extensions = _extensions(mid[0], mid[1] if mid[0] else "", level_id)
        self._first = (0x9000 if self._extensions[0] else 0x8000) | payload_type
        self._newest, self._sent_at, self._begun = NOTHING, 0, 0
        self._shift, self._delay = 0, 0
        self.switch()

    def switch(self) -> None:
        """Somebody else is in the slot from the next packet on."""
        self._from: int | None = None

    def write(self, packet: Packet, now: int) -> bytes | None:
        """The packet as this listener gets it at `now` (ms); None if it is from before the switch."""
        _, marker, number, timestamp, ssrc, level, payload = packet
        if ssrc != self._from:
            self._begin(packet, now)
            marker |= self.start
        ahead = (number - self._newest.sequence) & WHOLE
        if ahead < HALF:
            self._newest, self._sent_at = packet, now
        elif WHOLE + 1 - ahead >= self.packets - self._begun:
            return None
        self.packets += 1
        self.octets += len(payload)
        sequence, clock = (number + self._shift) & WHOLE, (timestamp + self._delay) & TICKS
        head = pack(self._first | marker, sequence, clock, self.ssrc)
        return head + self._extensions[NO_LEVEL if level is None else level] + payload

    def follows(self, packet: Packet) -> bool:
        """Whether this is the newest that was written."""
        return self._newest is packet

    def way(self) -> tuple[int, int, int, int, tuple[bytes, ...]]:
        """How the sender's later packets differ from what is written.

        What is added to the number and to the time stamp, the first 16 bits without the marker, the SSRC,
        and the extension for each level, the last for none.
        """
        return self._shift, self._delay, self._first, self.ssrc, self._extensions

    def wrote(self, newest: Packet, now: int, packets: int, octets: int) -> None:
        """So much was written for it, with what `way` gave, the newest packet at `now`."""
        self._newest, self._sent_at = newest, now
        self.packets += packets
        self.octets += octets

    def skip(self, packet: Packet) -> None:
        """A packet without content is left out, and not missed: the numbers close up behind it."""
        ahead = (packet.sequence - self._newest.sequence) & WHOLE
        if packet.ssrc == self._from and 0 < ahead < HALF:
            self._shift -= ahead
            self._newest, self._begun = packet, self.packets

    def number(self, packet: Packet) -> int:
        """The sequence number that a packet was written with just now."""
        return (packet.sequence + self._shift) & WHOLE

    def clock(self, now: int) -> int:
        """The stream's RTP time at `now` (ms), for a sender report."""
        return (self._newest.timestamp + self._delay + (now - self._sent_at) * self.clock_rate) & TICKS

    def _begin(self, packet: Packet, now: int) -> None:
        before = self._newest
        pause = max(self.pause, now - self._sent_at) * self.clock_rate if self.packets else 0
        self._shift += before.sequence + 1 - packet.sequence
        self._delay += before.timestamp + pause - packet.timestamp
        self._from, self._newest, self._begun = packet.ssrc, packet, self.packets
