"""Who may look into a room, and who may act in it: asked of the log, since a view may lag behind."""

from dataclasses import dataclass

from domain.events import Role
from domain.hosting import RoomState
from domain.rooms import LeaveRoom, NotInTheRoom, UnknownRoom
from realtime.access import STAFF, Access
from realtime.house import House
from realtime.reading import Reading
from rooms.past.room import RoomHistory

WATCHING: tuple[Role, ...] = (*STAFF, "auditor")
"""Who may look into rooms that they are not in."""


@dataclass(frozen=True)
class Standing:
    """How somebody stands to a room."""

    member: bool
    closed: bool
    members: tuple[str, ...]
    """Who is in the room."""


async def standing(house: House, access: Access, room: str) -> Standing:
    """How the person stands to the room; raises `UnknownRoom`."""
    access.must_enter(room)
    state: RoomState = await house.performer.look(LeaveRoom(room=room), access.context(house.clock()))
    return standing_in(state, access, room)


def standing_in(state: RoomState, access: Access, room: str) -> Standing:
    """How the person stands to the room, by its state; raises `UnknownRoom`."""
    if state.opened is None:
        raise UnknownRoom
    members = tuple(state.members(room))
    return Standing(member=access.sub in members, closed=state.closed, members=members)


def looking(house: House, access: Access, room: str, found: Standing, what: str) -> Reading:
    """The read of whoever looks into a room; of members it is not recorded."""
    return Reading(house, access, what, room, member=found.member)


async def must_watch(house: House, access: Access, room: str) -> Standing:
    """Members may look into a room, and so may staff and auditors."""
    found = await standing(house, access, room)
    must_be_watching(found, access)
    return found


async def may_replay(house: House, access: Access, room: str, what: str) -> tuple[RoomHistory, Reading]:
    """The past is for members, whoever watches, and those who were in the room before and are absent now."""
    found = await standing(house, access, room)
    history = await house.pasts.of(access.org, room)
    if not (found.member or access.role in WATCHING or history.was_in(access.sub)):
        raise NotInTheRoom
    return history, looking(house, access, room, found, what)


def must_be_watching(found: Standing, access: Access) -> None:
    """Refuse whoever may not look into the room."""
    if not found.member and access.role not in WATCHING:
        raise NotInTheRoom


async def must_be_member(house: House, access: Access, room: str) -> None:
    """Refuse whoever is not in the room."""
    found = await standing(house, access, room)
    if not found.member:
        raise NotInTheRoom
