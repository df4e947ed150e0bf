"""An event as it is stored, and as a line of text: what is sealed, exported and archived, byte for byte."""

import struct
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec


class Row(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """One event as it stands in the log; the position is 0 until it is recorded.

    As JSON it is a line: the fields in their order, bytes as base64, the instant in UTC.

    `data` is a map in MessagePack that has a `type`. Where the event has personal fields, it holds a
    placeholder for each, and `personal` what was written there, encrypted with the keys of those whose it is.
    """

    position: int
    at: datetime
    org: str
    type: str
    actor: str
    cause: str | None
    tags: tuple[str, ...]
    data: bytes
    personal: bytes | None = None


class Secret(NamedTuple):
    """What is personal in an event of this organisation and type, encrypted."""

    org: str
    type: str
    personal: bytes


class _Record(msgspec.Struct, frozen=True, array_like=True):
    """What PostgreSQL answers for a row: the fields of `domain.events.Recorded`, the event as it is."""

    position: int
    at: datetime
    org: str
    actor: str
    cause: str | None
    tags: tuple[str, ...]
    event: msgspec.Raw
    personal: bytes | None


class _Tagged(msgspec.Struct, frozen=True):
    """The one field that every event has."""

    type: str


class UnreadableLine(Exception):
    """This is no line of an export or an archive."""


class DamagedRecord(Exception):
    """What stands in the log is no record of an event."""


_packer = msgspec.msgpack.Encoder()
_records = msgspec.msgpack.Decoder(list[_Record])
_tagged = msgspec.msgpack.Decoder(_Tagged)
_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Row)

NEVER = datetime(1970, 1, 1, tzinfo=UTC)
NIL = b"\xc0"
LIST = struct.Struct(">BI")
PLACED = struct.Struct(">BBq")
"""The head of a record: an array of eight, and the position as the first."""


def record_of(row: Row) -> bytes:
    """The record as it is stored: all but its head, since the position is given by the database."""
    head = _packer.encode((row.at, row.org, row.actor, row.cause, row.tags))
    return head[1:] + row.data + (NIL if row.personal is None else _packer.encode(row.personal))


def listed(count: int, records: bytes) -> bytes:
    """So many records, one after the other, as one array of MessagePack."""
    return LIST.pack(0xDD, count) + records


def ends_at(records: bytes) -> tuple[int, int]:
    """How many records an array holds, and the position of the last one if they are without gap."""
    count: int = LIST.unpack_from(records)[1]
    first: int = PLACED.unpack_from(records, LIST.size)[2]
    return count, first + count - 1


def placed(position: int, record: bytes) -> bytes:
    """The record with its head."""
    return PLACED.pack(0x98, 0xD3, position) + record


def packed(rows: Sequence[Row]) -> bytes:
    """Rows as an array of records."""
    return listed(len(rows), b"".join(placed(row.position, record_of(row)) for row in rows))


def unpacked(records: bytes) -> list[Row]:
    """The rows of an array of records. Raises `DamagedRecord`."""
    try:
        return [_row(record) for record in _records.decode(records)]
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise DamagedRecord(str(error)) from error


def each(records: Iterable[tuple[int, bytes]]) -> list[Row]:
    """The rows of records with their positions; one that is damaged has no type, and itself as its data."""
    rows: list[Row] = []
    for position, record in records:
        try:
            rows += unpacked(listed(1, placed(position, record)))
        except DamagedRecord:
            rows.append(Row(position, NEVER, "", "", "", None, (), record))
    return rows


def _row(r: _Record) -> Row:
    kind = _tagged.decode(r.event).type
    return Row(r.position, r.at, r.org, kind, r.actor, r.cause, r.tags, bytes(r.event), r.personal)


def line_of(row: Row) -> bytes:
    """The row as one line of JSON, without its line break: the same bytes whenever, wherever it is made."""
    return _encoder.encode(row)


def row_of(line: bytes) -> Row:
    """The row of a line. Raises `UnreadableLine`."""
    try:
        return _decoder.decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise UnreadableLine(str(error)) from error
