"""Long work of the command line, with progress."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from adapters.postgres_log import PostgresLog
from adapters.postgres_rows import PostgresRows
from adapters.postgres_views import PostgresViews
from adapters.redis_boards import RedisBoards
from domain.catalogue import decode, to_json
from domain.events import Item, Query
from infra import upkeep
from infra.embedded import reached
from infra.logs import log_at
from infra.settings import Settings
from projections.catalogue import VIEWS


class TaskFailed(Exception):
    """What the command was asked to do could not be done."""


async def replay(settings: Settings, room: str, speed: float, org: str) -> None:
    """Print a room's events as JSON, a line each; at `speed` times their own pace, 0 for no pauses."""
    async with _log(settings) as log:
        before: datetime | None = None
        async for batch in log.read(Query((Item(tags=(f"room:{room}",)),)), org=org):
            for recorded in batch:
                if speed and before is not None:
                    await asyncio.sleep((recorded.at - before).total_seconds() / speed)
                before = recorded.at
                click.echo(to_json(recorded))
        if before is None:
            raise TaskFailed(f"Nothing ever happened in a room {room!r} of {org!r}.")


async def rebuild(settings: Settings, name: str) -> None:
    """Fold a view anew, and show it."""
    [view] = [view for view in VIEWS if view.name == name]
    async with _log(settings) as log:
        with _bar(f"Rebuilding {name}") as bar:
            different = await upkeep.rebuild(log, PostgresViews(log.rows), view, bar)
    click.echo(f"{name} is rebuilt; {different} rows had differed.")


async def verify(settings: Settings) -> None:
    """Prove log and views; raises `TaskFailed` with what is wrong."""
    wrong: list[str] = []
    async with reached(settings) as where, log_at(where.postgres, settings) as log:
        head = await log.head()
        with _bar("Reading the log"):
            found = await upkeep.scan(_raw(log.rows), decode)
        click.echo(f"{found.events} events.")
        wrong += found.wrong(head)
        if found.undecodable:
            raise TaskFailed("\n".join(wrong))  # nothing can be folded over these
        views = PostgresViews(log.rows)
        for view in VIEWS:
            with _bar(f"Folding {view.name}") as bar:
                different = await upkeep.compare(log, views, view, bar)
            wrong += [f"{view.name} differs from a rebuild at {key}" for key in different]
        async with RedisBoards.opened(where.redis) as boards:
            with _bar("Folding leaderboards") as bar:
                different = await upkeep.compare_leaderboards(log, boards, bar)
            wrong += [f"leaderboard {name} differs from a rebuild" for name in different]
    if wrong:
        raise TaskFailed("\n".join(wrong))
    click.echo("Positions are dense, every event decodes, every view equals a rebuild.")


async def _raw(rows: PostgresRows) -> AsyncIterator[Sequence[tuple[int, str, bytes]]]:
    after = 0
    while page := await rows.page(after):
        yield [(row.position, row.type, row.data) for row in page]
        after = page[-1].position


@asynccontextmanager
async def _log(settings: Settings) -> AsyncGenerator[PostgresLog, None]:
    async with reached(settings) as where, log_at(where.postgres, settings) as log:
        yield log


@contextmanager
def _bar(title: str) -> Generator[upkeep.Progress, None, None]:
    """A progress bar on standard error, so that what is printed can be piped on."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(title, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
