"""The log on PostgreSQL: events in, events out, and followers that are woken as soon as there is more."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

import msgspec

from adapters.cancellation import heed_cancellation
from adapters.postgres_rows import LARGEST, PAGE, PostgresRows, Segments, next_limit
from adapters.recent import Recent
from adapters.stored import Row
from domain.catalogue import closed, decode, encode, owner, tags_of
from domain.events import EVERYTHING, Boundary, Context, Event, Query, Recorded, type_of
from domain.people import PersonErased

ERASING = type_of(PersonErased)
POLL = 1.0
"""Seconds after which a follower looks for itself, should a signal have been lost."""


class Vault(Protocol):
    """What encrypts personal fields. Implemented in `adapters/key_vault.py`."""

    async def encrypt(self, org: str, person: str, kind: str, fields: Mapping[str, str]) -> bytes:
        """What is stored of these fields of an event of type `kind`."""
        ...

    async def decrypt(self, rows: Sequence[Row]) -> list[Mapping[str, str] | None]:
        """For each row the fields that can be read, None where there is nothing personal."""
        ...

    def forget(self, org: str, person: str) -> None:
        """Read nothing of this person's from now on."""
        ...


class PostgresLog:
    """Implements `domain.log.EventLog`. Make one with `PostgresLog.opened(url)`.

    Without a vault, personal fields are stored as they are, and read as erased where they were encrypted.
    """

    def __init__(self, rows: PostgresRows, vault: Vault | None = None) -> None:
        self.rows = rows
        self.vault = vault
        self.appended: list[Callable[[int], None]] = []
        """Called with the new head after each commit of this process, to wake other processes."""
        self._recent = Recent()
        self._more = asyncio.Event()
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
        async for rows in self.rows.read(query, org=org, after=after, upto=upto):
            yield await self._opened(rows)

    async def follow(self, after: int = 0) -> AsyncIterator[Sequence[Recorded]]:
        """See `EventLog.follow`."""
        async for rows in self.follow_rows(after):
            yield await self._shared(rows)

    async def follow_rows(self, after: int = 0) -> AsyncIterator[Sequence[Row]]:
        """As `follow`, the events as they are stored."""
        limit = PAGE
        while True:
            heed_cancellation()
            more = self._more
            if rows := self._recent.behind(after, LARGEST) or await self.rows.page(after, limit=limit):
                yield rows
                after = rows[-1].position
                limit = next_limit(rows)
                if len(rows) >= PAGE or after < self._head:
                    continue
            else:
                self._head = min(self._head, after)  # whatever a signal said, this is the end
            await _within(POLL, more)

    async def head(self) -> int:
        """See `EventLog.head`."""
        return await self.rows.head()

    def woken(self, position: int) -> None:
        """The log reaches to `position` now, another process says; followers look at once."""
        if position > self._head:
            self._head = position
            self._more.set()
            self._more = asyncio.Event()

    def forget(self) -> None:
        """Have no event in memory, since somebody's key was destroyed."""
        self._recent.clear()

    def _committed(self, rows: Sequence[Row]) -> None:
        self._recent.add(rows)
        self.woken(rows[-1].position)
        for listener in self.appended:
            listener(rows[-1].position)

    async def _row(self, event: Event, c: Context) -> Row:
        kind, data = type_of(event), _readable(event)
        personal = None
        if self.vault is not None:
            public, fields = closed(event)
            if fields:
                data = encode(public)
                personal = await self.vault.encrypt(c.org, owner(event), kind, fields)
        return Row(0, c.at, c.org, kind, c.actor, c.cause, tags_of(event), data, personal)

    async def _shared(self, rows: Sequence[Row]) -> Sequence[Recorded]:
        """The events of rows that others may have decoded already."""
        known = [self._recent.decoded.get(row.position) for row in rows]
        new = iter(await self._opened([row for row, seen in zip(rows, known, strict=True) if seen is None]))
        found = [seen or next(new) for seen in known]
        self._recent.remember(found)
        return found

    async def _opened(self, rows: Sequence[Row]) -> Sequence[Recorded]:
        """The events of rows, with what is personal as far as it can be read."""
        vault = self.vault
        if vault is None:
            return [recorded(row) for row in rows]
        # Whoever has read that somebody was erased reads nothing of theirs, though their key be there yet.
        for row in [row for row in rows if row.type == ERASING]:
            vault.forget(row.org, owner(decode(row.type, row.data)))
        if all(row.personal is None for row in rows):
            return [recorded(row) for row in rows]
        personal = await vault.decrypt(rows)
        return [recorded(row, fields) for row, fields in zip(rows, personal, strict=True)]


def _readable(event: Event) -> bytes:
    """The event as it is stored; encoding does not look at the limits of fields, decoding does."""
    data = encode(event)
    decode(type_of(event), data)
    return data


def recorded(row: Row, personal: Mapping[str, str] | None = None) -> Recorded:
    """The event of a row, with these personal fields."""
    return Recorded(
        position=row.position,
        org=row.org,
        at=row.at,
        actor=row.actor,
        cause=row.cause,
        tags=row.tags,
        event=decode(row.type, row.data, personal=personal),
    )


def closed_of(row: Row) -> Recorded:
    """The event of a row as it goes about closed, with what is personal encrypted."""
    return msgspec.structs.replace(recorded(row), personal=row.personal)


async def _within(seconds: float, event: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
