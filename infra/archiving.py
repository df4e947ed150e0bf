"""Moving events of rooms that were closed long ago into the archive; docs/archive.md says what is in it."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from adapters.archive import Archive
from adapters.postgres_archiving import Chosen, NotStripped, PostgresArchiving
from adapters.stored import Row
from domain.archive import ArchiveSegment, SegmentArchived
from domain.catalogue import decode
from domain.errors import LogUnavailable
from infra.agreeing import Progress

EVENTS = 4096
"""Events in a segment, at most."""
TEXT = 16 * 2**20
"""Bytes of text in a segment, about, unless one event has more."""

Record = Callable[[ArchiveSegment], Awaitable[object]]
"""Puts a segment on record, once."""


class NotAsWritten(Exception):
    """A segment that was just written reads otherwise; its events were left in the database."""


class Moved(NamedTuple):
    """What was moved: events, into so many segments, and the bytes of their files."""

    events: int = 0
    segments: int = 0
    size: int = 0


class Archiving:
    """Moves what can be moved, a segment at a time; stopped anywhere, it goes on when it is run again."""

    def __init__(
        self,
        table: PostgresArchiving,
        archive: Archive,
        record: Record,
        *,
        events: int = EVENTS,
        text: int = TEXT,
    ) -> None:
        self._table = table
        self._archive = archive
        self._record = record
        self._events = events
        self._text = text

    async def finish(self, org: str) -> int:
        """Take out of the database what is on record in `org` as archived and still there; how many events.

        A file that cannot be read is needed by nobody then: its events are moved again, like any others.
        Raises `NotStripped`, `LogUnavailable`.
        """
        newest = await self._newest(org)
        if newest is None or not await self._table.rows([newest.first]):
            return 0
        try:
            written = await self._archive.read_back(newest.segment)
        except LogUnavailable:
            return 0
        here = await self._table.rows([row.position for row in written])
        as_written = {row.position: row for row in written}
        if any(row != as_written[row.position] for row in here):
            raise NotStripped(NotStripped.__doc__)
        await self._table.strip(newest.segment, [row.position for row in here])
        return len(here)

    async def _newest(self, org: str) -> SegmentArchived | None:
        """The segment that was put on record last: only this one can be half done."""
        for row in await self._table.rows([await self._table.newest(org)]):
            event = decode(row.type, row.data)
            assert isinstance(event, SegmentArchived)
            return event
        return None

    async def move(self, before: datetime, progress: Progress) -> tuple[Chosen, Moved]:
        """Move the events older than that of rooms closed before; what was chosen, and what became of it.

        Raises `NotAsWritten`, `NotStripped`, `LogUnavailable`, `OSError`.
        """
        chosen, moved, after = await self._table.choose(before), Moved(), 0
        while rows := await self._table.next(after, self._events, self._text):
            size = await self._moved(rows)
            moved = Moved(moved.events + len(rows), moved.segments + 1, moved.size + size)
            after = rows[-1].position
            progress(moved.events, chosen.events)
        return chosen, moved

    async def _moved(self, rows: Sequence[Row]) -> int:
        """Move the rows of one segment; the bytes of its file."""
        segment = await self._archive.write(rows)
        if await self._archive.read_back(segment.name) != rows:
            raise NotAsWritten(NotAsWritten.__doc__)
        await self._record(
            ArchiveSegment(
                segment=segment.name,
                events=len(rows),
                first=rows[0].position,
                last=rows[-1].position,
                rooms=len({(row.org, tag) for row in rows for tag in row.tags if tag.startswith("room:")}),
                size=segment.size,
            )
        )
        await self._table.strip(segment.name, [row.position for row in rows])
        await self._table.vacuum()  # or the rows of the next segment, written anew, would make the table grow
        return segment.size
