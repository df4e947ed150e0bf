"""All that concerns one person, as one JSON document, for them to have. What it holds: docs/privacy.md."""

from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct, structs

from domain.catalogue import owner, personal_fields
from domain.events import Event, Item, Query, Recorded, about
from domain.log import EventLog
from domain.people import PersonErased, UnknownPerson
from domain.reading import PersonalDataRead
from domain.rooms import BoardEdited
from projections.leaderboards import XP, board_of
from projections.mastery import MASTERY, Mastery
from projections.people import PEOPLE
from projections.quests import QUESTS
from projections.reliability import RELIABILITY
from projections.seasons import seasons_at
from projections.sessions import SCHEDULE, Session, prefix_of
from projections.view import View
from realtime.house import Leaderboards, Views

NOT_YOURS = "[not yours]"
"""Stands for what is personal to somebody else."""
ROWS: tuple[View[Any], ...] = (PEOPLE, MASTERY, QUESTS, RELIABILITY)
"""The views with a row for each person."""
PAGE = 200
NEAR = 5

_json = msgspec.json.Encoder()


class Ranked(Struct, frozen=True):
    """Where the person stands on a leaderboard that lists them."""

    board: str
    season: str
    rank: int
    points: int


class Look(Struct, frozen=True):
    """Somebody who oversees others was shown what concerns the person."""

    position: int
    at: datetime
    reader: str
    what: str
    detail: str


class Happened(Struct, frozen=True):
    """An event that concerns the person, without what is personal to others."""

    position: int
    at: datetime
    actor: str
    cause: str | None
    event: Event


class Head(Struct, frozen=True, kw_only=True):
    """Whose it is, from when, and how far: `position` is that of the log. `erased` says when they were."""

    person: str
    org: str
    exported: datetime
    position: int
    erased: datetime | None
    views: Mapping[str, Any]
    lessons: Sequence[Session]
    leaderboards: Sequence[Ranked]


class Export(Head, frozen=True, kw_only=True):
    """All that concerns the person: rows of views, standings, who has looked, and every event."""

    reads: Sequence[Look]
    events: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Sources:
    """Where it comes from."""

    log: EventLog
    views: Views
    leaderboards: Leaderboards


async def exported(
    sources: Sources, org: str, person: str, at: datetime, upto: int
) -> AsyncGenerator[bytes, None]:
    """The document, piece by piece. Raises `UnknownPerson` before the first if nothing concerns them."""
    everything = Query((Item(tags=(f"person:{person}",)),))
    looks = _read(sources.log, Query((about(f"person:{person}", PersonalDataRead),)), org, upto)
    found = _read(sources.log, everything, org, upto)
    first = await anext(found, None)
    if first is None:
        raise UnknownPerson
    head = await _head(sources, org, person, at, upto)
    yield _json.encode(head).removesuffix(b"}") + b',"reads":['
    async for piece in _listed(_looks(batch) async for batch in looks):
        yield piece
    yield b'],"events":['
    async for piece in _listed(_happened(batch, person) async for batch in _from(first, found)):
        yield piece
    yield b"]}\n"


def shown_to(person: str, event: Event) -> Event:
    """The event without what is personal to others; their ids stay where they say who else it concerns."""
    match event:
        case BoardEdited():
            return structs.replace(event, runs=tuple(run for run in event.runs if run.person == person))
        case PersonalDataRead():
            return structs.replace(event, persons=(person,))
        case _:
            fields = personal_fields(type(event))
            if not fields or owner(event) == person:
                return event
            return structs.replace(event, **dict.fromkeys(fields, NOT_YOURS))


async def _head(sources: Sources, org: str, person: str, at: datetime, upto: int) -> Head:
    views = {view.name: await sources.views.get(view, org, person) for view in ROWS}
    mastery = await sources.views.get(MASTERY, org, person) or Mastery()
    return Head(
        person=person,
        org=org,
        exported=at,
        position=upto,
        erased=await _erased(sources.log, org, person, upto),
        views=views,
        lessons=[lesson async for lesson in _lessons(sources.views, org, person)],
        leaderboards=[
            place async for place in _places(sources.leaderboards, org, person, mastery.skills, at)
        ],
    )


async def _erased(log: EventLog, org: str, person: str, upto: int) -> datetime | None:
    query = Query((about(f"person:{person}", PersonErased),))
    async for batch in _read(log, query, org, upto):
        return batch[0].at
    return None


async def _lessons(views: Views, org: str, person: str) -> AsyncIterator[Session]:
    after = ""
    while page := await views.page(SCHEDULE, org, prefix=prefix_of(person), after=after, limit=PAGE):
        for _, lesson in page:
            yield lesson
        after = page[-1][0]


async def _places(
    boards: Leaderboards, org: str, person: str, skills: Iterable[str], at: datetime
) -> AsyncIterator[Ranked]:
    for board in (XP, *map(board_of, skills)):
        for season in seasons_at(at):
            page = await boards.page(org, board, season, limit=NEAR, around=person)
            for entry in page.entries:
                if entry.member == person:
                    yield Ranked(board, season, entry.rank, entry.points)


def _read(log: EventLog, query: Query, org: str, upto: int) -> AsyncIterator[Sequence[Recorded]]:
    return log.read(query, upto=upto, org=org)


async def _from(
    first: Sequence[Recorded], rest: AsyncIterator[Sequence[Recorded]]
) -> AsyncIterator[Sequence[Recorded]]:
    yield first
    async for batch in rest:
        yield batch


def _looks(batch: Sequence[Recorded]) -> Iterable[Look]:
    for each in batch:
        if isinstance(each.event, PersonalDataRead):
            yield Look(each.position, each.at, each.actor, each.event.what, each.event.detail)


def _happened(batch: Sequence[Recorded], person: str) -> Iterable[Happened]:
    for each in batch:
        yield Happened(each.position, each.at, each.actor, each.cause, shown_to(person, each.event))


async def _listed(batches: AsyncIterator[Iterable[Struct]]) -> AsyncIterator[bytes]:
    """The items of a JSON list, without its brackets."""
    between = b""
    async for batch in batches:
        if piece := b",\n".join(map(_json.encode, batch)):
            yield between + piece
            between = b",\n"
