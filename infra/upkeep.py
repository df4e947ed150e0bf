"""Upkeep of what is derived from the log: rebuilding views beside the live ones, and proving them right."""

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from adapters.postgres_views import Differences, PostgresViews
from adapters.redis_boards import RedisBoards
from domain.catalogue import UndecodableEvent
from domain.log import EventLog
from projections.folding import Folder
from projections.leaderboards import operations
from projections.store import Overtaken
from projections.view import AnyView

Progress = Callable[[int, int], None]
"""Is told how many of how many events are done."""
ATTEMPTS = 50
"""How often a comparison chases a view that moves on meanwhile."""


class StillMoving(Exception):
    """The view moves on faster than it can be compared; try again when less is going on."""


class OtherVersion(Exception):
    """What is shown was folded by another version of the view: a new one is being built, or should be."""


UPKEEP_FAILED = (StillMoving, OtherVersion, Overtaken)
"""What a rebuild or a comparison raises where the view cannot be had at rest."""


async def rebuild(log: EventLog, views: PostgresViews, view: AnyView, progress: Progress) -> int:
    """Fold a view anew beside the live one, then show that instead; how many rows had differed."""
    async with _beside(views, view) as fresh:
        different = await _different(log, views, view, fresh, progress)
        for _ in range(ATTEMPTS):
            await _fold(log, fresh, await log.head(), progress)
            if await views.swap(view.name, fresh.heads[view.name].generation):
                return different.total
        raise StillMoving


async def compare(log: EventLog, views: PostgresViews, view: AnyView, progress: Progress) -> list[str]:
    """Fold a view anew and hold it against the live one; the `organisation/key` of rows that differ.

    Raises `OtherVersion`.
    """
    async with _beside(views, view) as fresh:
        different = await _different(log, views, view, fresh, progress)
        if different.shown and different.shown.version != view.version:
            raise OtherVersion(
                f"it is shown in version {different.shown.version}, and this is {view.version}"
            )
        return [f"{org}/{key}" for org, key in different.first]


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
    last: int = 0
    gaps: list[int] = field(default_factory=list[int])
    undecodable: list[str] = field(default_factory=list[str])

    def wrong(self, head: int) -> list[str]:
        """What is wrong with a log that should reach to `head`, in words."""
        ends = (
            [f"the log ends at position {self.last} and should reach to {head}"] if self.last < head else []
        )
        return [
            *(f"a gap before position {position}" for position in self.gaps),
            *(f"cannot decode {event}" for event in self.undecodable),
            *ends,
        ]


async def scan(
    rows: AsyncIterator[Sequence[tuple[int, str, bytes]]], decode: Callable[[str, bytes], object]
) -> Scan:
    """Whether positions are dense from 1, and every event decodes."""
    found = Scan()
    async for batch in rows:
        for position, tag, data in batch:
            if position != found.last + 1:
                found.gaps.append(position)
            found.last = position
            found.events += 1
            try:
                decode(tag, data)
            except UndecodableEvent:
                found.undecodable.append(f"{position} ({tag})")
    return found


@asynccontextmanager
async def _beside(views: PostgresViews, view: AnyView) -> AsyncGenerator[Folder, None]:
    """A new generation of a view, dropped at the end unless it is shown by then."""
    head = await views.beside(view)
    try:
        yield Folder(views, [view], {view.name: head})
    finally:
        await views.drop(view.name, head.generation)


async def _different(
    log: EventLog, views: PostgresViews, view: AnyView, fresh: Folder, progress: Progress
) -> Differences:
    """How the live view differs from a new one, both at one position."""
    for _ in range(ATTEMPTS):
        found = await views.differences(view.name, fresh.heads[view.name].generation)
        live = found.shown.position if found.shown else 0
        if live == fresh.position:
            return found
        await _fold(log, fresh, live, progress)
    raise StillMoving


async def _fold(log: EventLog, folder: Folder, upto: int, progress: Progress) -> None:
    async for batch in log.read(after=folder.position, upto=upto):
        await folder.fold(batch)
        progress(batch[-1].position, upto)
