"""Office hours and their queue."""

from typing import Annotated

from litestar import Router, delete, get, post
from litestar.params import JSONBody
from msgspec import Meta, Struct

from domain.identity import Title
from domain.office_hours import (
    CallNext,
    CloseOfficeHours,
    DoorState,
    JoinQueue,
    LeaveQueue,
    OpenOfficeHours,
    UnknownOfficeHours,
)
from projections.office_hours import OFFICE_HOURS, ShownOfficeHours, shown
from realtime.routes.common import Asking, Body, Done, Id, InHouse, PathId, done


class NewOfficeHours(Body, frozen=True, kw_only=True):
    """An open door, in a room. Give an id of your own, and a repeated request is harmless."""

    room: Id
    title: Title
    office_hours: Id | None = None
    capacity: Annotated[int, Meta(ge=1, le=500)] = 50


class OpenedDoor(Struct, frozen=True, kw_only=True):
    """The door is open."""

    position: int
    office_hours: str


class NextWanted(Body, frozen=True, kw_only=True):
    """The next, please. Give the call an id of your own, and a repeated request calls nobody twice."""

    call: Id | None = None


class Called(Struct, frozen=True, kw_only=True):
    """Who was called in."""

    position: int
    person: str


@post("/office-hours")
async def open_door(house: InHouse, access: Asking, data: JSONBody[NewOfficeHours]) -> OpenedDoor:
    """Open the door."""
    office_hours = data.office_hours or house.new_id()
    command = OpenOfficeHours(
        office_hours=office_hours, room=data.room, title=data.title, capacity=data.capacity
    )
    return OpenedDoor(position=(await done(house, access, command)).position, office_hours=office_hours)


@get("/office-hours/{office_hours:str}")
async def get_office_hours(house: InHouse, access: Asking, office_hours: PathId) -> ShownOfficeHours:
    """The door and its queue."""
    state = await house.views.get(OFFICE_HOURS, access.org, office_hours)
    if state is None:
        raise UnknownOfficeHours
    return shown(office_hours, state, await house.views.names(access.org, list(state.queue)))


@post("/office-hours/{office_hours:str}/queue")
async def queue(house: InHouse, access: Asking, office_hours: PathId) -> Done:
    """Wait for one's turn."""
    return await done(house, access, JoinQueue(office_hours=office_hours))


@delete("/office-hours/{office_hours:str}/queue", status_code=200)
async def unqueue(house: InHouse, access: Asking, office_hours: PathId) -> Done:
    """Wait no longer."""
    return await done(house, access, LeaveQueue(office_hours=office_hours))


@post("/office-hours/{office_hours:str}/next", status_code=200)
async def call_next(
    house: InHouse, access: Asking, office_hours: PathId, data: JSONBody[NextWanted]
) -> Called:
    """Call in whoever has waited longest."""
    command = CallNext(office_hours=office_hours, call=data.call or house.new_id())
    position = (await done(house, access, command)).position
    # A repeated request gets the answer of the first one, which the state has kept.
    state: DoorState = await house.performer.look(command, access.context(house.clock()))
    return Called(position=position, person=state.calls[command.call])


@post("/office-hours/{office_hours:str}/close", status_code=200)
async def close(house: InHouse, access: Asking, office_hours: PathId) -> Done:
    """Close the door."""
    return await done(house, access, CloseOfficeHours(office_hours=office_hours))


ROUTER = Router(
    "/",
    route_handlers=[open_door, get_office_hours, queue, unqueue, call_next, close],
    tags=["office hours"],
)
