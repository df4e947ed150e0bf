"""Frames as clients send them, right and wrong; and what is read from them, in one shape for all readers."""

from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple

from realtime.sockets.frames import BINARY, CONTINUATION, Parser, Violation, unmasked

KEY = b"\x37\xfa\x21\x3d"


class Sent(NamedTuple):
    """One frame of a client. `width` is in how many bytes its length stands, None for as few as can be."""

    kind: int
    payload: bytes
    final: bool = True
    reserved: int = 0
    masked: bool = True
    width: int | None = None

    def encoded(self, key: bytes = KEY) -> bytes:
        first = (0x80 if self.final else 0) | self.reserved << 4 | self.kind
        return (
            bytes([first])
            + self._length()
            + (key + unmasked(self.payload, key) if self.masked else self.payload)
        )

    def _length(self) -> bytes:
        size, bit = len(self.payload), 0x80 if self.masked else 0
        width = self.width
        if width is None:
            width = 0 if size <= 125 else 2 if size <= 0xFFFF else 8
        if not width:
            return bytes([bit | size])
        return bytes([bit | (126 if width == 2 else 127)]) + size.to_bytes(width, "big")


class Read(NamedTuple):
    """What was read: messages and control frames in order, and the close code of what failed, if it did."""

    frames: list[tuple[int, bytes]]
    failed: int | None


def binary(payload: bytes, *fragments: bytes) -> list[Sent]:
    """One message, in as many fragments as are given."""
    parts = [payload, *fragments]
    return [
        Sent(CONTINUATION if at else BINARY, part, final=at == len(parts) - 1)
        for at, part in enumerate(parts)
    ]


def cut(data: bytes, places: Iterable[int]) -> list[bytes]:
    """The data in pieces."""
    bounds = [0, *sorted({place for place in places if 0 < place < len(data)}), len(data)]
    return [data[begin:end] for begin, end in pairwise(bounds)]


def ours(pieces: Iterable[bytes], largest: int) -> Read:
    """What our parser reads."""
    parser, frames = Parser(largest), []
    try:
        for piece in pieces:
            parser.feed(piece)
            while (frame := parser.next()) is not None:
                frames.append(tuple(frame))
    except Violation as violation:
        return Read(frames, violation.code)
    return Read(frames, None)
