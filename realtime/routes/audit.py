"""The audit: the events themselves, and any room as it was at any instant, from the log alone."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Router, get
from litestar.params import QueryParameter
from litestar.response import Stream
from msgspec import Struct

from domain.catalogue import to_json
from domain.errors import Invalid
from domain.events import Instant, Item, Query
from domain.rooms import UnknownRoom
from projections.timeline import TIMELINE, key_of, prefix_of
from realtime.house import House
from realtime.routes.common import Asking, InHouse, Limit, PathId, Position
from rooms.facilitator.history import PeopleFromLog
from rooms.history import RoomAsOf, RoomThen

LINES = "application/x-ndjson"
Many = Annotated[int, QueryParameter(ge=1, le=100_000)]
TagText = Annotated[
    str | None, QueryParameter(max_length=100, pattern=r"^[a-z-]+:[A-Za-z0-9_-]{1,64}$(?!\n)")
]
TypeText = Annotated[str | None, QueryParameter(name="type", max_length=100, pattern=r"^[a-z0-9.-]+$(?!\n)")]
AtText = Annotated[
    str | None, QueryParameter(max_length=40, description="A position, or an instant as of RFC 3339.")
]


class BadInstant(Invalid):
    """`at` must be a position or an instant such as 2026-11-21T09:30:00Z."""


class Moment(Struct, frozen=True, kw_only=True):
    """Something that happened in the room."""

    position: int
    at: datetime | None
    type: str
    person: str | None


class Timeline(Struct, frozen=True, kw_only=True):
    """A page of moments; ask on with `after` = `next`."""

    entries: tuple[Moment, ...]
    next: int | None


@get("/audit/events", media_type=LINES)
async def events(
    house: InHouse,
    access: Asking,
    after: Position = 0,
    kind: TypeText = None,
    tag: TagText = None,
    limit: Many = 1000,
) -> Stream:
    """Recorded events in order, one JSON object a line."""
    access.must_audit()
    item = Item(types=(kind,) if kind else (), tags=(tag,) if tag else ())
    return Stream(_lines(house, access.org, Query((item,)), after, limit), media_type=LINES)


async def _lines(house: House, org: str, query: Query, after: int, limit: int) -> AsyncIterator[bytes]:
    left = limit
    async for batch in house.log.read(query, after=after, org=org):
        yield b"".join(to_json(recorded) + b"\n" for recorded in batch[:left])
        left -= len(batch)
        if left <= 0:
            return


@get("/audit/rooms/{room:str}")
async def room_then(house: InHouse, access: Asking, room: PathId, at: AtText = None) -> RoomThen:
    """The room as it was at a position or an instant, now if none is given."""
    access.must_audit()
    position, time = _instant(at)
    history = RoomAsOf(room, position=position, time=time)
    persons: dict[str, None] = {}
    async for batch in house.log.read(Query((Item(tags=(f"room:{room}",)),)), org=access.org):
        for recorded in batch:
            history.apply(recorded)
            persons.update((tag[7:], None) for tag in recorded.tags if tag.startswith("person:"))
        await asyncio.sleep(0)  # a long history does not hold up those who are live
    if not persons:
        raise UnknownRoom
    known = await PeopleFromLog(house.log).people(access.org, list(persons))
    return history.answer({person: who.name for person, who in known.items()})


@get("/audit/rooms/{room:str}/timeline")
async def timeline(
    house: InHouse,
    access: Asking,
    room: PathId,
    after: Position = 0,
    limit: Limit = 200,
) -> Timeline:
    """What happened in the room, edits of the board aside."""
    access.must_audit()
    page = await house.views.page(
        TIMELINE, access.org, prefix=prefix_of(room), after=key_of(room, after), limit=limit
    )
    entries = tuple(
        Moment(position=state.position, at=state.at, type=state.type, person=state.person)
        for _, state in page
    )
    return Timeline(entries=entries, next=entries[-1].position if len(entries) == limit else None)


def _instant(at: str | None) -> tuple[int | None, datetime | None]:
    if at is None:
        return None, None
    if at.isascii() and at.isdigit() and len(at) < 19:
        return int(at), None
    try:
        return None, msgspec.convert(at.replace(" ", "+"), Instant)
    except msgspec.ValidationError as error:
        raise BadInstant from error


ROUTER = Router("/", route_handlers=[events, room_then, timeline], tags=["audit"])
