"""The log on PostgreSQL: events in, events out, and followers that are woken as soon as there is more."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Protocol, TypeVar

from adapters.cancellation import heed_cancellation
from adapters.postgres_rows import LARGEST, PAGE, PostgresRows, Segments, next_limit
from adapters.reader import Reader, Vault
from adapters.recent import Recent
from adapters.stored import Row, packed, unpacked
from domain.catalogue import checked, closed, encode, owner, personal_fields, tags_of
from domain.events import EVERYTHING, Boundary, Context, Event, Query, Recorded, type_of

POLL = 1.0
"""Seconds after which a follower looks for itself, should a signal have been lost."""


class Placed(Protocol):
    """Something with a place in the log."""

    @property
    def position(self) -> int:
        """Its position."""
        ...


At = TypeVar("At", bound=Placed)


class PostgresLog:
    """Implements `domain.log.EventLog`. Make one with `PostgresLog.opened(url)`.

    Without a vault, personal fields are stored as they are, and read as erased where they were encrypted.
    """

    def __init__(self, rows: PostgresRows, vault: Vault | None = None) -> None:
        self.rows = rows
        self.vault = vault
        self.appended: list[Callable[[int], None]] = []
        """Called with the new head after each commit of this process, to wake other processes."""
        self._reader = Reader(vault)
        self._recent = Recent()
        self._more = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None
        self._head = 0
        rows.committed.append(self._committed)

    @classmethod
    @asynccontextmanager
    async def opened(
        cls,
        url: str,
        vault: Callable[[PostgresRows], Vault] | None = None,
        segments: Segments | None = None,
    ) -> AsyncGenerator["PostgresLog", None]:
        """Connect and make the tables if they are not there; ready to use within the block."""
        async with PostgresRows.opened(url, segments) as rows:
            log = cls(rows, vault and vault(rows))
            log.woken(await rows.head())
            yield log

    async def append(
        self, events: Sequence[Event], context: Context, boundary: Boundary | None = None
    ) -> int:
        """See `EventLog.append`. Raises `UndecodableEvent` for what could never be read again."""
        rows = [await self._row(event, context) for event in events]
        return await self.rows.append(rows, boundary)

    async def read(
        self, query: Query = EVERYTHING, *, after: int = 0, upto: int | None = None, org: str | None = None
    ) -> AsyncIterator[Sequence[Recorded]]:
        """See `EventLog.read`."""
        async for records in self.rows.read_records(query, org=org, after=after, upto=upto):
            yield await self._reader.events(records)

    def follow(self, after: int = 0) -> AsyncIterator[Sequence[Recorded]]:
        """See `EventLog.follow`."""
        return self._follow(after, self._shared, self._reader.events)

    def follow_rows(self, after: int = 0) -> AsyncIterator[Sequence[Row]]:
        """As `follow`, the events as they are stored."""
        return self._follow(after, _as_they_are, _unpacked)

    async def _follow(
        self,
        after: int,
        from_memory: Callable[[Sequence[Row]], Awaitable[Sequence[At]]],
        from_table: Callable[[bytes], Awaitable[Sequence[At]]],
    ) -> AsyncIterator[Sequence[At]]:
        limit = PAGE
        while True:
            heed_cancellation()
            more = self._more
            batch: Sequence[At] = ()
            if rows := self._recent.behind(after, LARGEST):
                batch = await from_memory(rows)
            elif records := await self.rows.records(after, limit=limit):
                batch = await from_table(records)
                limit = next_limit(len(batch), len(records))
            if batch:
                yield batch
                after = batch[-1].position
                if len(batch) >= PAGE or after < self._head:
                    continue
            else:
                self._head = min(self._head, after)  # whatever a signal said, this is the end
            await self._sign(more)

    async def head(self) -> int:
        """See `EventLog.head`."""
        return await self.rows.head()

    async def _sign(self, more: asyncio.Event) -> None:
        """Wait for more, or until it is time to look all the same; all who wait share one timer."""
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(POLL, self._look)
        await more.wait()

    def _look(self) -> None:
        self._timer = None
        self._wake()

    def _wake(self) -> None:
        self._more.set()
        self._more = asyncio.Event()

    def woken(self, position: int) -> None:
        """The log reaches to `position` now, another process says; followers look at once."""
        if position > self._head:
            self._head = position
            self._wake()

    def forget(self) -> None:
        """Have no event in memory, since somebody's key was destroyed."""
        self._recent.clear()

    def _committed(self, rows: Sequence[Row]) -> None:
        self._recent.add(rows)
        self.woken(rows[-1].position)
        for listener in self.appended:
            listener(rows[-1].position)

    async def _row(self, event: Event, c: Context) -> Row:
        data, kind, tags = checked(event), type_of(event), tags_of(event)
        personal: bytes | None = None
        if self.vault is not None and personal_fields(type(event)):
            public, fields = closed(event)
            data, personal = encode(public), await self.vault.encrypt(c.org, owner(event), kind, fields)
        return Row(0, c.at, c.org, kind, c.actor, c.cause, tags, data, personal)

    async def _shared(self, rows: Sequence[Row]) -> Sequence[Recorded]:
        """The events of rows that others may have decoded already."""
        known = [self._recent.decoded.get(row.position) for row in rows]
        rest = [row for row, seen in zip(rows, known, strict=True) if seen is None]
        new = iter(await self._reader.events(packed(rest)) if rest else ())
        found = [seen or next(new) for seen in known]
        self._recent.remember(found)
        return found


async def _as_they_are(rows: Sequence[Row]) -> Sequence[Row]:
    return rows


async def _unpacked(records: bytes) -> Sequence[Row]:
    return unpacked(records)
