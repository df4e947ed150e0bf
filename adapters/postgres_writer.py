"""Group commit: the one writer of the log in this process, and what stands in its rows."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import psycopg

from adapters.sql import sql
from adapters.stored import Row
from domain.errors import BoundaryMoved, LogUnavailable
from domain.events import Boundary, Item

JOIN = "\x1f"
BATCH = 512
"""Rows in one transaction, unless a single append has more."""
PENDING = 20_000
"""Rows that may wait for a commit before appends are refused."""
RECONNECT = 0.25
"""Seconds between attempts to reach PostgreSQL again."""
LOST = "the connection to the log was lost; whether this was recorded is seen when it is asked for again"

Connection = psycopg.AsyncConnection[Any]
Mark = tuple[str, str, str]
"""(organisation, tag or "", type or ""): what a row can be found by."""


@dataclass
class Append:
    """What one command wants recorded; `done` becomes the position of its last row."""

    rows: Sequence[Row]
    boundary: Boundary | None
    done: asyncio.Future[int] = field(repr=False)


class Writer:
    """Takes all that waits, and records it in one transaction with one fsync, for as long as `run` runs."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._waiting: list[Append] = []
        self._pending = 0
        self._work = asyncio.Event()
        self._closing = False
        self.committed: list[Callable[[Sequence[Row]], None]] = []
        """Called with the rows of each transaction once it is durable."""

    async def append(self, rows: Sequence[Row], boundary: Boundary | None) -> int:
        """Record `rows` (their positions are given here) or raise; the position of the last one."""
        if self._closing:
            raise LogUnavailable("the log is closing")
        if self._pending + len(rows) > PENDING:
            raise LogUnavailable("too many events wait to be recorded")
        append = Append(rows, boundary, asyncio.get_running_loop().create_future())
        self._waiting.append(append)
        self._pending += len(rows)
        self._work.set()
        return await append.done

    def close(self) -> None:
        """Refuse what waits, and what comes; `run` returns when what is on its way has arrived."""
        self._closing = True
        self._refuse(self._take_all(), "the log is closing")
        self._work.set()

    async def run(self) -> None:
        """Write until closed, over one connection after the other."""
        while not self._closing:
            try:
                connection = await psycopg.AsyncConnection[Any].connect(self._url, autocommit=True)
            except psycopg.OperationalError:
                self._refuse(self._take_all(), "the log cannot be reached")
                await asyncio.sleep(RECONNECT)
                continue
            async with connection:
                with suppress(psycopg.OperationalError):
                    await configure(connection)
                    await self._commit_all(connection)

    async def _commit_all(self, connection: Connection) -> None:
        """Commit until the log closes or the connection is lost."""
        while not self._closing:
            await self._work.wait()
            batch = self._take()
            try:
                await self._commit(connection, batch)
            except BaseException:
                self._refuse(batch, LOST)
                raise

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
        """Record a batch. If something in it cannot be recorded, only that append suffers for it."""
        try:
            results = await _append(connection, batch)
        except psycopg.OperationalError:
            raise
        except (psycopg.Error, UnicodeError) as error:
            if len(batch) == 1:
                self._refuse(batch, f"the log did not record this ({type(error).__name__})")
                return
            for append in batch:
                await self._commit(connection, [append])
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


async def _append(connection: Connection, batch: Sequence[Append]) -> dict[int, tuple[Any, ...]]:
    """What `log_append` answers, by the number of the append."""
    if not batch:
        return {}
    cursor = await connection.execute(
        sql("log_append").encode(), _parameters(batch), binary=True, prepare=True
    )
    return {row[0]: row for row in await cursor.fetchall()}


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


def _parameters(batch: Sequence[Append]) -> tuple[list[Any], ...]:
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
        [row.personal for _, row in rows],
        *([guard[i] for guard in guards] for i in range(5)),
    )


async def configure(connection: Connection) -> None:
    """What every connection to the log is set to."""
    await connection.set_autocommit(True)
    await connection.execute("set timezone to 'UTC'")
