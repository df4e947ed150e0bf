"""What the command line shows of the past: a room's events, played or printed; a room or a row as it was."""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass

import click
import msgspec
from msgspec import Struct

from adapters.postgres_log import PostgresLog
from domain.catalogue import to_json
from domain.errors import Refused
from domain.events import Item, Query, Recorded
from domain.reading import reads
from infra.embedded import reached
from infra.logs import log_at
from infra.persons import operator
from infra.playing import Pace, played
from infra.settings import Settings
from infra.tasks import TaskFailed
from realtime.reading import concerned
from realtime.routes.audit import parsed, view_row_then
from rooms.past.pasts import room_then


@dataclass(frozen=True)
class Part:
    """Of a room of an organisation, the events at the positions `first` to `upto`."""

    room: str
    org: str
    first: int = 1
    upto: int | None = None


async def replay(settings: Settings, part: Part, pace: Pace) -> None:
    """Print events as JSON, a line each; raises `TaskFailed` if there are none."""
    async with reached(settings) as where, log_at(where.postgres, settings) as log:
        anything = False
        async for recorded in played(_on_record(log, part), pace):
            anything = True
            click.echo(to_json(recorded))
        if not anything:
            raise TaskFailed(f"Nothing ever happened there in a room {part.room!r} of {part.org!r}.")


async def show(settings: Settings, room: str, org: str, at: str) -> None:
    """Print the room as it was, as JSON; raises `TaskFailed`."""
    async with reached(settings) as where, log_at(where.postgres, settings) as log:
        try:
            position, time = parsed(at)
            then, persons = await room_then(log, org, room, position=position, time=time)
        except Refused as refused:
            raise TaskFailed(str(refused)) from refused
        await _record(log, org, room, persons)
        _print(then)


async def show_row(settings: Settings, view: str, key: str, org: str, at: str | None) -> None:
    """Print a row of a view as it was, as JSON; raises `TaskFailed`."""
    async with reached(settings) as where, log_at(where.postgres, settings) as log:
        try:
            row, persons = await view_row_then(log, org, view, key, at)
        except Refused as refused:
            raise TaskFailed(str(refused)) from refused
        await log.append(list(reads(persons, "view-history", f"{view} {key}")), operator(org))
        _print(row)


def _print(shown: Struct) -> None:
    click.echo(msgspec.json.format(msgspec.json.encode(shown), indent=2))


async def _on_record(log: PostgresLog, part: Part) -> AsyncIterator[Sequence[Recorded]]:
    """The events; whoever they concern is put on record before, once each."""
    known: set[str] = set()
    query = Query((Item(tags=(f"room:{part.room}",)),))
    async for batch in log.read(query, after=part.first - 1, upto=part.upto, org=part.org):
        await _record(log, part.org, part.room, concerned(batch) - known)
        known |= concerned(batch)
        yield batch


async def _record(log: PostgresLog, org: str, room: str, persons: Iterable[str]) -> None:
    await log.append(list(reads(persons, "replay", room)), operator(org))
