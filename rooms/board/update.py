"""What is in a Yjs update (v1): every block with its author, what it refers to, and what is deleted.

The library that holds the document validates little: there are updates that make it panic, stall, or
overflow its stack, and it lists the client ids of an update only if they begin in it. So each update is
read here first, and what is structurally wrong never reaches the document.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from msgspec import Struct

from rooms.board.closing import BadUpdate, Malformed
from rooms.board.wire import Reader

Id = tuple[int, int]
"""(client, clock)."""

GC, DELETED, JSON, BINARY, STRING, EMBED, FORMAT, TYPE, ANY = range(9)
SKIP = 10
LAST_CLOCK = 2**31 - 1
DEPTH = 64
"""How deep values may be nested within one another."""
_XML_NAMED = (3, 5)
_LAST_TYPE = 6


class Block(NamedTuple):
    """Consecutive characters, or one value, of one client."""

    client: int
    clock: int
    length: int
    kind: int
    origin: Id | None
    right: Id | None
    parent: Id | str | None
    key: str | None
    text: str
    content: bytes = b""
    """What it holds, as it is encoded, if that is neither text nor nothing."""


class Contents(Struct, frozen=True, gc=False):
    """All blocks, per client in the order of their clocks, and (client, clock, length) deleted."""

    blocks: list[Block]
    deleted: list[tuple[int, int, int]]
    wide: bool = False
    """Whether some characters take two clocks."""
    types: int = 0
    """How many of the blocks are maps, arrays and texts."""


_N = rb"([\x80-\xff]{0,6}[\x00-\x7f])"
_TYPED = re.compile(
    rb"\x01\x01" + _N + _N + rb"(?:\x84" + _N + _N + rb"|\xc4" + _N * 4 + rb")\x01([\x00-\x7f])\x00",
    re.DOTALL,
)
"""One client, one block of text that stands behind something and perhaps before something; no deletion."""


def read(update: bytes) -> Contents:
    """Everything in the update. Raises `BadUpdate`."""
    typed = _TYPED.fullmatch(update)
    return _read_all(update) if typed is None else _read_typed(update, typed)


def _read_typed(update: bytes, typed: re.Match[bytes]) -> Contents:
    client, clock, alone, alone_at, left, left_at, right, right_at, character = typed.groups()
    at = number(clock)
    if at >= LAST_CLOCK:
        return _read_all(update)
    if alone is not None:
        origin, following = (_client(alone), number(alone_at)), None
    else:
        origin, following = (_client(left), number(left_at)), (_client(right), number(right_at))
    block = Block(_client(client), at, 1, STRING, origin, following, None, None, character.decode())
    return Contents([block], [])


def number(data: bytes) -> int:
    """The unsigned integer that these bytes are, seven bits a byte, the lowest first."""
    if len(data) == 1:
        return data[0]
    value = 0
    for byte in reversed(data):
        value = value << 7 | byte & 0x7F
    return value


_client = lru_cache(maxsize=8192)(number)
"""Those who are here write by the same few ids."""


def _read_all(update: bytes) -> Contents:
    try:
        reader = Reader(update)
        blocks: list[Block] = []
        for _ in range(reader.count(3)):
            _read_client(reader, blocks)
        deleted = _read_deleted(reader)
        if reader.left():
            raise Malformed("it goes on behind its end.")
        wide = any(len(block.text) != block.length for block in blocks if block.kind == STRING)
        return Contents(blocks, deleted, wide, sum(block.kind == TYPE for block in blocks))
    except Malformed as error:
        raise BadUpdate(f"This update is damaged: {error}") from error


def _read_client(reader: Reader, blocks: list[Block]) -> None:
    count = reader.count(2)
    client, clock = reader.varuint(), reader.varuint()
    if count == 0:
        raise Malformed("a client without blocks.")
    for _ in range(count):
        block = _read_block(reader, client, clock)
        clock += block.length
        if block.length == 0 or clock > LAST_CLOCK:
            raise Malformed("a block has no length, or too much.")
        blocks.append(block)


def _read_deleted(reader: Reader) -> list[tuple[int, int, int]]:
    deleted: list[tuple[int, int, int]] = []
    for _ in range(reader.count(2)):
        client = reader.varuint()
        for _ in range(reader.count(2)):
            clock, length = reader.varuint(), reader.varuint()
            if length == 0 or clock + length > LAST_CLOCK:
                raise Malformed("a deletion has no length, or too much.")
            deleted.append((client, clock, length))
    return deleted


def _read_block(reader: Reader, client: int, clock: int) -> Block:
    info = reader.byte()
    kind = info & 0x1F
    if kind in (GC, SKIP):
        return Block(client, clock, reader.varuint(), kind, None, None, None, None, "")
    origin = (reader.varuint(), reader.varuint()) if info & 0x80 else None
    right = (reader.varuint(), reader.varuint()) if info & 0x40 else None
    parent: Id | str | None = None
    key = None
    if origin is None and right is None:
        parent = _read_parent(reader)
        key = reader.varstring() if info & 0x20 else None
    if kind == STRING:
        text = reader.varstring()
        return Block(client, clock, utf16_length(text), kind, origin, right, parent, key, text)
    start = reader.at
    length = _content_length(reader, kind)
    content = b"" if kind == DELETED else reader.data[start : reader.at]
    return Block(client, clock, length, kind, origin, right, parent, key, "", content)


def _read_parent(reader: Reader) -> Id | str:
    match reader.varuint():
        case 0:
            return reader.varuint(), reader.varuint()
        case 1:
            return reader.varstring()
        case _:
            raise Malformed("a block has no parent.")


def utf16_length(text: str) -> int:
    """How many clocks a text takes: Yjs counts in UTF-16 units."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def _content_length(reader: Reader, kind: int) -> int:
    match kind:
        case 1:  # deleted
            return reader.varuint()
        case 2:  # JSON
            count = reader.count()
            for _ in range(count):
                reader.varstring()
            return count
        case 8:  # any
            count = reader.count()
            for _ in range(count):
                _skip_any(reader, DEPTH)
            return count
        case _:
            _skip_single(reader, kind)
            return 1


def _skip_single(reader: Reader, kind: int) -> None:
    match kind:
        case 3:  # binary
            reader.varbytes()
        case 5:  # embed
            reader.varstring()
        case 6:  # format
            reader.varstring()
            reader.varstring()
        case 7:  # type
            _skip_type(reader)
        case _:
            raise Malformed("a board holds no such content.")


def _skip_type(reader: Reader) -> None:
    kind = reader.varuint()
    if kind > _LAST_TYPE:
        raise Malformed("a board holds no such type.")
    if kind in _XML_NAMED:
        reader.varstring()


_FIXED = {127: 0, 126: 0, 124: 4, 123: 8, 122: 8, 121: 0, 120: 0}
"""The bytes behind the tag: undefined, null, float32, float64, bigint, false, true."""


def _skip_any(reader: Reader, depth: int) -> None:
    tag = reader.byte()
    if tag in _FIXED:
        reader.raw(_FIXED[tag])
        return
    match tag:
        case 125:  # integer: the sign takes a bit of the first byte
            _skip_varint(reader)
        case 119:
            reader.varstring()
        case 116:
            reader.varbytes()
        case 117 | 118:
            _skip_container(reader, depth, keyed=tag == 118)
        case _:
            raise Malformed("a value has an unknown type.")


def _skip_container(reader: Reader, depth: int, *, keyed: bool) -> None:
    if depth == 0:
        raise Malformed("values are nested too deeply.")
    for _ in range(reader.count()):
        if keyed:
            reader.varstring()
        _skip_any(reader, depth - 1)


def _skip_varint(reader: Reader) -> None:
    for _ in range(8):
        if reader.byte() < 0x80:
            return
    raise Malformed("a number is too large.")
