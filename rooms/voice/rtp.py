"""RTP: reading what arrives, and writing it anew for a slot; the sound itself is never touched."""

from struct import Struct
from typing import NamedTuple

HEADER = Struct("!BBHLL")
EXTENSION = Struct("!HH")
ONE_BYTE, TWO_BYTE = 0xBEDE, 0x1000
CLOCK = 48
"""Opus always has a clock of 48 kHz: this many ticks in a millisecond."""
HALF, WHOLE = 0x8000, 0xFFFF
TICKS = 0xFFFFFFFF


class Packet(NamedTuple):
    """What matters of an RTP packet. `marker` is 0x80 or 0; `level` is 0 (loudest) to 127, if sent."""

    payload_type: int
    marker: int
    sequence: int
    timestamp: int
    ssrc: int
    level: int | None
    payload: bytes


def is_rtcp(data: bytes) -> bool:
    """Tells RTCP from RTP on one port (RFC 5761)."""
    return len(data) > 1 and 192 <= data[1] <= 223


def ssrc_of(data: bytes) -> int:
    """The sender of an RTP packet, before its authenticity is known."""
    return int.from_bytes(data[8:12], "big")


def parse(data: bytes, level_id: int) -> Packet:
    """Reads an RTP packet. `level_id` is the id of the level extension, 0 for none. Raises ValueError."""
    if len(data) < HEADER.size:
        raise ValueError("shorter than a header")
    first, second, sequence, timestamp, ssrc = HEADER.unpack_from(data)
    start, level = HEADER.size + 4 * (first & 0x0F), None
    if first & 0x10:
        if start + 4 > len(data):
            raise ValueError("truncated extension")
        profile, words = EXTENSION.unpack_from(data, start)
        start, begin = start + 4 + 4 * words, start + 4
        level = _level(profile, data[begin:start], level_id)
    end = len(data) - (data[-1] if first & 0x20 else 0)
    if end < start:
        raise ValueError("truncated")
    return Packet(second & 0x7F, second & 0x80, sequence, timestamp, ssrc, level, data[start:end])


def _level(profile: int, body: bytes, level_id: int) -> int | None:
    """The top bit (voice activity) is left out: browsers always set it."""
    wide = profile & 0xFFF0 == TWO_BYTE
    if not level_id or not (wide or profile == ONE_BYTE):
        return None
    at = 0
    while at + 1 < len(body):
        if body[at] == 0:
            at += 1
            continue
        if wide:
            found, length, at = body[at], body[at + 1], at + 2
        else:
            found, length, at = body[at] >> 4, (body[at] & 0x0F) + 1, at + 1
        if found == level_id:
            return body[at] & 0x7F if length and at < len(body) else None
        at += length
    return None


class Outgoing:
    """A slot's RTP stream to one listener: one SSRC, without a seam whoever is heard in it."""

    def __init__(self, ssrc: int, payload_type: int, mid: tuple[int, str], level_id: int) -> None:
        """`mid` is the extension's id (0 for none) and its value."""
        self.ssrc = ssrc
        self.packets = 0
        self.octets = 0
        self._type = payload_type
        self._mid = bytes([mid[0] << 4 | len(mid[1]) - 1]) + mid[1].encode() if mid[0] else b""
        self._level_id = level_id
        self._sequence, self._timestamp, self._sent_at = 0, 0, 0
        self._since_switch, self._highest, self._shift, self._delay = 0, 0, 0, 0
        self.switch()

    def switch(self) -> None:
        """Somebody else is heard from the next packet on."""
        self._from: int | None = None

    def write(self, packet: Packet, now: int) -> bytes | None:
        """The packet as this listener gets it at `now` (ms); None if it is from before the switch."""
        marker = packet.marker
        if packet.ssrc != self._from:
            self._begin(packet, now)
            marker = 0x80
        ahead = (packet.sequence - self._highest) & WHOLE
        if ahead < HALF:
            self._highest = packet.sequence
        elif WHOLE + 1 - ahead >= self._since_switch:
            return None
        self._since_switch += 1
        sequence = (packet.sequence + self._shift) & WHOLE
        timestamp = (packet.timestamp + self._delay) & TICKS
        if ahead < HALF:
            self._sequence, self._timestamp, self._sent_at = sequence, timestamp, now
        self.packets += 1
        self.octets += len(packet.payload)
        extension = self._extension(packet.level)
        head = HEADER.pack(0x90 if extension else 0x80, marker | self._type, sequence, timestamp, self.ssrc)
        return head + extension + packet.payload

    def clock(self, now: int) -> int:
        """The stream's RTP time at `now` (ms), for a sender report."""
        return (self._timestamp + (now - self._sent_at) * CLOCK) & TICKS

    def _begin(self, packet: Packet, now: int) -> None:
        pause = max(20, now - self._sent_at) * CLOCK if self.packets else 0
        self._shift = self._sequence + 1 - packet.sequence
        self._delay = self._timestamp + pause - packet.timestamp
        self._from, self._highest, self._since_switch = packet.ssrc, packet.sequence, 0

    def _extension(self, level: int | None) -> bytes:
        body = self._mid
        if level is not None and self._level_id:
            # The voice bit is set, as browsers do.
            body += bytes((self._level_id << 4, 0x80 | level))
        if not body:
            return b""
        words = (len(body) + 3) // 4
        return EXTENSION.pack(ONE_BYTE, words) + body.ljust(4 * words, b"\0")
