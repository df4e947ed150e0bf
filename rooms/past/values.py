"""What stood in the maps of a board at a position: its shapes, the language of its code, its notes."""

import struct
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

from rooms.board.closing import Malformed
from rooms.board.parts import (
    CODE_SETTINGS,
    NOTES,
    SHAPES,
    SHOWN,
    Language,
    Note,
    Shape,
    language_of,
    note_of,
    shape_of,
)
from rooms.board.update import ANY, TYPE, Id
from rooms.board.wire import Reader
from rooms.past.board import BoardPast
from rooms.past.items import Entry, Item

REMEMBERED = 1024
"""Values that need not be read anew at the next step: strokes have many points."""
NO_VALUE = object()
"""Of what is no plain value, or cannot be read."""


class Drawn(NamedTuple):
    """The maps of a board, as `docs/board-schema.md` describes them."""

    language: Language
    shapes: tuple[Shape, ...]
    notes: tuple[Note, ...]


def drawn(past: BoardPast, position: int) -> Drawn:
    """The maps at a position, all that is not as described left out."""
    maps = _Maps(past, position)
    shapes = (shape_of(key, fields) for key, fields in maps.maps(SHAPES))
    notes = (note_of(key, value) for key, value in maps.values(NOTES))
    return Drawn(
        language_of(dict(maps.values(CODE_SETTINGS)).get("language")),
        tuple(islice((shape for shape in shapes if shape is not None), SHOWN)),
        tuple(islice((note for note in notes if note is not None), SHOWN)),
    )


class _Maps:
    def __init__(self, past: BoardPast, position: int) -> None:
        self._past = past
        self._position = position
        self._reached = past.reached(position)

    def values(self, parent: str | Id) -> Iterator[tuple[str, object]]:
        """The plain values there, in the order of their keys."""
        for key, item in self._shown(parent):
            value = value_of(item)
            if value is not NO_VALUE:
                yield key, value

    def maps(self, parent: str) -> Iterator[tuple[str, dict[str, object]]]:
        """The maps there, in the order of their keys."""
        for key, item in self._shown(parent):
            if item.kind == TYPE:
                yield key, dict(self.values((item.client, item.clock)))

    def _shown(self, parent: str | Id) -> Iterator[tuple[str, Item]]:
        for key in sorted(self._past.keys(parent)):
            last: Item | None = None
            for item in self._past.items(Entry(parent, key)):
                if item.clock < self._reached.get(item.client, 0):
                    last = item
            if last is not None and not 0 < last.deleted <= self._position:
                yield key, last


def value_of(item: Item) -> object:
    """The plain value of an item of a map, as its clients read it. Do not change it."""
    return _read(item.content) if item.kind == ANY else NO_VALUE


@lru_cache(REMEMBERED)
def _read(content: bytes) -> object:
    reader = Reader(content)
    try:
        return _any(reader) if reader.count() == 1 else NO_VALUE
    except Malformed:
        return NO_VALUE


def _any(reader: Reader) -> object:
    found = _PLAIN.get(reader.byte())
    if found is None:
        raise Malformed("a value has an unknown type.")
    return found(reader)


def _integer(reader: Reader) -> int:
    """Signed: the first byte has six bits and the sign."""
    byte = reader.byte()
    value, negative, shift = byte & 0x3F, byte & 0x40, 6
    while byte >= 0x80:
        byte = reader.byte()
        value |= (byte & 0x7F) << shift
        shift += 7
    return -value if negative else value


_PLAIN: Mapping[int, Callable[[Reader], Any]] = {
    127: lambda _: None,
    126: lambda _: None,
    125: _integer,
    124: lambda reader: struct.unpack(">f", reader.raw(4))[0],
    123: lambda reader: struct.unpack(">d", reader.raw(8))[0],
    122: lambda reader: struct.unpack(">q", reader.raw(8))[0],
    121: lambda _: False,
    120: lambda _: True,
    119: Reader.varstring,
    118: lambda reader: {reader.varstring(): _any(reader) for _ in range(reader.count(2))},
    117: lambda reader: [_any(reader) for _ in range(reader.count())],
    116: Reader.varbytes,
}
"""By their tags, the values of lib0. How deep they may be nested was looked at when the board took them."""
