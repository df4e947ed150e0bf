"""What the facilitator reads from the log: rooms, pictures, answers that must not be given away, people."""

from collections.abc import Collection, Mapping
from typing import Protocol

from msgspec import Struct

from domain import people
from domain.events import Event, Query, about
from domain.log import EventLog
from domain.practice import ProblemAdded
from domain.rooms import RoomClosed, RoomJoined, RoomLeft
from rooms.facilitator.picture import FOLDED, Picture

Place = tuple[str, str]
"""An organisation and one of its rooms."""


class Known(Struct, frozen=True):
    """What the facilitator needs to know of a person."""

    name: str
    tutor: bool
    erased: bool = False


class People(Protocol):
    """Who people are. Implemented on the log by `PeopleFromLog`; a view may stand in for it."""

    async def people(self, org: str, persons: Collection[str]) -> Mapping[str, Known]:
        """Those of `persons` who are known. Raises `LogUnavailable`."""
        ...


class PeopleFromLog:
    """Names and roles as the log has them."""

    def __init__(self, log: EventLog) -> None:
        self._log = log

    async def people(self, org: str, persons: Collection[str]) -> Mapping[str, Known]:
        """Those of `persons` who are known. Raises `LogUnavailable`."""
        if not persons:
            return {}
        kinds = (
            *(people.PersonRegistered, people.PersonRenamed, people.RoleGranted, people.RoleRevoked),
            people.PersonErased,
        )
        query = Query(tuple(about(f"person:{person}", *kinds) for person in persons))
        found: dict[str, people.Person] = {}
        async for batch in self._log.read(query, org=org):
            for recorded in batch:
                person: str | None = getattr(recorded.event, "person", None)
                if person is not None and person in persons:
                    people.evolve(found.setdefault(person, people.Person()), recorded.event)
        return {
            person: Known(state.name, "tutor" in state.roles, state.erased)
            for person, state in found.items()
            if state.name is not None
        }


async def read_picture(log: EventLog, place: Place, reach: int, upto: int | None = None) -> Picture:
    """The picture of a room from all that the log has of it. Raises `LogUnavailable`."""
    org, room = place
    picture = Picture(org, room, reach)
    async for batch in log.read(Query((about(f"room:{room}", *FOLDED),)), org=org, upto=upto):
        for recorded in batch:
            picture.fold(recorded)
    return picture


async def occupied_rooms(log: EventLog) -> set[Place]:
    """Every room that somebody is in, in every organisation: a silent one would not be heard of.

    It goes through the whole log once, at the start. Raises `LogUnavailable`.
    """
    members: dict[Place, set[str]] = {}
    async for batch in log.read():
        for recorded in batch:
            _settle(members, recorded.org, recorded.event)
    return {place for place, inside in members.items() if inside}


async def answer_keys(log: EventLog, org: str, problems: Collection[str]) -> tuple[str, ...]:
    """The right answers to these problems."""
    if not problems:
        return ()
    query = Query(tuple(about(f"problem:{problem}", ProblemAdded) for problem in problems))
    keys: list[str] = []
    async for batch in log.read(query, org=org):
        keys += [recorded.event.key for recorded in batch if isinstance(recorded.event, ProblemAdded)]
    return tuple(keys)


def _settle(members: dict[Place, set[str]], org: str, event: Event) -> None:
    match event:
        case RoomJoined():
            members.setdefault((org, event.room), set()).add(event.person)
        case RoomLeft():
            members.get((org, event.room), set()).discard(event.person)
        case RoomClosed():
            members.pop((org, event.room), None)
        case _:
            pass
