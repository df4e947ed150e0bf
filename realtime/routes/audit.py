"""The audit: the events themselves, and any room as it was at any instant, from the log alone."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from datetime import datetime
from typing import Annotated, Any

import msgspec
from litestar import Router, get
from litestar.params import PathParameter, QueryParameter
from litestar.response import Stream
from msgspec import Struct

from domain.catalogue import to_json
from domain.errors import Invalid, Unknown
from domain.events import Instant, Item, Query, Recorded
from domain.identity import ID_PATTERN
from domain.log import EventLog
from projections.catalogue import VIEWS
from projections.past import position_at, row_then
from projections.timeline import TIMELINE, key_of, prefix_of
from realtime.reading import Reading, concerned, must_audit, persons_in
from realtime.routes.common import Asking, InHouse, Limit, PathId, Position
from rooms.past.then import RoomThen

LINES = "application/x-ndjson"
Many = Annotated[int, QueryParameter(ge=1, le=100_000)]
TagText = Annotated[
    str | None, QueryParameter(max_length=100, pattern=r"^[a-z-]+:[A-Za-z0-9_-]{1,64}$(?!\n)")
]
TypeText = Annotated[str | None, QueryParameter(name="type", max_length=100, pattern=r"^[a-z0-9.-]+$(?!\n)")]
AtText = Annotated[
    str | None, QueryParameter(max_length=40, description="A position, or an instant as of RFC 3339.")
]
ViewName = Annotated[str, PathParameter(pattern=ID_PATTERN)]
RowKey = Annotated[str, PathParameter(pattern=r"^[A-Za-z0-9_.-]{1,129}$(?!\n)")]
BY_NAME = {view.name: view for view in VIEWS}


class BadInstant(Invalid):
    """`at` must be a position or an instant such as 2026-11-21T09:30:00Z."""


class UnknownView(Unknown):
    """There is no such view."""


class UnknownRow(Unknown):
    """Nothing had touched this row of the view by then."""


class RowThen(Struct, frozen=True, kw_only=True):
    """A row as of `position`; `changed` is the position of the last event that touched it by then."""

    view: str
    key: str
    position: int
    changed: int
    state: Any


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
    asked = " ".join(part for part in (f"after {after}", kind, tag) if part)
    reading = must_audit(house, access, "events", asked)
    head = await house.log.head()  # and no further, or the reading would chase events of its own
    item = Item(types=(kind,) if kind else (), tags=(tag,) if tag else ())
    batches = house.log.read(Query((item,)), after=after, upto=head, org=access.org)
    lines = _lines(batches, limit, reading)
    first = await anext(lines, b"")  # what cannot be recorded is refused, before anything is sent
    return Stream(_chained(first, lines), media_type=LINES)


async def _lines(
    batches: AsyncIterator[Sequence[Recorded]], limit: int, reading: Reading
) -> AsyncGenerator[bytes, None]:
    left = limit
    async for batch in batches:
        shown = batch[:left]
        await reading.of(concerned(shown))
        yield b"".join(to_json(recorded) + b"\n" for recorded in shown)
        left -= len(shown)
        if left <= 0:
            return


async def _chained(first: bytes, rest: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    yield first
    async for lines in rest:
        yield lines


@get("/audit/rooms/{room:str}")
async def room_then(house: InHouse, access: Asking, room: PathId, at: AtText = None) -> RoomThen:
    """The room as it was at a position or an instant, now if none is given."""
    reading = must_audit(house, access, "room-history", f"{room} at {at or 'now'}")
    position, time = parsed(at)
    then, persons = await house.pasts.then(access.org, room, position=position, time=time)
    await reading.of(persons)
    return then


@get("/audit/rooms/{room:str}/timeline")
async def timeline(
    house: InHouse,
    access: Asking,
    room: PathId,
    after: Position = 0,
    limit: Limit = 200,
) -> Timeline:
    """What happened in the room, edits of the board aside."""
    reading = must_audit(house, access, "timeline", room)
    page = await house.views.page(
        TIMELINE, access.org, prefix=prefix_of(room), after=key_of(room, after), limit=limit
    )
    await reading.of(state.person for _, state in page if state.person)
    entries = tuple(
        Moment(position=state.position, at=state.at, type=state.type, person=state.person)
        for _, state in page
    )
    return Timeline(entries=entries, next=entries[-1].position if len(entries) == limit else None)


@get("/audit/views/{view:str}/{key:str}")
async def row_as_it_was(
    house: InHouse, access: Asking, view: ViewName, key: RowKey, at: AtText = None
) -> RowThen:
    """One row of a view as it was at a position or an instant, now if none is given."""
    reading = must_audit(house, access, "view-history", f"{view} {key} at {at or 'now'}")
    found, persons = await view_row_then(house.log, access.org, view, key, at)
    await reading.of(persons)
    return found


async def view_row_then(
    log: EventLog, org: str, view: str, key: str, at: str | None
) -> tuple[RowThen, list[str]]:
    """The row, and the persons whom it concerns. Raises `UnknownView`, `UnknownRow`, `BadInstant`."""
    found = BY_NAME.get(view)
    if found is None:
        raise UnknownView
    position, time = parsed(at)
    head = await log.head()
    upto = min(head if position is None else position, head)
    if time is not None:
        upto = await position_at(log, time)
    row = await row_then(log, found, org, key, upto)
    if row is None:
        raise UnknownRow
    shown = RowThen(view=view, key=key, position=upto, changed=row.changed, state=row.state)
    return shown, persons_in(row.tags)


def parsed(at: str | None) -> tuple[int | None, datetime | None]:
    if at is None:
        return None, None
    if at.isascii() and at.isdigit() and len(at) < 19:
        return int(at), None
    try:
        return None, msgspec.convert(at.replace(" ", "+"), Instant)
    except msgspec.ValidationError as error:
        raise BadInstant from error


ROUTER = Router("/", route_handlers=[events, room_then, timeline, row_as_it_was], tags=["audit"])
