"""What the facilitator reads from the log: rooms, pictures, answers that must not be given away, people."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Protocol

from msgspec import Struct

from domain import people
from domain.events import Event, Item, Query, Recorded, about, type_of
from domain.guidance import CallsAllowed, CallsDeclined
from domain.interventions import InterventionDelivered, InterventionHeldOut, OutcomeMeasured
from domain.log import EventLog
from domain.practice import ProblemAdded
from domain.rooms import RoomClosed, RoomJoined, RoomLeft
from rooms.facilitator.learning import Tally
from rooms.facilitator.picture import EPOCH, FOLDED, Picture, millis

Place = tuple[str, str]
"""An organisation and one of its rooms."""


class Known(Struct, frozen=True):
    """What the facilitator needs to know of a person."""

    name: str
    tutor: bool
    erased: bool = False
    declines: bool = False
    """Whether they do not want to be called on."""


class People(Protocol):
    """Who people are. Implemented on the log by `PeopleFromLog`; a view may stand in for it."""

    async def people(
        self, org: str, persons: Collection[str], upto: int | None = None
    ) -> Mapping[str, Known]:
        """Those of `persons` who are known, as of a position if one is given. Raises `LogUnavailable`."""
        ...


class PeopleFromLog:
    """Names and roles as the log has them."""

    def __init__(self, log: EventLog) -> None:
        self._log = log

    async def people(
        self, org: str, persons: Collection[str], upto: int | None = None
    ) -> Mapping[str, Known]:
        """Those of `persons` who are known, as of a position if one is given. Raises `LogUnavailable`."""
        if not persons:
            return {}
        kinds = (
            *(people.PersonRegistered, people.PersonRenamed, people.RoleGranted, people.RoleRevoked),
            *(people.PersonErased, CallsDeclined, CallsAllowed),
        )
        query = Query(tuple(about(f"person:{person}", *kinds) for person in persons))
        found: dict[str, people.Person] = {}
        declines: set[str] = set()
        async for batch in self._log.read(query, org=org, upto=upto):
            for recorded in batch:
                person: str | None = getattr(recorded.event, "person", None)
                if person is not None and person in persons:
                    people.evolve(found.setdefault(person, people.Person()), recorded.event)
                    _settle_calls(declines, recorded.event)
        return {
            person: Known(state.name or person, "tutor" in state.roles, state.erased, person in declines)
            for person, state in found.items()
        }


async def read_picture(
    log: EventLog, place: Place, reach: int, upto: int | None = None, until: int | None = None
) -> Picture:
    """The picture of a room from all that the log has of it, up to a position or a moment (ms).

    Raises `LogUnavailable`.
    """
    org, room = place
    picture = Picture(org, room, reach)
    async for batch in log.read(Query((about(f"room:{room}", *FOLDED),)), org=org, upto=upto):
        for recorded in batch:
            if until is None or millis(recorded.at) <= until:
                picture.fold(recorded)
    if picture.guidance.reading and picture.problems:
        picture.reading.set_topic(*await problem_texts(log, org, picture.problems[-1]))
    return picture


async def read_tally(log: EventLog, org: str, tally: Tally, upto: int) -> None:
    """Bring what helped in an organisation up to a position. Raises `LogUnavailable`."""
    query = Query((Item(types=(type_of(OutcomeMeasured),)),))
    async for batch in log.read(query, org=org, after=tally.position, upto=upto):
        for recorded in batch:
            if isinstance(recorded.event, OutcomeMeasured) and recorded.position > tally.position:
                tally.count(recorded.event)
                tally.position = recorded.position
    tally.position = max(tally.position, upto)


async def occupied_rooms(log: EventLog) -> set[Place]:
    """Every room that somebody is in, in every organisation: a silent one would not be heard of.

    And those in which it is to be seen yet what came of something that was said or held out within a day.
    It goes through the whole log once, at the start. Raises `LogUnavailable`.
    """
    members: dict[Place, set[str]] = {}
    unmeasured: dict[str, tuple[Place, datetime]] = {}
    at: datetime = EPOCH
    async for batch in log.read():
        for recorded in batch:
            at = recorded.at
            _settle(members, recorded.org, recorded.event)
            _settle_outcomes(unmeasured, recorded)
    due = {place for place, said in unmeasured.values() if at - said < timedelta(days=1)}
    return {place for place, inside in members.items() if inside} | due


async def answer_keys(log: EventLog, org: str, problems: Collection[str]) -> tuple[str, ...]:
    """The right answers to these problems."""
    if not problems:
        return ()
    query = Query(tuple(about(f"problem:{problem}", ProblemAdded) for problem in problems))
    keys: list[str] = []
    async for batch in log.read(query, org=org):
        keys += [recorded.event.key for recorded in batch if isinstance(recorded.event, ProblemAdded)]
    return tuple(keys)


async def problem_texts(log: EventLog, org: str, problem: str) -> list[str]:
    """What is written in a problem: its prompt, choices and hints."""
    texts: list[str] = []
    async for batch in log.read(Query((about(f"problem:{problem}", ProblemAdded),)), org=org):
        for recorded in batch:
            if isinstance(event := recorded.event, ProblemAdded):
                texts += [event.prompt, *event.choices, *event.hints]
    return texts


def _settle_calls(declines: set[str], event: Event) -> None:
    if isinstance(event, CallsDeclined):
        declines.add(event.person)
    elif isinstance(event, CallsAllowed):
        declines.discard(event.person)


def _settle_outcomes(unmeasured: dict[str, tuple[Place, datetime]], recorded: Recorded) -> None:
    match recorded.event:
        case InterventionHeldOut() | InterventionDelivered() as event:
            unmeasured[event.intervention] = ((recorded.org, event.room), recorded.at)
        case OutcomeMeasured() as event:
            unmeasured.pop(event.intervention, None)
        case _:
            pass


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
