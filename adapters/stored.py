"""An event as it is stored, and as a line of text: what is sealed, exported and archived, byte for byte."""

from datetime import datetime
from typing import NamedTuple

import msgspec


class Row(NamedTuple):
    """One event as it stands in the log.

    `data` is MessagePack. Where the event has personal fields, `data` holds a placeholder for each, and
    `personal` what was written there, encrypted with the keys of those whose it is.
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


class Content(NamedTuple):
    """What a row holds that is moved when it is archived."""

    data: bytes
    personal: bytes | None


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The fields of a line, in their order; bytes as base64, the instant in UTC."""

    position: int
    at: datetime
    org: str
    type: str
    actor: str
    cause: str | None
    tags: tuple[str, ...]
    data: bytes
    personal: bytes | None


class UnreadableLine(Exception):
    """This is no line of an export or an archive."""


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Line)


def line_of(row: Row) -> bytes:
    """The row as one line of JSON, without its line break: the same bytes whenever, wherever it is made."""
    return _encoder.encode(_Line(*row))


def row_of(line: bytes) -> Row:
    """The row of a line. Raises `UnreadableLine`."""
    try:
        return Row(*msgspec.structs.astuple(_decoder.decode(line)))
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise UnreadableLine(str(error)) from error
