"""The items of a board's history: consecutive units of one client that share their fate."""

from typing import NamedTuple

from rooms.board.update import GC, STRING, Block, Id

DELETED = 1


class Entry(NamedTuple):
    """Where all is that was ever set under a key of a map: the last of it counts, if it is not deleted."""

    parent: str | Id
    key: str


Place = str | Id | Entry | None
"""Where a sequence is: in a root by its name, in a nested type, or under a key; None for what stands beside
something that was cleared away."""


class Item:
    """Consecutive units of one client that share their fate. `text` is empty unless they are characters, and
    `content` unless it stands under a key of a map."""

    __slots__ = (
        "client",
        "clock",
        "content",
        "deleted",
        "deleter",
        "kind",
        "left",
        "length",
        "origin",
        "place",
        "right",
        "right_origin",
        "text",
    )

    def __init__(self, block: Block, place: Place) -> None:
        self.client = block.client
        self.clock = block.clock
        self.length = block.length
        self.kind = block.kind
        self.text = block.text
        self.content = block.content if isinstance(place, Entry) else b""
        self.origin = block.origin
        self.right_origin = block.right
        self.place = place
        self.left: Item | None = None
        self.right: Item | None = None
        self.deleted = 0
        """The position of the event that deleted it, 0 if none did."""
        self.deleter = ""
        """Who deleted it."""

    @property
    def end(self) -> int:
        """The clock behind it."""
        return self.clock + self.length


def head(text: str, units: int) -> str:
    """The first so many UTF-16 units of a text."""
    return text[:units] if text.isascii() else _decoded(text.encode("utf-16-le")[: 2 * units])


def tail(text: str, units: int) -> str:
    """What stands behind so many UTF-16 units of a text."""
    return text[units:] if text.isascii() else _decoded(text.encode("utf-16-le")[2 * units :])


def _decoded(units: bytes) -> str:
    return units.decode("utf-16-le", "replace")


def behind(block: Block, offset: int) -> Block:
    """The block without its first units, which stand before the rest."""
    clock = block.clock + offset
    return block._replace(
        clock=clock,
        length=block.length - offset,
        origin=(block.client, clock - 1),
        parent=None,
        text=tail(block.text, offset),
    )


def as_block(item: Item) -> Block:
    return Block(
        item.client,
        item.clock,
        item.length,
        item.kind,
        item.origin,
        item.right_origin,
        None,
        None,
        item.text,
        item.content,
    )


def place_of(block: Block, left: Item | None, right: Item | None) -> Place:
    if block.kind == GC:
        return None
    if block.parent is not None:
        return block.parent if block.key is None else Entry(block.parent, block.key)
    beside = left or right
    return beside.place if beside else None


def continues(left: Item, item: Item) -> bool:
    return (
        left.kind == item.kind == STRING
        and not isinstance(left.place, Entry)
        and left.client == item.client
        and left.end == item.clock
        and item.origin == (left.client, left.end - 1)
        and left.right_origin == item.right_origin
    )
