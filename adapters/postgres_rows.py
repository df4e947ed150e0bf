"""The rows of the log, read by position or by query, and written in groups. Knows no events."""

import asyncio
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

import psycopg
from psycopg_pool import AsyncConnectionPool

from adapters.appends import Append
from adapters.cancellation import cancellations, heed_cancellation
from adapters.postgres_connection import CONNECT, Connection, configure, connected, cut_after
from adapters.postgres_writer import Writer
from adapters.queries import first_rows_of, positions_of
from adapters.sql import sql
from adapters.stored import DamagedRecord, Row, each, ends_at, listed, placed, unpacked
from adapters.waiting import Waiting
from domain.errors import LogUnavailable
from domain.events import Boundary, Query

PAGE = 512
"""Rows in one read, at first and when they are large."""
LARGEST = 2048
"""Rows in one read when they are small and many are to come."""
ROOM = 4 * 2**20
"""Bytes that one read should bring, about."""
LAST = 2**63 - 1
EARLIER = "this database was made by a version before 0.2 and cannot be read; begin with an empty one"
PATIENCE = 2.0
"""Seconds to wait for a connection before the log counts as unavailable."""
READ = 10.0
"""Seconds that whoever has a connection for reading may keep it, unless they say otherwise."""
WRITERS = 2
"""While the transaction of one is on its way to the disk, that of the other is made ready."""
PARTING = 2.0
"""Seconds that a commit on its way has to arrive when the log closes."""

Pool = AsyncConnectionPool[Connection]


class Segments(Protocol):
    """Where rows are whose content was archived. Implemented in `adapters/archive.py`."""

    async def records(self, segment: str) -> Mapping[int, bytes]:
        """The records in a segment by their positions. Raises `LogUnavailable` if it cannot be read."""
        ...


class NoSegments:
    """No archive."""

    async def records(self, segment: str) -> Mapping[int, bytes]:
        """Refuses."""
        raise LogUnavailable(f"segment {segment} of the archive is needed, and there is no archive here")


class PostgresRows:
    """The tables of the log in one database. Make one with `PostgresRows.opened(url)`."""

    def __init__(self, pool: Pool, waiting: Waiting, segments: Segments) -> None:
        self._pool = pool
        self._waiting = waiting
        self._segments = segments
        self.committed: list[Callable[[Sequence[Row]], None]] = []
        """Called with the rows of each transaction of this process once it is durable."""

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
            rows = cls(pool, Waiting(), segments or NoSegments())
            writing = [group.create_task(rows._writer(url).run()) for _ in range(WRITERS)]
            try:
                yield rows
            finally:
                rows.close()
                await asyncio.wait(writing, timeout=PARTING)
                for task in writing:
                    task.cancel()

    def _writer(self, url: str) -> Writer:
        return Writer(url, self._waiting, self._tell)

    def _tell(self, rows: Sequence[Row]) -> None:
        for listener in self.committed:
            listener(rows)

    def close(self) -> None:
        """Record nothing any more; what is on its way still arrives."""
        self._waiting.close()

    async def append(self, rows: Sequence[Row], boundary: Boundary | None = None) -> int:
        """Record `rows` (their positions are given here) or raise; the position of the last one."""
        if not rows:
            return await self.head()
        append = Append(rows, boundary, asyncio.get_running_loop().create_future())
        self._waiting.add(append)
        return await append.done

    async def head(self) -> int:
        """The last position, 0 at first."""
        async with self.connection() as connection:
            cursor = await connection.execute("select position from log_head")
            return (await cursor.fetchone() or (0,))[0]

    @asynccontextmanager
    async def connection(self, patience: float = READ) -> AsyncGenerator[Connection, None]:
        """A connection, for `patience` seconds at most; `LogUnavailable` if there is none to be had."""
        heeded = cancellations()
        try:
            async with self._pool.connection() as connection:
                heed_cancellation(heeded)
                with cut_after(connection, patience):
                    yield connection
        except psycopg.OperationalError as error:  # a pool without connections says so too
            raise LogUnavailable(LogUnavailable.__doc__) from error

    async def records(self, after: int, upto: int | None = None, limit: int = PAGE) -> bytes:
        """The next rows behind `after`, in order, as one array of records; empty if there are none."""
        return await self._records(sql("log_page"), (after, LAST if upto is None else upto, limit))

    async def page(self, after: int, upto: int | None = None, limit: int = PAGE) -> list[Row]:
        """The next rows behind `after`, in order. One that is damaged has no type."""
        last = LAST if upto is None else upto
        records = await self.records(after, upto, limit)
        return await self._rows(records, ([], after, last, limit))

    async def read(
        self, query: Query, *, org: str | None, after: int = 0, upto: int | None = None
    ) -> AsyncIterator[list[Row]]:
        """The matching rows with after < position ≤ upto, in order, a batch at a time."""
        async for records in self.read_records(query, org=org, after=after, upto=upto):
            yield unpacked(records)

    async def read_records(
        self, query: Query, *, org: str | None, after: int = 0, upto: int | None = None
    ) -> AsyncIterator[bytes]:
        """As `read`, each batch as an array of records."""
        if org is None and not query.items:
            async for records in self._in_order(after, upto):
                yield records
            return
        last = LAST if upto is None else upto
        statement, parameters = first_rows_of(query, org, after, last, PAGE)
        records, more = await self._found(statement, parameters)
        if records:
            yield records
        if more is None:
            return
        positions = await self.positions(query, org=org, after=more, upto=upto)
        for start in range(0, len(positions), PAGE):
            yield await self._records(sql("log_rows"), (positions[start : start + PAGE],))

    async def _in_order(self, after: int, upto: int | None) -> AsyncIterator[bytes]:
        """All the rows, a page at a time: while one is worked on, PostgreSQL makes the next one ready."""
        limit, records = PAGE, await self.records(after, upto, PAGE)
        while records:
            count, after = ends_at(records)
            if count < limit:
                yield records
                return
            limit = next_limit(count, len(records))
            # In no group: whoever reads may stop anywhere, and a page on its way ends by itself.
            page = asyncio.create_task(self.records(after, upto, limit))  # noqa: TID251
            page.add_done_callback(_looked_at)
            await asyncio.sleep(0)  # it is asked for
            try:
                yield records
                records = await page
            finally:
                page.cancel()

    async def at(self, positions: Sequence[int]) -> AsyncIterator[list[Row]]:
        """The rows at these positions, in order, a batch at a time."""
        for start in range(0, len(positions), PAGE):
            chosen = positions[start : start + PAGE]
            yield await self._rows(await self._records(sql("log_rows"), (chosen,)), (chosen, 0, 0, PAGE))

    async def positions(
        self, query: Query, *, org: str | None, after: int = 0, upto: int | None = None
    ) -> list[int]:
        """The positions of the matching rows, in order."""
        statement, parameters = positions_of(query, org, after, LAST if upto is None else upto)
        async with self.connection() as connection:
            cursor = await connection.execute(statement, parameters, prepare=False, binary=True)
            return [row[0] for row in await cursor.fetchall()]

    async def _records(self, statement: str, parameters: Sequence[object]) -> bytes:
        async with self.connection() as connection:
            cursor = await connection.execute(statement.encode(), parameters, binary=True)
            count, records, archived = await cursor.fetchone() or (0, None, None)
        return await self._complete(count, records, archived)

    async def _found(self, statement: bytes, parameters: Sequence[object]) -> tuple[bytes, int | None]:
        """What a query finds first, in one turn to PostgreSQL; and where that ends, if there is more."""
        async with self.connection() as connection:
            # Not prepared: how it is best done depends on what is asked for.
            cursor = await connection.execute(statement, parameters, prepare=False, binary=True)
            count, records, archived, more = await cursor.fetchone() or (0, None, None, None)
        return await self._complete(count, records, archived), more

    async def _complete(self, count: int, records: bytes | None, archived: Sequence[int] | None) -> bytes:
        if archived:
            return await self._with_archived(archived)
        return listed(count, records) if records else b""

    async def _with_archived(self, positions: Sequence[int]) -> bytes:
        """The records at these positions, with those that stand in segments of the archive."""
        found = [placed(position, record) for position, record in await self._each((positions, 0, 0, None))]
        return listed(len(found), b"".join(found))

    async def _rows(self, records: bytes, parameters: Sequence[object]) -> list[Row]:
        """The rows of records; these find them again, should one of them be damaged."""
        try:
            return unpacked(records) if records else []
        except DamagedRecord:
            return each(await self._each(parameters))

    async def _each(self, parameters: Sequence[object]) -> list[tuple[int, bytes]]:
        """The position and the record of each row, wherever it stands."""
        async with self.connection() as connection:
            cursor = await connection.execute(sql("log_each").encode(), parameters, binary=True)
            rows = await cursor.fetchall()
        return [
            (position, record if segment is None else await self._archived(segment, position))
            for position, record, segment in rows
        ]

    async def _archived(self, segment: str, position: int) -> bytes:
        record = (await self._segments.records(segment)).get(position)
        if record is None:
            raise LogUnavailable(f"segment {segment} of the archive lacks position {position}")
        return record


def _looked_at(page: asyncio.Task[bytes]) -> None:
    """Whoever stops reading does not ask what became of the next page."""
    if not page.cancelled():
        page.exception()


def next_limit(count: int, size: int) -> int:
    """How many rows to read next, so that they are about as large as a read should be."""
    return min(LARGEST, max(PAGE, ROOM * count // size)) if count else PAGE


async def _prepare(url: str) -> None:
    """Make the tables; one process at a time, since several may start together."""
    try:
        async with connected(url) as connection, connection.transaction():
            await connection.execute("select pg_advisory_xact_lock(4242)")
            if (await (await connection.execute(sql("log_earlier").encode())).fetchone()) is not None:
                raise LogUnavailable(EARLIER)
            await _make(connection)
            await connection.execute(sql("log_writers_gone").encode())
    except psycopg.OperationalError as error:
        raise LogUnavailable(f"PostgreSQL cannot be reached: {error}") from error


async def _make(connection: Connection) -> None:
    """Make the tables unless these very ones are there: to look again takes locks that writers wait for."""
    wanted = hashlib.sha256(sql("schema").encode()).hexdigest()
    cursor = await connection.execute("select obj_description(to_regclass('log_head'), 'pg_class')")
    if await cursor.fetchone() != (wanted,):
        await connection.execute(sql("schema").encode())
        await connection.execute(f"comment on table log_head is '{wanted}'".encode())
