"""The seal in PostgreSQL: tiles of the tree, and signed checkpoints, moved together."""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import NamedTuple

from adapters.postgres_rows import PostgresRows
from adapters.sql import sql
from domain.tiles import HASH, WIDTH, SealDamaged, Tile

EVERY = WIDTH
"""Events after which a checkpoint is kept for ever."""
HEAD = b"select h.size, h.key, c.note, h.broken from seal_head h left join seal_checkpoints c using (size)"
NOTES = b"select size, note from seal_checkpoints where size > %b and size <= %b order by size limit %b"
READ_TILES = (
    b"select level, number, hashes from seal_tiles"
    b" join unnest(%b::smallint[], %b::bigint[]) as wanted (level, number) using (level, number)"
)
LEAVES = (
    b"select number, hashes from seal_tiles where level = 0 and number >= %b and number < %b order by number"
)
MOVE = (
    b"update seal_head set size = %(size)s, key = %(key)s, broken = null"
    b" where size = %(believed)s and coalesce(key, %(key)s) = %(key)s"
)
WRITE_TILES = (
    b"insert into seal_tiles (level, number, hashes)"
    b" select * from unnest(%b::smallint[], %b::bigint[], %b::bytea[])"
    b" on conflict (level, number) do update set hashes = excluded.hashes"
)
WRITE_NOTES = (
    b"insert into seal_checkpoints (size, note) select * from unnest(%b::bigint[], %b::text[])"
    b" on conflict (size) do update set note = excluded.note"
)
PAGE = 64
"""Tiles of leaves in one read: half a megabyte."""


class Head(NamedTuple):
    """How far the log is sealed, with the checkpoint that says so; neither key nor note before the first."""

    size: int
    key: str | None
    note: str | None
    broken: str | None


class PostgresSeal:
    """The tables of the seal. Make one with `PostgresSeal.opened(rows)`."""

    def __init__(self, rows: PostgresRows) -> None:
        self._rows = rows

    @classmethod
    async def opened(cls, rows: PostgresRows) -> "PostgresSeal":
        """Make the tables if they are not there; one process at a time, since several may start together."""
        async with rows.connection() as connection, connection.transaction():
            await connection.execute("select pg_advisory_xact_lock(4243)")
            await connection.execute(sql("seal").encode())
        return cls(rows)

    async def head(self) -> Head:
        """How far the log is sealed. Raises `SealDamaged` if nothing says so."""
        async with self._rows.connection() as connection:
            row = await (await connection.execute(HEAD)).fetchone()
        if row is None:
            raise SealDamaged("the head of the seal is missing")
        return Head(*row)

    async def tiles(self, wanted: Iterable[Tile]) -> dict[Tile, bytes]:
        """Those of the tiles that there are."""
        asked = list(wanted)
        async with self._rows.connection() as connection:
            cursor = await connection.execute(
                READ_TILES, ([tile.level for tile in asked], [tile.number for tile in asked]), binary=True
            )
            return {Tile(level, number): hashes for level, number, hashes in await cursor.fetchall()}

    async def leaves(self, upto: int, after: int = 0) -> AsyncIterator[Sequence[bytes]]:
        """The hashes of the leaves behind position `after`, up to position `upto`, in batches.

        A tile that is missing or too short counts as hashes of nothing, so that what follows keeps its place.
        """
        for first in range(after // WIDTH, (upto + WIDTH - 1) // WIDTH, PAGE):
            found = await self._leaf_tiles(first)
            for number in range(first, min(first + PAGE, (upto + WIDTH - 1) // WIDTH)):
                hashes = found.get(number, b"").ljust(WIDTH * HASH, b"\0")
                low, high = max(0, after - number * WIDTH), min(WIDTH, upto - number * WIDTH)
                yield [hashes[at * HASH : (at + 1) * HASH] for at in range(low, high)]

    async def _leaf_tiles(self, first: int) -> dict[int, bytes]:
        async with self._rows.connection() as connection:
            cursor = await connection.execute(LEAVES, (first, first + PAGE), binary=True)
            return dict(await cursor.fetchall())

    async def commit(
        self, believed: int, tiles: Mapping[Tile, bytes], notes: Mapping[int, str], key: str
    ) -> bool:
        """Move from size `believed` to that of the last note; False, and nothing, if it is elsewhere.

        A checkpoint at a size between two multiples of 256 is dropped when a later one takes its place.
        """
        async with self._rows.connection() as connection, connection.transaction():
            moved = await connection.execute(MOVE, {"size": max(notes), "believed": believed, "key": key})
            if moved.rowcount == 0:
                return False
            await connection.execute(
                WRITE_TILES,
                ([tile.level for tile in tiles], [tile.number for tile in tiles], list(tiles.values())),
            )
            await connection.execute(WRITE_NOTES, (list(notes), list(notes.values())))
            if believed % EVERY:
                await connection.execute("delete from seal_checkpoints where size = %s", (believed,))
            return True

    async def broken(self, why: str) -> None:
        """Say for all to see that nothing is sealed any more, and why."""
        async with self._rows.connection() as connection:
            await connection.execute("update seal_head set broken = %s", (why,))

    async def note(self, size: int) -> str | None:
        """The checkpoint that is kept for this size, if one is."""
        async with self._rows.connection() as connection:
            cursor = await connection.execute("select note from seal_checkpoints where size = %s", (size,))
            return (await cursor.fetchone() or (None,))[0]

    async def notes(self, after: int, upto: int, limit: int = 1000) -> list[tuple[int, str]]:
        """The checkpoints that are kept, by their sizes, after < size ≤ upto."""
        async with self._rows.connection() as connection:
            cursor = await connection.execute(NOTES, (after, upto, limit))
            return await cursor.fetchall()
