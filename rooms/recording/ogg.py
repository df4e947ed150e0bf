"""Ogg pages with Opus in them, written as they become full (RFC 3533, RFC 7845)."""

import zlib
from collections.abc import Sequence
from struct import Struct

HEADER = Struct("<4sBBqIIIB")
FIRST, LAST = 2, 4
NOTHING_ENDS = -1
"""The granule of a page on which no packet ends."""
LACES = 255
"""Entries in a page's table of lengths, at most."""
SKIPPED = 312
"""Ticks at the start that a player leaves out: how much later a sound leaves a decoder than it was heard."""
HEAD = Struct("<8sBBHIhB").pack(b"OpusHead", 1, 1, SKIPPED, 48_000, 0, 0)
VENDOR = b"lyceum"
TAGS = b"OpusTags" + len(VENDOR).to_bytes(4, "little") + VENDOR + bytes(4)
MIRRORED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))


class Pages:
    """The pages of one stream, in order. `serial` is any number."""

    def __init__(self, serial: int) -> None:
        self._serial = serial
        self._number = 0

    def head(self) -> bytes:
        """What every stream begins with."""
        return self._page((HEAD,), 0, FIRST) + self._page((TAGS,), 0)

    def page(self, packets: Sequence[bytes], granule: int, *, last: bool = False) -> bytes:
        """One page; `granule` is the ticks of all packets up to its end. It must have room for all."""
        return self._page(packets, granule if packets else NOTHING_ENDS, LAST if last else 0)

    def _page(self, packets: Sequence[bytes], granule: int, kind: int = 0) -> bytes:
        table = b"".join(map(laces, packets))
        head = HEADER.pack(b"OggS", 0, kind, granule, self._serial, self._number, 0, len(table))
        page = head + table + b"".join(packets)
        self._number += 1
        return page[:22] + checksum(page).to_bytes(4, "little") + page[26:]


def laces(packet: bytes) -> bytes:
    """The length of a packet as the table of a page has it."""
    whole, rest = divmod(len(packet), 255)
    return b"\xff" * whole + bytes((rest,))


def checksum(page: bytes) -> int:
    """The CRC of a page: that of zlib has the same polynomial, with all bits mirrored."""
    found = zlib.crc32(page.translate(MIRRORED), 0xFFFFFFFF) ^ 0xFFFFFFFF
    return int.from_bytes(found.to_bytes(4, "little").translate(MIRRORED), "big")


def played(stream: bytes) -> int:
    """The ticks of all packets in whole pages, one behind the other."""
    at = granule = 0
    while at + HEADER.size <= len(stream):
        _, _, _, found, _, _, _, table = HEADER.unpack_from(stream, at)
        granule = max(granule, found)
        at += HEADER.size + table + sum(stream[at + HEADER.size : at + HEADER.size + table])
    return granule
