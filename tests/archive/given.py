"""What the tests of the archive have in common."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import datetime, timedelta

from adapters.archive import Archive
from adapters.postgres_archiving import ArchivingAlready, PostgresArchiving
from adapters.postgres_log import PostgresLog
from domain.archive import ArchiveSegment, SegmentArchived
from domain.commands import ROUTES
from domain.events import Context
from domain.rooms import RoomClosed, RoomOpened
from infra.archiving import Archiving, Moved, Record
from realtime.perform import Performer
from tests.log.given import NOON, events, joined, said

LONG_AGO = NOON - timedelta(days=100)
LIMIT = NOON - timedelta(days=30)
"""What is older can be archived."""
SERVICE = Context(org="school", actor="archive", role="service", at=NOON)


def at(instant: datetime, org: str = "school") -> Context:
    return Context(org=org, actor="ada", role="student", at=instant)


def opened(room: str) -> RoomOpened:
    return RoomOpened(room=room, title="Algebra", capacity=8, host="tia")


async def talked(log: PostgresLog, room: str, messages: int, when: Context) -> None:
    """So many messages in a room, each in an append of its own."""
    for number in range(messages):
        await log.append([said(f"{room}-{number}", room)], when)


async def lived(log: PostgresLog, room: str, messages: int = 5, when: Context | None = None) -> None:
    """The whole life of a room, over long ago; two events and so many messages more."""
    when = when or at(LONG_AGO)
    await log.append([opened(room), joined(room)], when)
    await talked(log, room, messages, when)
    await log.append([RoomClosed(room=room)], when)


def recording(log: PostgresLog) -> Record:
    performer = Performer(log, ROUTES)

    async def record(command: ArchiveSegment) -> None:
        await performer.perform(command, SERVICE)

    return record


async def archived(
    log: PostgresLog,
    url: str,
    archive: Archive,
    *,
    record: Record | None = None,
    table: Callable[[PostgresArchiving], PostgresArchiving] = lambda table: table,
    most: int = 4,
    text: int = 2**20,
) -> tuple[int, Moved]:
    """Archive as the command does: how many events were finished, and what was moved."""
    async with AsyncExitStack() as stack:
        opened_table = await _opened(stack, url)
        archiving = Archiving(table(opened_table), archive, record or recording(log), events=most, text=text)
        finished = await archiving.finish("school")
        _, moved = await archiving.move(LIMIT, lambda done, total: None)
        return finished, moved


async def _opened(stack: AsyncExitStack, url: str) -> PostgresArchiving:
    """The table, once PostgreSQL has noticed that whoever was stopped before is gone."""
    async with asyncio.timeout(10):
        while True:
            try:
                return await stack.enter_async_context(PostgresArchiving.opened(url))
            except ArchivingAlready:
                await asyncio.sleep(0.01)


async def on_record(log: PostgresLog) -> list[SegmentArchived]:
    """The segments that are on record, in order."""
    return [event for event in await events(log) if isinstance(event, SegmentArchived)]


async def segments(log: PostgresLog) -> dict[int, str]:
    """The segment of each position whose content is in the archive, and nowhere else."""
    async with log.rows.connection() as connection:
        cursor = await connection.execute(
            "select position, segment from events where record is null order by position"
        )
        return dict(await cursor.fetchall())
