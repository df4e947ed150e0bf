"""Long arrays for PostgreSQL, packed here: the driver's own dumper looks at every element by itself."""

import struct
from collections.abc import Sequence
from datetime import datetime

from psycopg import AsyncConnection, pq
from psycopg.abc import Buffer
from psycopg.adapt import Dumper

# The binary form of an array: dimensions, whether there are nulls, the element's type, length, lower bound;
# then each element behind its length, -1 for null. Numbers are big-endian.
HEAD = struct.Struct("!iiIii")
LENGTH = struct.Struct("!i")
NULL = LENGTH.pack(-1)
EPOCH = 946_684_800_000_000
"""Microseconds from 1970 to 2000, where PostgreSQL's time begins."""


class Packed(bytes):
    """An array in its binary form."""


class Bytes(Packed):
    """A `bytea[]`."""

    @classmethod
    def of(cls, values: Sequence[bytes | None]) -> "Bytes":
        """Pack these."""
        parts = [HEAD.pack(1, 1, 17, len(values), 1)]
        for value in values:
            if value is None:
                parts.append(NULL)
            else:
                parts.append(LENGTH.pack(len(value)))
                parts.append(value)
        return cls(b"".join(parts))


class Instants(Packed):
    """A `timestamptz[]`."""

    @classmethod
    def of(cls, values: Sequence[datetime]) -> "Instants":
        """Pack these; they know their offset from UTC."""
        numbers = [0] * (2 * len(values))
        numbers[::2] = [8] * len(values)
        numbers[1::2] = [round(value.timestamp() * 1e6) - EPOCH for value in values]
        body = struct.pack("!" + "iq" * len(values), *numbers)
        return cls(HEAD.pack(1, 0, 1184, len(values), 1) + body)


class _Dumper(Dumper):
    format = pq.Format.BINARY

    def dump(self, obj: Packed) -> Buffer:
        """As it is."""
        return obj


class _BytesDumper(_Dumper):
    oid = 1001


class _InstantsDumper(_Dumper):
    oid = 1185


def take_packed(connection: AsyncConnection[object]) -> None:
    """Have the connection take packed arrays as parameters."""
    connection.adapters.register_dumper(Bytes, _BytesDumper)
    connection.adapters.register_dumper(Instants, _InstantsDumper)
