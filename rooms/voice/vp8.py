"""VP8 in RTP (RFC 7741): where a picture begins, and picture numbers that go on when the source changes."""

from typing import NamedTuple

from rooms.voice.rtp import Outgoing, Packet

CLOCK = 90
"""Ticks in a millisecond."""
EXTENDED, START, PARTITION = 0x80, 0x10, 0x0F
HAS_PICTURE, HAS_LEVEL, HAS_LAYER, HAS_KEY = 0x80, 0x40, 0x20, 0x10
LONG, NOT_A_KEYFRAME = 0x80, 0x01


class Descriptor(NamedTuple):
    """Where the numbers are in a payload (0: nowhere), and what they are."""

    picture_at: int
    long: bool
    picture: int
    level_at: int
    level: int
    size: int


PLAIN = Descriptor(0, False, 0, 0, 0, 1)


def describe(payload: bytes) -> Descriptor:
    """Reads the descriptor before the picture's data. Raises ValueError if it is cut off."""
    try:
        return _extended(payload) if payload[0] & EXTENDED else PLAIN
    except IndexError as short:
        raise ValueError("truncated descriptor") from short


def _extended(payload: bytes) -> Descriptor:
    has, at = payload[1], 2
    picture_at, long, picture, level_at = 0, False, 0, 0
    if has & HAS_PICTURE:
        picture_at, long = at, bool(payload[at] & LONG)
        picture = (payload[at] & 0x7F) << 8 | payload[at + 1] if long else payload[at]
        at += 2 if long else 1
    if has & HAS_LEVEL:
        level_at, at = at, at + 1
    level = payload[level_at] if level_at else 0
    return Descriptor(picture_at, long, picture, level_at, level, at + bool(has & (HAS_LAYER | HAS_KEY)))


def begins_keyframe(payload: bytes) -> bool:
    """Whether a whole picture, which needs none before it, begins here."""
    try:
        size = describe(payload).size
    except ValueError:
        return False
    first = payload[0] & START and not payload[0] & PARTITION
    return bool(first) and len(payload) > size and not payload[size] & NOT_A_KEYFRAME


class VideoOutgoing(Outgoing):
    """A slot for pictures. After a switch it waits for a whole one."""

    __slots__ = ("_level", "_level_shift", "_picture", "_picture_shift")

    clock_rate = CLOCK
    start = 0
    """In video the marker ends a picture."""

    def __init__(self, ssrc: int, payload_type: int, mid: tuple[int, str]) -> None:
        self._picture, self._level = 0, 0
        self._picture_shift, self._level_shift = 0, 0
        super().__init__(ssrc, payload_type, mid, 0)

    @property
    def waits(self) -> bool:
        """Whether a keyframe must come before anything is written."""
        return self._from is None

    def write(self, packet: Packet, now: int) -> bytes | None:
        """As for sound, and the numbers of pictures go on. Raises ValueError on a broken payload."""
        found = describe(packet.payload)
        if packet.ssrc != self._from:
            if not begins_keyframe(packet.payload):
                return None
            self._picture_shift = self._picture + 1 - found.picture if self.packets else 0
            self._level_shift = self._level + 1 - found.level if self.packets else 0
        return super().write(packet._replace(payload=self._renumbered(packet.payload, found)), now)

    def _renumbered(self, payload: bytes, found: Descriptor) -> bytes:
        picture = (found.picture + self._picture_shift) & (0x7FFF if found.long else 0x7F)
        level = (found.level + self._level_shift) & 0xFF
        if (picture - self._picture) & 0x7FFF < 0x4000 or not found.long:
            self._picture, self._level = picture, level
        if not (self._picture_shift or self._level_shift):
            return payload
        changed = bytearray(payload)
        if found.long:
            changed[found.picture_at] = LONG | picture >> 8
            changed[found.picture_at + 1] = picture & 0xFF
        elif found.picture_at:
            changed[found.picture_at] = picture
        if found.level_at:
            changed[found.level_at] = level
        return bytes(changed)
