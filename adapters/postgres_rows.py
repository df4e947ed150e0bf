"""The rows of the log, read by position or by query, and written in groups. Knows no events."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol

import psycopg
from psycopg import sql as syntax
from psycopg_pool import AsyncConnectionPool

from adapters.postgres_connection import CONNECT, Connection, configure, connected, cut_after
from adapters.postgres_writer import Writer
from adapters.sql import sql
from adapters.stored import Content, Row
from domain.errors import LogUnavailable
from domain.events import Boundary, Item, Query

PAGE = 512
"""Rows in one read, at first and when they are large."""
LARGEST = 4096
"""Rows in one read when they are small and many are to come."""
ROOM = 4 * 2**20
"""Bytes that one read should bring, about."""
OVERHEAD = 200
"""Bytes of a row beside its data, about."""
SEGMENT = 9
"""The column that names the segment of an archived row."""
LAST = 2**63 - 1
PATIENCE = 2.0
"""Seconds to wait for a connection before the log counts as unavailable."""
READ = 10.0
"""Seconds that whoever has a connection for reading may keep it, unless they say otherwise."""
PARTING = 2.0
"""Seconds that a commit on its way has to arrive when the log closes."""

Pool = AsyncConnectionPool[Connection]


class Segments(Protocol):
    """Where rows are whose content was archived. Implemented in `adapters/archive.py`."""

    async def contents(self, segment: str) -> Mapping[int, Content]:
        """What the rows of a segment hold, by position. Raises `LogUnavailable` if it cannot be read."""
        ...


class NoSegments:
    """No archive."""

    async def contents(self, segment: str) -> Mapping[int, Content]:
        """Refuses."""
        raise LogUnavailable(f"segment {segment} of the archive is needed, and there is no archive here")


class PostgresRows:
    """The tables of the log in one database. Make one with `PostgresRows.opened(url)`."""

    def __init__(self, pool: Pool, writer: Writer, segments: Segments) -> None:
        self._pool = pool
        self._writer = writer
        self._segments = segments

    @property
    def committed(self) -> list[Callable[[Sequence[Row]], None]]:
        """Called with the rows of each transaction of this process once it is durable."""
        return self._writer.committed

    @classmethod
    @asynccontextmanager
    async def opened(
        cls, url: str, segments: Segments | None = None, *, connections: int = 4
    ) -> AsyncGenerator["PostgresRows", None]:
        """Connect, make the tables if they are not there, and write until the block is left."""
        await _prepare(url)
        options = {"connect_timeout": CONNECT}
        async with (
            AsyncConnectionPool[Connection](
                url,
                min_size=1,
                max_size=connections,
                configure=configure,
                open=False,
                timeout=PATIENCE,
                kwargs=options,
            ) as pool,
            asyncio.TaskGroup() as group,
        ):
            writer = Writer(url)
            writing = group.create_task(writer.run())
            try:
                yield cls(pool, writer, segments or NoSegments())
            finally:
                writer.close()
                await asyncio.wait([writing], timeout=PARTING)
                writing.cancel()

    async def append(self, rows: Sequence[Row], boundary: Boundary | None = None) -> int:
        """Record `rows` (their positions are given here) or raise; the position of the last one."""
        return await self._writer.append(rows, boundary) if rows else await self.head()

    async def head(self) -> int:
        """The last position, 0 at first."""
        async with self.connection() as connection:
            cursor = await connection.execute("select position from log_head")
            return (await cursor.fetchone() or (0,))[0]

    @asynccontextmanager
    async def connection(self, patience: float = READ) -> AsyncGenerator[Connection, None]:
        """A connection, for `patience` seconds at most; `LogUnavailable` if there is none to be had."""
        try:
            async with self._pool.connection() as connection:
                with cut_after(connection, patience):
                    yield connection
        except psycopg.OperationalError as error:  # a pool without connections says so too
            raise LogUnavailable(LogUnavailable.__doc__) from error

    async def page(self, after: int, upto: int | None = None, limit: int = PAGE) -> list[Row]:
        """The next rows behind `after`, in order."""
        return await self._rows(sql("log_page"), (after, LAST if upto is None else upto, limit))

    async def read(
        self, query: Query, *, org: str | None, after: int = 0, upto: int | None = None
    ) -> AsyncIterator[list[Row]]:
        """The matching rows with after < position ≤ upto, in order, a batch at a time."""
        if org is None and not query.items:
            limit = PAGE
            while page := await self.page(after, upto, limit):
                yield page
                after = page[-1].position
                limit = next_limit(page)
            return
        async for batch in self.at(await self.positions(query, org=org, after=after, upto=upto)):
            yield batch

    async def at(self, positions: Sequence[int]) -> AsyncIterator[list[Row]]:
        """The rows at these positions, in order, a batch at a time."""
        for start in range(0, len(positions), PAGE):
            yield await self._rows(sql("log_rows"), (positions[start : start + PAGE],))

    async def positions(
        self, query: Query, *, org: str | None, after: int = 0, upto: int | None = None
    ) -> list[int]:
        """The positions of the matching rows, in order."""
        branches = [
            _branch(item, org, after, LAST if upto is None else upto) for item in query.items or (Item(),)
        ]
        statement = syntax.SQL(" union ").join(branches) + syntax.SQL(" order by position")
        async with self.connection() as connection:
            cursor = await connection.execute(statement, binary=True)
            return [row[0] for row in await cursor.fetchall()]

    async def _rows(self, statement: str, parameters: Sequence[object]) -> list[Row]:
        async with self.connection() as connection:
            cursor = await connection.execute(statement.encode(), parameters, binary=True)
            records = await cursor.fetchall()
        rows = [_row(record) for record in records]
        if any(record[SEGMENT] for record in records):
            return await self._with_archived(rows, [record[SEGMENT] for record in records])
        return rows

    async def _with_archived(self, rows: Sequence[Row], segments: Sequence[str | None]) -> list[Row]:
        """The rows, with what stands in segments of the archive; what stands here is taken from here."""
        found: list[Row] = []
        for row, segment in zip(rows, segments, strict=True):
            if segment is None:
                found.append(row)
                continue
            archived = (await self._segments.contents(segment)).get(row.position)
            if archived is None:
                raise LogUnavailable(f"segment {segment} of the archive lacks position {row.position}")
            found.append(row._replace(data=archived.data, personal=archived.personal))
        return found


def _branch(item: Item, org: str | None, after: int, upto: int) -> syntax.Composed:
    """The positions that one item of a query matches. A row of `event_tags` may hold several positions."""
    if org is None:
        raise ValueError("a query with items is asked within an organisation")
    first, *others = item.tags or ("",)
    types = syntax.SQL("and type = any ({})").format(list(item.types)) if item.types else syntax.SQL("")
    rest = syntax.SQL("and exists (select from events e where e.position = found.position and e.tags @> {})")
    return syntax.SQL(
        "select found.position from event_tags t,"
        " lateral unnest(coalesce(t.positions, array[t.position])) as found (position)"
        " where org = {} and tag = {} {} and t.position > {}"
        " and found.position > {} and found.position <= {} {}"
    ).format(org, first, types, after, after, upto, rest.format(others) if others else syntax.SQL(""))


def _row(record: tuple[Any, ...]) -> Row:
    position, at, org, kind, actor, cause, tags, data, personal, _ = record
    return Row(position, at, org, kind, actor, cause, tuple(tags), data, personal)


def next_limit(page: Sequence[Row]) -> int:
    """How many rows to read next, so that they are about as large as a read should be."""
    size = sum(len(row.data) for row in page) + OVERHEAD * len(page)
    return min(LARGEST, max(PAGE, ROOM * len(page) // size)) if page else PAGE


async def _prepare(url: str) -> None:
    """Make the tables; one process at a time, since several may start together."""
    try:
        async with connected(url) as connection, connection.transaction():
            await connection.execute("select pg_advisory_xact_lock(4242)")
            await _make(connection)
    except psycopg.OperationalError as error:
        raise LogUnavailable(f"PostgreSQL cannot be reached: {error}") from error


async def _make(connection: Connection) -> None:
    """Make the tables unless these very ones are there: to look again takes locks that writers wait for."""
    wanted = hashlib.sha256(sql("schema").encode()).hexdigest()
    cursor = await connection.execute("select obj_description(to_regclass('log_head'), 'pg_class')")
    if await cursor.fetchone() != (wanted,):
        await connection.execute(sql("schema").encode())
        await connection.execute(f"comment on table log_head is '{wanted}'".encode())
