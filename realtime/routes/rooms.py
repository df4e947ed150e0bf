"""Rooms: commands, and the room as it is now."""

from collections.abc import Iterator
from typing import Annotated

from litestar import Router, get, post
from litestar.params import JSONBody
from msgspec import Meta, Struct
from msgspec.structs import replace

from domain.events import Instant
from domain.identity import Title, Words
from domain.moderating import Floor
from domain.rooms import (
    Capacity,
    CloseRoom,
    JoinRoom,
    LeaveRoom,
    OpenRoom,
    Phase,
    Place,
    PoseProblem,
    SendMessage,
    SetTimer,
    UnknownRoom,
)
from projections.participation import PARTICIPATION, Participation, ShownParticipation
from projections.participation import shown as shown_participation
from projections.people import PEOPLE
from projections.problems import PROBLEMS
from projections.problems import shown as shown_problem
from projections.room import ROOM, ShownRoom
from projections.room import shown as shown_room
from realtime.access import Access
from realtime.house import House
from realtime.routes.common import Asking, Body, Done, Id, InHouse, PathId, done
from realtime.watching import WATCHING, looking, must_watch, standing


class NewRoom(Body, frozen=True, kw_only=True):
    """A room to open. Give an id of your own, and a repeated request is harmless."""

    title: Title
    room: Id | None = None
    capacity: Capacity = 8


class OpenedRoom(Struct, frozen=True, kw_only=True):
    """The room is open."""

    position: int
    room: str


class NewMessage(Body, frozen=True, kw_only=True):
    """A message to the room. Give an id of your own, and a repeated request is harmless."""

    text: Words
    message: Id | None = None
    anchor: Place | None = None


class NewTimer(Body, frozen=True, kw_only=True):
    """The phase that begins, and when it ends."""

    phase: Phase
    ends: Instant


class Posed(Body, frozen=True, kw_only=True):
    """The problem to work on."""

    problem: Annotated[Id, Meta(description="One of /problems.")]


@post("/rooms")
async def open_room(house: InHouse, access: Asking, data: JSONBody[NewRoom]) -> OpenedRoom:
    """Open a room."""
    room = data.room or house.new_id()
    command = OpenRoom(room=room, title=data.title, capacity=data.capacity)
    return OpenedRoom(position=(await done(house, access, command)).position, room=room)


@get("/rooms/{room:str}")
async def get_room(house: InHouse, access: Asking, room: PathId) -> ShownRoom:
    """The room as it is now. Those who are neither in it nor staff see its door: title, size, closed."""
    found = await standing(house, access, room)
    shown = await _room(house, access, room)
    if found.member or access.role in WATCHING:
        await looking(house, access, room, found, "room").of(_people_in(shown))
        return shown
    hidden = replace(shown, members=(), problem=None, timer=None, floor=Floor(), messages=())
    return replace(hidden, interventions=(), helps=(), summary=None)


def _people_in(shown: ShownRoom) -> Iterator[str]:
    for part in (*shown.members, *shown.messages, *shown.interventions, *shown.helps):
        yield part.person
    yield from shown.floor.muted  # they may have left since; all others on the floor are members


async def _room(house: House, access: Access, room: str) -> ShownRoom:
    org = access.org
    state = await house.views.get(ROOM, org, room)
    if state is None:
        raise UnknownRoom
    people = await house.views.many(PEOPLE, org, list(state.members))
    known = {who: (p.name, p.roles[0] if p.roles else None) for who, p in people.items()}
    problem = await house.views.get(PROBLEMS, org, state.problem) if state.problem else None
    posed = shown_problem(problem) if problem else None
    return shown_room(room, state, known, posed, access.sub, watching=access.role in WATCHING)


@post("/rooms/{room:str}/join", status_code=200)
async def join(house: InHouse, access: Asking, room: PathId) -> Done:
    """Enter the room; whoever is in another room moves."""
    return await done(house, access, JoinRoom(room=room))


@post("/rooms/{room:str}/leave", status_code=200)
async def leave(house: InHouse, access: Asking, room: PathId) -> Done:
    """Leave the room."""
    return await done(house, access, LeaveRoom(room=room))


@post("/rooms/{room:str}/close", status_code=200)
async def close(house: InHouse, access: Asking, room: PathId) -> Done:
    """Close the room for good."""
    return await done(house, access, CloseRoom(room=room))


@post("/rooms/{room:str}/messages")
async def send(house: InHouse, access: Asking, room: PathId, data: JSONBody[NewMessage]) -> Done:
    """Write to the room."""
    message = data.message or house.new_id()
    wish = SendMessage(room=room, message=message, text=data.text, anchor=data.anchor)
    return await done(house, access, wish)


@post("/rooms/{room:str}/timer", status_code=200)
async def set_timer(house: InHouse, access: Asking, room: PathId, data: JSONBody[NewTimer]) -> Done:
    """Start or stop the room's timer."""
    return await done(house, access, SetTimer(room=room, phase=data.phase, ends=data.ends))


@post("/rooms/{room:str}/problem", status_code=200)
async def pose(house: InHouse, access: Asking, room: PathId, data: JSONBody[Posed]) -> Done:
    """Give the room a problem to work on."""
    return await done(house, access, PoseProblem(room=room, problem=data.problem))


@get("/rooms/{room:str}/participation")
async def participation(house: InHouse, access: Asking, room: PathId) -> ShownParticipation:
    """Who took part and how, in figures: no grade, and no basis for one."""
    found = await must_watch(house, access, room)
    state = await house.views.get(PARTICIPATION, access.org, room) or Participation()
    await looking(house, access, room, found, "participation").of(state.people)
    return shown_participation(room, state, await house.views.names(access.org, list(state.people)))


ROUTER = Router(
    "/",
    route_handlers=[
        open_room,
        get_room,
        join,
        leave,
        close,
        send,
        set_timer,
        pose,
        participation,
    ],
    tags=["rooms"],
)
