"""The archive's side of the log in PostgreSQL: what can be moved, and letting go of what was."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import NamedTuple

import psycopg

from adapters.postgres_connection import Connection, connected
from adapters.sql import sql
from adapters.stored import Row, each
from domain.archive import SegmentArchived
from domain.errors import LogUnavailable
from domain.events import Event, type_of
from domain.people import PersonErased
from domain.rooms import RoomClosed, RoomOpened

LOCK = 4244
LINE = 300
"""Bytes of a line beside what is stored, about."""
CHOSEN = (
    b"select (select count(*) from archive_rooms), count(*), coalesce(sum(stored), 0)::bigint"
    b" from archive_events"
)
NEXT = b"select position, stored from archive_events where position > %b order by position limit %b"
ROWS = (
    b"select position, record from events"
    b" where position = any (%b::bigint[]) and segment is null order by position"
)
STRIP = (
    b"update events set record = null, segment = %b where position = any (%b::bigint[]) and segment is null"
)
NEWEST = b"select max(position) from event_tags where org = %b and tag = '' and type = any (%b::text[])"


class ArchivingAlready(Exception):
    """Something is being archived at this moment; one at a time."""


class NotStripped(Exception):
    """The events to be let go of are not there as they were; nothing was changed."""


class Chosen(NamedTuple):
    """What can be moved: the closed rooms, their events, and the bytes that these hold."""

    rooms: int
    events: int
    size: int


class PostgresArchiving:
    """Archiving in one database, one at a time. Make one with `PostgresArchiving.opened(url)`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @classmethod
    @asynccontextmanager
    async def opened(cls, url: str) -> AsyncGenerator["PostgresArchiving", None]:
        """Connect. Raises `ArchivingAlready`; here or within the block `LogUnavailable`."""
        try:
            async with connected(url) as connection:
                cursor = await connection.execute("select pg_try_advisory_lock(%s)", (LOCK,))
                if await cursor.fetchone() != (True,):
                    raise ArchivingAlready(ArchivingAlready.__doc__)
                await connection.execute(sql("archive_tables").encode())
                yield cls(connection)
                await connection.execute("select pg_advisory_unlock(%s)", (LOCK,))  # the next need not wait
        except psycopg.OperationalError as error:
            raise LogUnavailable(LogUnavailable.__doc__) from error

    async def choose(self, before: datetime) -> Chosen:
        """Look for rooms closed before this instant, and events of theirs that are older than it.

        That somebody was erased stays where it is: keys are destroyed by it, archive or no archive.
        """
        await self._connection.execute("truncate archive_rooms, archive_events")
        wanted = {
            "before": before,
            "closed": _tags(RoomClosed),
            "opened": _tags(RoomOpened),
            "stay": _tags(PersonErased),
        }
        for step in ("archive_rooms", "archive_events"):
            await self._connection.execute(sql(step).encode(), wanted)
            await self._connection.execute(f"analyze {step}".encode())
        cursor = await self._connection.execute(CHOSEN)
        return Chosen(*(await cursor.fetchone() or (0, 0, 0)))

    async def next(self, after: int, events: int, text: int) -> list[Row]:
        """The next rows of those chosen, so many at most, and about so many bytes of lines; one at least."""
        cursor = await self._connection.execute(NEXT, (after, events))
        positions: list[int] = []
        for position, stored in await cursor.fetchall():
            text -= stored * 4 // 3 + LINE
            if positions and text < 0:
                break
            positions.append(position)
        return await self.rows(positions)

    async def rows(self, positions: Sequence[int]) -> list[Row]:
        """Those of the rows whose content is still here, in order."""
        cursor = await self._connection.execute(ROWS, (list(positions),), binary=True)
        return each(await cursor.fetchall())

    async def strip(self, segment: str, positions: Sequence[int]) -> None:
        """Let go of the content of these rows, which stands in a segment; all, or `NotStripped`."""
        async with self._connection.transaction():
            cursor = await self._connection.execute(STRIP, (segment, list(positions)))
            if cursor.rowcount != len(positions):
                raise NotStripped(NotStripped.__doc__)

    async def newest(self, org: str) -> int:
        """The position at which the newest segment is on record, 0 if none is."""
        cursor = await self._connection.execute(NEWEST, (org, _tags(SegmentArchived)))
        return (await cursor.fetchone() or (None,))[0] or 0

    async def vacuum(self) -> None:
        """Have PostgreSQL use the space again, beside whatever goes on."""
        await self._connection.execute("vacuum events")

    async def size(self) -> int:
        """Bytes that the table of events takes, with its index."""
        cursor = await self._connection.execute("select pg_total_relation_size('events')")
        return (await cursor.fetchone() or (0,))[0]


def _tags(event: type[Event]) -> list[str]:
    return [type_of(event), *event.former_tags]
