"""Group commit: the writers of the log in this process, one for each of two connections."""

import asyncio
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import psycopg

from adapters.appends import Append, Outcome, parameters, settle
from adapters.postgres_connection import Connection, connected, cut_after
from adapters.sql import sql
from adapters.stored import Row
from adapters.waiting import Waiting
from domain.errors import LogUnavailable

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
    """Takes what waits, and records it in one transaction with one fsync, for as long as `run` runs.

    When the connection is lost on the way, the next one is asked first what became of the transaction: its
    appends are answered if it was recorded, and recorded now if it was not.
    """

    def __init__(self, url: str, waiting: Waiting, committed: Callable[[Sequence[Row]], None]) -> None:
        self._url = url
        self._waiting = waiting
        self._committed = committed
        self._name = uuid.uuid4().hex
        self._number = 0
        self._doubt: Doubt | None = None

    async def run(self) -> None:
        """Write until the queue is closed, over one connection after the other."""
        try:
            while self._doubt or not self._waiting.closed:
                if not await self._served():
                    self._waiting.refuse("the log cannot be reached")
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
                while batch := await self._waiting.take():
                    await self._commit(connection, batch)
        return reached

    def _give_up(self) -> None:
        if self._doubt:
            _refuse(self._doubt.batch, LOST)
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
            self._waiting.put_back(doubt.batch)

    async def _commit(self, connection: Connection, batch: list[Append]) -> None:
        """Record a batch. If something in it cannot be recorded, only that append suffers for it."""
        try:
            outcome = await self._send(connection, batch)
        except (psycopg.Error, ValueError) as error:  # also what cannot be encoded
            if connection.broken:
                raise
            self._doubt = None  # this was an answer
            if len(batch) == 1 or isinstance(error, psycopg.OperationalError):  # a full disk, for one
                _refuse(batch, f"the log did not record this ({type(error).__name__})")
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
                self._waiting.put_back(batch[done:])
                raise

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
            self._committed(recorded)


def _refuse(appends: Sequence[Append], why: str) -> None:
    for append in appends:
        append.refused(LogUnavailable(why))
