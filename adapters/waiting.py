"""The appends that wait to be recorded."""

import asyncio
from collections.abc import Sequence

from adapters.appends import Append, Marks
from domain.errors import LogUnavailable

BATCH = 512
"""Rows in one transaction, unless a single append has more."""
PENDING = 20_000
"""Rows that may wait for a commit before appends are refused."""
COMMAND = 2
"""What it takes to hear and to answer a command, in rows to be recorded."""
SHARED = 240
"""Work, in rows, from which on two writers that have nothing to do share what waits; a transaction should be
worth the way to the disk."""


class Waiting:
    """A queue of appends, for writers that take as many as go into one transaction."""

    def __init__(self) -> None:
        self._appends: list[Append] = []
        self._rows = 0
        self._some = asyncio.Event()
        self._idle = 0
        self.closed = False

    def add(self, append: Append) -> None:
        """Queue up. Raises `LogUnavailable` when too many wait already, or the log closes."""
        if self.closed:
            raise LogUnavailable("the log is closing")
        if self._rows + len(append.rows) > PENDING:
            raise LogUnavailable("too many events wait to be recorded")
        self._appends.append(append)
        self._rows += len(append.rows)
        self._some.set()

    def put_back(self, appends: Sequence[Append]) -> None:
        """These come first again."""
        self._set([*appends, *self._appends])

    def refuse(self, why: str) -> None:
        """Refuse all that wait."""
        appends = self._appends
        self._set([])
        for append in appends:
            append.refused(LogUnavailable(why))

    def close(self) -> None:
        """Refuse what waits, and what comes."""
        self.closed = True
        self.refuse("the log is closing")
        self._some.set()

    async def take(self) -> list[Append]:
        """What goes into one transaction, once there is something; nothing when closed and nothing is left.

        While one writer's transaction is on its way to the disk another one's can be made ready, so whoever
        finds the other without work leaves it half.
        """
        while not self._appends and not self.closed:
            self._idle += 1
            try:
                await self._some.wait()
            finally:
                self._idle -= 1
        shared = self._idle > 0 and self._rows + COMMAND * len(self._appends) >= SHARED
        batch, rest = _batch(self._appends, (len(self._appends) + 1) // 2 if shared else len(self._appends))
        self._set(rest)
        return batch

    def _set(self, appends: list[Append]) -> None:
        self._appends = appends
        self._rows = sum(len(append.rows) for append in appends)
        if appends or self.closed:
            self._some.set()
        else:
            self._some.clear()


def _batch(appends: Sequence[Append], most: int) -> tuple[list[Append], list[Append]]:
    """The appends that go into one transaction, so many at most, and the rest.

    A guarded append waits for the next one if an append before it may move its boundary: the guards
    are checked before anything of a transaction is recorded.
    """
    batch: list[Append] = []
    rest: list[Append] = []
    touched = Marks(batch)
    size = 0
    for append in appends:
        if append.done.cancelled():
            continue
        size += len(append.rows)
        if len(batch) == most or (batch and size > BATCH) or touched.move(append):
            rest.append(append)
        else:
            batch.append(append)
    return batch, rest
