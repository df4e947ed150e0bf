"""Group commit: the one writer of the log in this process."""

import asyncio
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import psycopg

from adapters.appends import Append, Marks, Outcome, parameters, settle
from adapters.postgres_connection import Connection, connected, cut_after
from adapters.sql import sql
from adapters.stored import Row
from domain.errors import LogUnavailable
from domain.events import Boundary

BATCH = 512
"""Rows in one transaction, unless a single append has more."""
PENDING = 20_000
"""Rows that may wait for a commit before appends are refused."""
RECONNECT = 0.25
"""Seconds between attempts to reach PostgreSQL again."""
COMMIT = 5.0
"""Seconds that a commit may take before its connection counts as lost."""
DOUBT = 5.0
"""Seconds in which a lost connection must be back for its last transaction to be asked about."""
LOST = "the connection to the log was lost; whether this was recorded is seen when it is asked for again"


@dataclass
class Doubt:
    """A batch that was sent, and not answered."""

    batch: list[Append]
    number: int
    until: float


class Writer:
    """Takes all that waits, and records it in one transaction with one fsync, for as long as `run` runs.

    When the connection is lost on the way, the next one is asked first what became of the transaction: its
    appends are answered if it was recorded, and recorded now if it was not.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._name = uuid.uuid4().hex
        self._number = 0
        self._doubt: Doubt | None = None
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
        try:
            while self._doubt or not self._closing:
                if not await self._served():
                    self._refuse(self._take_all(), "the log cannot be reached")
                    await asyncio.sleep(RECONNECT)
                if self._doubt and time.monotonic() > self._doubt.until:
                    self._give_up()
        finally:
            self._give_up()

    async def _served(self) -> bool:
        """Write over one connection until it is lost or the log closes; False if there was none to be had."""
        reached = False
        with suppress(psycopg.OperationalError):
            async with connected(self._url) as connection:
                reached = True
                await self._resolve(connection)
                await self._commit_all(connection)
        return reached

    def _give_up(self) -> None:
        if self._doubt:
            self._refuse(self._doubt.batch, LOST)
            self._doubt = None

    async def _resolve(self, connection: Connection) -> None:
        """Find out what became of the batch that was on its way when the last connection was lost."""
        if (doubt := self._doubt) is None:
            return
        with cut_after(connection, COMMIT):
            cursor = await connection.execute(
                sql("log_outcome").encode(), (self._name, doubt.number), binary=True
            )
            record = await cursor.fetchone()
        self._doubt = None
        if record is not None:
            self._settle(doubt.batch, Outcome.of(record))
        else:
            self._put_back(doubt.batch)

    async def _commit_all(self, connection: Connection) -> None:
        """Commit until the log closes or the connection is lost."""
        while self._waiting or not self._closing:
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
        touched = Marks(batch)
        size = 0
        for append in self._take_all():
            if append.done.cancelled():
                continue
            size += len(append.rows)
            if (batch and size > BATCH) or touched.move(append):
                rest.append(append)
            else:
                batch.append(append)
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
            outcome = await self._send(connection, batch)
        except (psycopg.Error, ValueError) as error:  # also what cannot be encoded
            if connection.broken:
                raise
            self._doubt = None  # this was an answer
            if len(batch) == 1 or isinstance(error, psycopg.OperationalError):  # a full disk, for one
                self._refuse(batch, f"the log did not record this ({type(error).__name__})")
            else:
                await self._commit_each(connection, batch)
        else:
            self._doubt = None
            self._settle(batch, outcome)

    async def _commit_each(self, connection: Connection, batch: list[Append]) -> None:
        for done, append in enumerate(batch, 1):
            try:
                await self._commit(connection, [append])
            except BaseException:
                self._put_back(batch[done:])
                raise

    def _put_back(self, batch: list[Append]) -> None:
        """These come first when there is a connection again."""
        self._waiting[:0] = batch
        self._pending += sum(len(append.rows) for append in batch)
        self._work.set()

    async def _send(self, connection: Connection, batch: list[Append]) -> Outcome:
        self._number += 1
        self._doubt = Doubt(batch, self._number, time.monotonic() + DOUBT)
        with cut_after(connection, COMMIT):
            cursor = await connection.execute(
                sql("log_append").encode(),
                (self._name, self._number, *parameters(batch)),
                binary=True,
                prepare=True,
            )
            record = await cursor.fetchone()
        assert record is not None
        return Outcome.of(record)

    def _settle(self, batch: Sequence[Append], outcome: Outcome) -> None:
        if recorded := settle(batch, outcome):
            for listener in self.committed:
                listener(recorded)

    def _refuse(self, appends: Sequence[Append], why: str) -> None:
        for append in appends:
            append.refused(LogUnavailable(why))
