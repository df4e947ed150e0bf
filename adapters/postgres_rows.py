"""The rows of the log: group commit with guards, and reading by position or by query. Knows no events."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import psycopg
from psycopg import sql as syntax
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from adapters.sql import sql
from domain.errors import BoundaryMoved, LogUnavailable
from domain.events import Boundary, Item, Query

JOIN = "\x1f"
BATCH = 512
"""Rows in one transaction, and in one read, at most."""
PENDING = 20_000
"""Rows that may wait for a commit before appends are refused."""
LAST = 2**63 - 1

PATIENCE = 2.0
"""Seconds to wait for a connection before the log counts as unavailable."""
RECONNECT = 0.25
"""Seconds between attempts to reach PostgreSQL again."""

Connection = psycopg.AsyncConnection[Any]
Pool = AsyncConnectionPool[Connection]
Mark = tuple[str, str, str]
"""(organisation, tag or "", type or ""): what a row can be found by."""


class Row(NamedTuple):
    """One event as it stands in the log."""

    position: int
    at: datetime
    org: str
    type: str
    actor: str
    cause: str | None
    tags: tuple[str, ...]
    data: bytes


@dataclass
class Append:
    """What one command wants recorded; `done` becomes the position of its last row."""

    rows: Sequence[Row]
    boundary: Boundary | None
    done: asyncio.Future[int] = field(repr=False)


class PostgresRows:
    """The tables of the log in one database. Make one with `PostgresRows.opened(url)`."""

    def __init__(self, url: str, pool: Pool) -> None:
        self._url = url
        self._pool = pool
        self._waiting: list[Append] = []
        self._pending = 0
        self._work = asyncio.Event()
        self.committed: list[Callable[[Sequence[Row]], None]] = []
        """Called with the rows of each transaction once it is durable."""

    @property
    def pool(self) -> Pool:
        """Connections for reading, and for the tables of the views."""
        return self._pool

    @classmethod
    @asynccontextmanager
    async def opened(cls, url: str, *, connections: int = 4) -> AsyncGenerator["PostgresRows", None]:
        """Connect, make the tables if they are not there, and write until the block is left."""
        await _prepare(url)
        async with (
            AsyncConnectionPool[Connection](
                url, min_size=1, max_size=connections, configure=_configure, open=False, timeout=PATIENCE
            ) as pool,
            asyncio.TaskGroup() as group,
        ):
            rows = cls(url, pool)
            writer = group.create_task(rows._write())
            try:
                yield rows
            finally:
                writer.cancel()
                rows._refuse(rows._take_all(), "the log is closing")

    async def append(self, rows: Sequence[Row], boundary: Boundary | None = None) -> int:
        """Record `rows` (their positions are given here) or raise; the position of the last one."""
        if not rows:
            return await self.head()
        if self._pending + len(rows) > PENDING:
            raise LogUnavailable("too many events wait to be recorded")
        append = Append(rows, boundary, asyncio.get_running_loop().create_future())
        self._waiting.append(append)
        self._pending += len(rows)
        self._work.set()
        return await append.done

    async def head(self) -> int:
        """The last position, 0 at first."""
        async with self.connection() as connection:
            cursor = await connection.execute("select position from log_head")
            return (await cursor.fetchone() or (0,))[0]

    @asynccontextmanager
    async def connection(self) -> AsyncGenerator[Connection, None]:
        """A connection for reading; `LogUnavailable` if there is none to be had."""
        try:
            async with self._pool.connection() as connection:
                yield connection
        except (psycopg.OperationalError, PoolTimeout) as error:
            raise LogUnavailable(LogUnavailable.__doc__) from error

    async def page(self, after: int, upto: int | None = None, limit: int = BATCH) -> list[Row]:
        """The next rows behind `after`, in order."""
        return await self._rows(sql("log_page"), (after, LAST if upto is None else upto, limit))

    async def read(
        self, query: Query, *, org: str | None, after: int = 0, upto: int | None = None
    ) -> AsyncIterator[list[Row]]:
        """The matching rows with after < position ≤ upto, in order, a batch at a time."""
        if org is None and not query.items:
            while page := await self.page(after, upto):
                yield page
                after = page[-1].position
            return
        async for batch in self.at(await self.positions(query, org=org, after=after, upto=upto)):
            yield batch

    async def at(self, positions: Sequence[int]) -> AsyncIterator[list[Row]]:
        """The rows at these positions, in order, a batch at a time."""
        for start in range(0, len(positions), BATCH):
            yield await self._rows(sql("log_rows"), (positions[start : start + BATCH],))

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
            return [_row(record) for record in await cursor.fetchall()]

    async def _write(self) -> None:
        while True:
            try:
                async with await psycopg.AsyncConnection[Any].connect(
                    self._url, autocommit=True
                ) as connection:
                    await _configure(connection)
                    await self._commit_for_ever(connection)
            except psycopg.OperationalError:
                self._refuse(self._take_all(), "the log cannot be reached")
                await asyncio.sleep(RECONNECT)

    async def _commit_for_ever(self, connection: Connection) -> None:
        while True:
            await self._work.wait()
            if batch := self._take():
                await self._commit(connection, batch)

    def _take(self) -> list[Append]:
        """As many waiting appends as go into one transaction.

        A guarded append waits for the next one if an append before it may move its boundary: the guards
        are checked before anything of a transaction is recorded.
        """
        batch: list[Append] = []
        rest: list[Append] = []
        touched: set[Mark] = set()
        size = 0
        for append in self._take_all():
            if append.done.cancelled():
                continue
            size += len(append.rows)
            if (batch and size > BATCH) or (append.boundary and _touches(append, touched)):
                rest.append(append)
                continue
            batch.append(append)
            touched.update(mark for row in append.rows for mark in _marks(row))
        self._waiting = rest
        self._pending = sum(len(append.rows) for append in rest)
        if rest:
            self._work.set()
        return batch

    def _take_all(self) -> list[Append]:
        waiting, self._waiting, self._pending = self._waiting, [], 0
        self._work.clear()
        return waiting

    async def _commit(self, connection: Connection, batch: list[Append]) -> None:
        try:
            cursor = await connection.execute(
                sql("log_append").encode(), _parameters(batch), binary=True, prepare=True
            )
            results = {row[0]: row for row in await cursor.fetchall()}
        except psycopg.Error as error:
            self._refuse(batch, f"the log did not record this ({type(error).__name__})")
            if isinstance(error, psycopg.OperationalError):
                raise
        except BaseException:
            self._refuse(batch, "the log is closing")
            raise
        else:
            self._settle(batch, results)

    def _settle(self, batch: list[Append], results: dict[int, tuple[Any, ...]]) -> None:
        recorded: list[Row] = []
        for number, append in enumerate(batch):
            _, last, moved = results[number]
            if last is None:
                _answer(append, BoundaryMoved(moved.replace(JOIN, " ") or "the log"))
                continue
            first = last - len(append.rows) + 1
            recorded += [row._replace(position=first + i) for i, row in enumerate(append.rows)]
            _answer(append, last)
        if recorded:
            for listener in self.committed:
                listener(recorded)

    def _refuse(self, appends: Sequence[Append], why: str) -> None:
        for append in appends:
            _answer(append, LogUnavailable(why))


def _answer(append: Append, outcome: int | Exception) -> None:
    """Tell the caller, unless it has gone away."""
    if append.done.done():
        return
    if isinstance(outcome, int):
        append.done.set_result(outcome)
    else:
        append.done.set_exception(outcome)


def _marks(row: Row) -> Iterable[Mark]:
    """What queries may find this row by."""
    for tag in (*row.tags, ""):
        yield (row.org, tag, row.type)
        yield (row.org, tag, "")


def _touches(append: Append, touched: set[Mark]) -> bool:
    assert append.boundary is not None
    org = append.rows[0].org
    return any(
        (org, item.tags[0] if item.tags else "", kind) in touched
        for item in append.boundary.query.items or (Item(),)
        for kind in item.types or ("",)
    )


def _parameters(batch: list[Append]) -> tuple[list[Any], ...]:
    """The columns of `log_append`."""
    rows = [(number, row) for number, append in enumerate(batch) for row in append.rows]
    guards = [
        (number, append.rows[0].org, JOIN.join(item.types), JOIN.join(item.tags), append.boundary.position)
        for number, append in enumerate(batch)
        if append.boundary
        for item in append.boundary.query.items or (Item(),)
    ]
    return (
        [number for number, _ in rows],
        [row.at for _, row in rows],
        [row.org for _, row in rows],
        [row.type for _, row in rows],
        [row.actor for _, row in rows],
        [row.cause for _, row in rows],
        [JOIN.join(row.tags) for _, row in rows],
        [row.data for _, row in rows],
        *([guard[i] for guard in guards] for i in range(5)),
    )


def _branch(item: Item, org: str | None, after: int, upto: int) -> syntax.Composed:
    """The positions that one item of a query matches."""
    if org is None:
        raise ValueError("a query with items is asked within an organisation")
    first, *others = item.tags or ("",)
    types = syntax.SQL("and type = any ({})").format(list(item.types)) if item.types else syntax.SQL("")
    rest = syntax.SQL(
        "and exists (select from events e where e.position = event_tags.position and e.tags @> {})"
    )
    return syntax.SQL(
        "select position from event_tags"
        " where org = {} and tag = {} {} and position > {} and position <= {} {}"
    ).format(org, first, types, after, upto, rest.format(others) if others else syntax.SQL(""))


async def _configure(connection: Connection) -> None:
    await connection.set_autocommit(True)
    await connection.execute("set timezone to 'UTC'")


async def _prepare(url: str) -> None:
    """Make the tables; one process at a time, since several may start together."""
    try:
        async with await psycopg.AsyncConnection[Any].connect(url) as connection:
            await connection.execute("select pg_advisory_xact_lock(4242)")
            await connection.execute(sql("schema").encode())
    except psycopg.OperationalError as error:
        raise LogUnavailable(f"PostgreSQL cannot be reached: {error}") from error


def _row(record: tuple[Any, ...]) -> Row:
    position, at, org, kind, actor, cause, tags, data = record
    return Row(position, at, org, kind, actor, cause, tuple(tags), data)
