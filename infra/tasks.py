"""Long work of the command line, with progress."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import click

from adapters.archive import Archive
from adapters.postgres_archiving import ArchivingAlready, NotStripped, PostgresArchiving
from adapters.postgres_log import PostgresLog
from adapters.postgres_rows import PostgresRows
from adapters.postgres_seal import PostgresSeal
from adapters.postgres_views import PostgresViews
from adapters.redis_boards import RedisBoards
from domain.catalogue import decode
from domain.checkpoint import NotAKey
from domain.commands import ROUTES
from domain.events import Context
from domain.tiles import SealDamaged
from infra import offline, upkeep
from infra.archiving import Archiving, NotAsWritten
from infra.comparing import checked
from infra.embedded import reached
from infra.exporting import FolderNotEmpty, export_log
from infra.logs import log_at, sounds_of
from infra.progress import progress_bar as _bar
from infra.recorded import check_recordings
from infra.sealed import NothingSealed, SealedLog, check_log
from infra.settings import Settings
from infra.simulating import HoldsEvents
from infra.simulating import simulate as _simulate
from projections.catalogue import KEPT
from projections.view import AnyView
from realtime.perform import Performer


class TaskFailed(Exception):
    """What the command was asked to do could not be done."""


async def rebuild(settings: Settings, chosen: Sequence[AnyView]) -> None:
    """Fold views anew, and show them; raises `TaskFailed`."""
    async with _log(settings) as log:
        for view in chosen:
            with _bar(f"Rebuilding {view.name}") as bar:
                try:
                    different = await upkeep.rebuild(log, PostgresViews(log.rows), view, bar)
                except upkeep.UPKEEP_FAILED as error:
                    raise TaskFailed(f"{view.name}: {str(error) or error.__doc__}") from error
            click.echo(f"{view.name} is rebuilt; {different} rows had differed.")


async def simulate(settings: Settings, org: str, tutors: int, seed: int, until: datetime) -> None:
    """Write made-up tutors and lessons into an organisation of their own; raises `TaskFailed`."""
    async with _log(settings) as log:
        try:
            with _bar("Simulating") as bar:
                events = await _simulate(log, org, seed=seed, tutors=tutors, until=until, progress=bar)
        except HoldsEvents as error:
            raise TaskFailed(str(error)) from error
    click.echo(f"{events} events of {tutors} simulated tutors are in the organisation {org}.")


async def archive(settings: Settings, before: datetime, now: datetime, dry_run: bool) -> None:
    """Move events of rooms that were closed before an instant into the archive, or say what would be."""
    async with reached(settings) as where, log_at(where.postgres, settings) as log:
        try:
            async with PostgresArchiving.opened(where.postgres) as table:
                if dry_run:
                    rooms, events, size = await table.choose(before)
                    click.echo(
                        f"{_closed(rooms, before)} {events} events of theirs would be moved: {_mib(size)}."
                    )
                else:
                    await _archive(settings, log, table, before, now)
        except (ArchivingAlready, NotStripped, NotAsWritten, OSError) as error:
            raise TaskFailed(str(error)) from error


async def _archive(
    settings: Settings, log: PostgresLog, table: PostgresArchiving, before: datetime, now: datetime
) -> None:
    context = Context(org=settings.org, actor="archive", role="service", at=now)
    performer = Performer(log, ROUTES)
    archive = Archive(settings.archive())
    archiving = Archiving(table, archive, lambda command: performer.perform(command, context))
    was = await table.size()
    if finished := await archiving.finish(settings.org):
        click.echo(f"{finished} events that were on record as archived are taken out of the database now.")
    with _bar("Archiving") as bar:
        chosen, moved = await archiving.move(before, bar)
    await table.vacuum()
    click.echo(
        f"{_closed(chosen.rooms, before)} {moved.events} events of theirs were moved: {_mib(chosen.size)}."
    )
    click.echo(
        f"They take {_mib(moved.size)} in {archive.folder}, in segments of their own: {moved.segments}."
    )
    click.echo(
        f"The table of events takes {_mib(await table.size())}, {_mib(was)} before; free space is used again."
    )


def _closed(rooms: int, before: datetime) -> str:
    return f"Rooms that were closed before {before:%Y-%m-%d %H:%M} UTC: {rooms}."


def _mib(size: int) -> str:
    return f"{size / 2**20:,.1f} MiB"


async def export(settings: Settings, folder: Path) -> None:
    """Write the log, as far as it is sealed, into a folder."""
    async with _log(settings) as log:
        try:
            sealed = await SealedLog.now(log.rows, await PostgresSeal.opened(log.rows))
            with _bar("Exporting the log") as bar:
                await export_log(sealed, folder, bar)
        except (NothingSealed, SealDamaged, FolderNotEmpty) as error:
            raise TaskFailed(str(error)) from error
        behind = await log.head() - sealed.size
    later = f" {behind} more are not sealed yet." if behind > 0 else ""
    click.echo(f"{sealed.size} events are in {folder}.{later}")


async def verify_export(folder: Path, kept: Path | None, given: str | None) -> None:
    """Prove an export, offline; raises `TaskFailed` with what is wrong."""
    try:
        files = offline.Folder(folder)
        key = offline.given_key(given) if given else files.key()
        notes = files.notes()
        with _bar("Reading the export") as bar:
            wrong = await checked(files, notes, _text(kept), key, bar)
    except (offline.NotAnExport, NotAKey) as error:
        raise TaskFailed(str(error)) from error
    if wrong:
        raise TaskFailed("\n".join(wrong))
    click.echo("Every event is as it was sealed: none was altered, removed, inserted or swapped.")
    click.echo(f"Checked with the key {key}")
    if not (kept and given):
        click.echo("What came with the export proves little: give a --checkpoint and a --key kept elsewhere.")


async def verify(settings: Settings, kept: Path | None = None, given: str | None = None) -> None:
    """Prove log and views; raises `TaskFailed` with what is wrong."""
    wrong: list[str] = []
    async with reached(settings) as where, log_at(where.postgres, settings) as log:
        head = await log.head()
        with _bar("Reading the log"):
            found = await upkeep.scan(_raw(log.rows), decode)
        click.echo(f"{found.events} events.")
        wrong += found.wrong(head)
        wrong += await _unsealed(log.rows, kept, given)
        with _bar("Comparing recordings") as bar:
            wrong += await check_recordings(log, sounds_of(log, settings), bar)
        if found.undecodable:
            raise TaskFailed("\n".join(wrong))  # nothing can be folded over these
        views = PostgresViews(log.rows)
        for view in KEPT:
            with _bar(f"Folding {view.name}") as bar:
                wrong += await _differs(log, views, view, bar)
        async with RedisBoards.opened(where.redis) as boards:
            with _bar("Folding leaderboards") as bar:
                different = await upkeep.compare_leaderboards(log, boards, bar)
            wrong += [f"leaderboard {name} differs from a rebuild" for name in different]
    if wrong:
        raise TaskFailed("\n".join(wrong))
    click.echo("Positions are dense, every event decodes, every view equals a rebuild.")
    click.echo("Every event that is sealed is as it was sealed.")
    click.echo("Every recording that is kept is as it was recorded.")


async def _differs(log: PostgresLog, views: PostgresViews, view: AnyView, bar: upkeep.Progress) -> list[str]:
    """Where a view is not what the log makes of it."""
    try:
        different = await upkeep.compare(log, views, view, bar)
    except upkeep.UPKEEP_FAILED as error:
        return [f"{view.name}: {str(error) or error.__doc__}"]
    return [f"{view.name} differs from a rebuild at {key}" for key in different]


async def _unsealed(rows: PostgresRows, kept: Path | None, given: str | None) -> list[str]:
    """What is not as it was sealed."""
    try:
        key = offline.given_key(given) if given else None
    except NotAKey as error:
        raise TaskFailed(str(error)) from error
    with _bar("Comparing with the seal") as bar:
        return await check_log(rows, await PostgresSeal.opened(rows), _text(kept), key, bar)


def _text(kept: Path | None) -> str | None:
    """The checkpoint that was kept; what cannot be read is none, and will be said to be none."""
    return None if kept is None else kept.read_text("utf-8", errors="replace")


async def _raw(rows: PostgresRows) -> AsyncIterator[Sequence[tuple[int, str, bytes]]]:
    after = 0
    while page := await rows.page(after):
        yield [(row.position, row.type, row.data) for row in page]
        after = page[-1].position


@asynccontextmanager
async def _log(settings: Settings) -> AsyncGenerator[PostgresLog, None]:
    async with reached(settings) as where, log_at(where.postgres, settings) as log:
        yield log
