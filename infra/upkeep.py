"""Upkeep of what is derived from the log: rebuilding views beside the live ones, and proving them right."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field

from adapters.postgres_views import PostgresViews
from adapters.redis_boards import RedisBoards
from domain.catalogue import UndecodableEvent
from domain.log import EventLog
from projections.follower import Folder
from projections.leaderboards import operations
from projections.view import AnyView

Progress = Callable[[int, int], None]
"""Is told how many of how many events are done."""
ATTEMPTS = 50
"""How often a comparison chases a view that moves on meanwhile."""


class StillMoving(Exception):
    """The view moves on faster than it can be compared; try again when less is going on."""


async def rebuild(log: EventLog, views: PostgresViews, view: AnyView, progress: Progress) -> int:
    """Fold a view anew beside the live one, then show that instead; how many rows had differed."""
    fresh = await _built(log, views, view, progress)
    generation = fresh.heads[view.name].generation
    _, different = await views.differences(view.name, generation)
    for _ in range(ATTEMPTS):
        if await views.swap(view.name, generation):
            return len(different)
        await _continue(log, fresh, await log.head())
    await views.drop(view.name, generation)
    raise StillMoving


async def compare(log: EventLog, views: PostgresViews, view: AnyView, progress: Progress) -> list[str]:
    """Fold a view anew and hold it against the live one; the `organisation/key` of rows that differ."""
    fresh = await _built(log, views, view, progress)
    generation = fresh.heads[view.name].generation
    try:
        for _ in range(ATTEMPTS):
            live, different = await views.differences(view.name, generation)
            if live.position == fresh.position:
                return [f"{org}/{key}" for org, key in different]
            await _continue(log, fresh, live.position)
        raise StillMoving
    finally:
        await views.drop(view.name, generation)


async def compare_leaderboards(log: EventLog, boards: RedisBoards, progress: Progress) -> list[str]:
    """Build the leaderboards anew beside the live ones; the names of boards that differ."""
    fresh = boards.beside("verify")
    await fresh.clear()
    position = 0
    try:
        for _ in range(ATTEMPTS):
            live = await boards.position()
            async for batch in log.read(after=position, upto=live):
                await fresh.apply(position, batch[-1].position, operations(batch))
                position = batch[-1].position
                progress(position, live)
            if await boards.position() == position:
                return await boards.differences(fresh)
        raise StillMoving
    finally:
        await fresh.clear()


@dataclass
class Scan:
    """What reading the whole log has found."""

    events: int = 0
    gaps: list[int] = field(default_factory=list[int])
    undecodable: list[str] = field(default_factory=list[str])


async def scan(rows: AsyncIterator[Sequence[tuple[int, str, bytes]]], decode: Callable[[str, bytes], object]) -> Scan:
    """Whether positions are dense from 1, and every event decodes."""
    found = Scan()
    expected = 1
    async for batch in rows:
        for position, tag, data in batch:
            if position != expected:
                found.gaps.append(position)
            expected = position + 1
            found.events += 1
            try:
                decode(tag, data)
            except UndecodableEvent:
                found.undecodable.append(f"{position} ({tag})")
    return found


async def _built(log: EventLog, views: PostgresViews, view: AnyView, progress: Progress) -> Folder:
    head = await views.begin(view)
    folder = Folder(views, [view], {view.name: head})
    upto = await log.head()
    async for batch in log.read(upto=upto):
        await folder.fold(batch)
        progress(batch[-1].position, upto)
    return folder


async def _continue(log: EventLog, folder: Folder, upto: int) -> None:
    async for batch in log.read(after=folder.position, upto=upto):
        await folder.fold(batch)


