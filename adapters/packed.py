"""Long arrays for PostgreSQL, packed here: the driver's own dumper looks at every element by itself."""

import struct
from collections.abc import Sequence

from psycopg import AsyncConnection, pq
from psycopg.abc import Buffer
from psycopg.adapt import Dumper

# The binary form of an array: dimensions, whether there are nulls, the element's type, length, lower bound;
# then each element behind its length. Numbers are big-endian.
HEAD = struct.Struct("!iiIii")
LENGTH = struct.Struct("!i")
BYTEA, BYTEAS = 17, 1001


class Bytes(bytes):
    """A `bytea[]` in its binary form."""

    @classmethod
    def of(cls, values: Sequence[bytes]) -> "Bytes":
        """Pack these."""
        parts = [LENGTH.pack(len(value)) + value for value in values]
        return cls(HEAD.pack(1, 0, BYTEA, len(values), 1) + b"".join(parts))


class _Dumper(Dumper):
    format = pq.Format.BINARY
    oid = BYTEAS

    def dump(self, obj: Bytes) -> Buffer:
        """As it is."""
        return obj


def take_packed(connection: AsyncConnection[object]) -> None:
    """Have the connection take packed arrays as parameters."""
    connection.adapters.register_dumper(Bytes, _Dumper)
