"""The log on PostgreSQL: events in, events out, and followers that are woken as soon as there is more."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from adapters.cancellation import heed_cancellation
from adapters.postgres_rows import PAGE, PostgresRows
from adapters.stored import Row
from domain.catalogue import decode, encode, tags_of
from domain.events import EVERYTHING, Boundary, Context, Event, Query, Recorded, type_of

RECENT = 4096
"""Events kept in memory for followers that are nearly at the head."""
POLL = 1.0
"""Seconds after which a follower looks for itself, should a signal have been lost."""


class PostgresLog:
    """Implements `domain.log.EventLog`. Make one with `PostgresLog.opened(url)`."""

    def __init__(self, rows: PostgresRows) -> None:
        self.rows = rows
        self.appended: list[Callable[[int], None]] = []
        """Called with the new head after each commit of this process, to wake other processes."""
        self._recent: deque[Recorded] = deque(maxlen=RECENT)
        self._more = asyncio.Event()
        self._head = 0
        rows.committed.append(self._committed)

    @classmethod
    @asynccontextmanager
    async def opened(cls, url: str) -> AsyncGenerator["PostgresLog", None]:
        """Connect and make the tables if they are not there; ready to use within the block."""
        async with PostgresRows.opened(url) as rows:
            log = cls(rows)
            log.woken(await rows.head())
            yield log

    async def append(
        self, events: Sequence[Event], context: Context, boundary: Boundary | None = None
    ) -> int:
        """See `EventLog.append`. Raises `UndecodableEvent` for what could never be read again."""
        c = context
        rows = [
            Row(0, c.at, c.org, type_of(event), c.actor, c.cause, tags_of(event), _readable(event))
            for event in events
        ]
        return await self.rows.append(rows, boundary)

    async def read(
        self, query: Query = EVERYTHING, *, after: int = 0, upto: int | None = None, org: str | None = None
    ) -> AsyncIterator[Sequence[Recorded]]:
        """See `EventLog.read`."""
        async for batch in self.rows.read(query, org=org, after=after, upto=upto):
            yield [recorded(row) for row in batch]

    async def follow(self, after: int = 0) -> AsyncIterator[Sequence[Recorded]]:
        """See `EventLog.follow`."""
        while True:
            heed_cancellation()
            more = self._more
            if batch := self._since(after) or await self._page(after):
                yield batch
                after = batch[-1].position
                if len(batch) >= PAGE or after < self._head:
                    continue
            else:
                self._head = min(self._head, after)  # whatever a signal said, this is the end
            await _within(POLL, more)

    async def head(self) -> int:
        """See `EventLog.head`."""
        return await self.rows.head()

    async def _page(self, after: int) -> Sequence[Recorded]:
        return [recorded(row) for row in await self.rows.page(after)]

    @property
    def more(self) -> asyncio.Event:
        """Set at the next sign of more; taken before one looks at the rows, no sign is missed."""
        return self._more

    def woken(self, position: int) -> None:
        """The log reaches to `position` now, another process says; followers look at once."""
        if position > self._head:
            self._head = position
            self._more.set()
            self._more = asyncio.Event()

    def _committed(self, rows: Sequence[Row]) -> None:
        if self._recent and rows[0].position != self._recent[-1].position + 1:
            self._recent.clear()  # another process wrote in between: followers read that from the table
        self._recent.extend(recorded(row) for row in rows)
        self.woken(rows[-1].position)
        for listener in self.appended:
            listener(rows[-1].position)

    def _since(self, after: int) -> Sequence[Recorded]:
        if not self._recent or after < self._recent[0].position - 1:
            return ()
        missing = self._recent[-1].position - after
        return [self._recent[i] for i in range(-missing, 0)] if missing > 0 else ()


def _readable(event: Event) -> bytes:
    """The event as it is stored; encoding does not look at the limits of fields, decoding does."""
    data = encode(event)
    decode(type_of(event), data)
    return data


def recorded(row: Row) -> Recorded:
    """The event of a row."""
    return Recorded(
        position=row.position,
        org=row.org,
        at=row.at,
        actor=row.actor,
        cause=row.cause,
        tags=row.tags,
        event=decode(row.type, row.data),
    )


async def _within(seconds: float, event: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
