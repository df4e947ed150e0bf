"""Opus packets from outside: how long each plays, and what stands in for those that never came (RFC 6716)."""

from collections.abc import Iterator

CLOCK = 48
"""Ticks in a millisecond; Opus always has a clock of 48 kHz."""
LONGEST = 120 * CLOCK
"""Ticks that one packet plays at most."""
SPEECH, BOTH, MUSIC = (480, 960, 1920, 2880), (480, 960), (120, 240, 480, 960)
"""Ticks of a frame, by the last bits of the configuration: of the speech coder, both together, the other."""
SHORTEST = 120
ONE_FRAME, MANY_FRAMES = 0, 3
TINY = 16 << 3
"""A table of contents for frames of the shortest length."""


def ticks(packet: bytes) -> int:
    """How long a packet plays; 0 for what is no Opus packet."""
    if not packet:
        return 0
    frames = _frames(packet)
    length = frames * _frame(packet[0])
    return length if length <= LONGEST else 0


def missing(contents: int, length: int) -> Iterator[bytes]:
    """Packets that have a decoder conceal `length` ticks, as nearly as frames allow.

    `contents` is the first byte of the packet before. A frame without content is one that was lost.
    """
    for first, frame in ((contents, _frame(contents)), (TINY, SHORTEST)):
        most = min(LONGEST // frame, 48)
        count, length = divmod(length, frame)
        while count > 0:
            yield bytes((first & ~3 | MANY_FRAMES, min(count, most)))
            count -= most


def _frame(contents: int) -> int:
    """Ticks of each frame of a packet that begins with this byte."""
    configuration = contents >> 3
    if configuration < 12:
        return SPEECH[configuration & 3]
    return BOTH[configuration & 1] if configuration < 16 else MUSIC[configuration & 3]


def _frames(packet: bytes) -> int:
    code = packet[0] & 3
    if code == ONE_FRAME:
        return 1
    if code != MANY_FRAMES:
        return 2
    return packet[1] & 0x3F if len(packet) > 1 else 0
