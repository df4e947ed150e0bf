"""The dynamics of rooms: kept in memory for a while, so that whoever watches a lesson reads on from there."""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from domain.events import Query, about
from domain.log import EventLog
from domain.rooms import UnknownRoom
from rooms.facilitator.dynamics import READ, Decision, Dynamics, Part, Window
from rooms.facilitator.history import PeopleFromLog
from rooms.facilitator.picture import EPOCH, MILLISECOND
from rooms.facilitator.policy import STANDARD, InvalidPolicy, Policy, parse
from rooms.facilitator.restraint import noticed

ROOMS = 64
"""Rooms kept in memory, at most; the ones asked for longest ago go first."""


class ShownPart(Part, frozen=True, kw_only=True):
    """What one person did within a window, with their name."""

    name: str


class ShownWindow(Struct, frozen=True, kw_only=True):
    """The last so many ms; see `evenness`: 1 if all have the same, 0 if one has all, null for nothing."""

    length: int
    talked_ms: int
    overlap_ms: int
    silent_ms: int
    turns: int
    evenness: dict[str, float | None]
    people: tuple[ShownPart, ...]


class ShownDecision(Struct, frozen=True, kw_only=True):
    """What the facilitator decided, what became of it, and how many say that it helped, or did not."""

    intervention: str
    at: datetime
    person: str
    name: str
    pattern: str
    evidence: str
    fate: str
    result: str | None
    helped: int
    helped_not: int


class ShownNotice(Struct, frozen=True, kw_only=True):
    """What shows at this moment, and what keeps the facilitator from saying so, if anything does."""

    person: str
    name: str
    pattern: str
    evidence: str
    held_back: str | None


class ShownDynamics(Struct, frozen=True, kw_only=True):
    """How a room works together. Figures, and no grade: people stand in the order of their coming.

    Tutors see all of it, the latest decision first; students see themselves and the group.
    """

    room: str
    position: int
    at: datetime
    mode: str
    policy: str
    windows: tuple[ShownWindow, ...]
    decisions: tuple[ShownDecision, ...]
    notices: tuple[ShownNotice, ...]


class RoomsDynamics:
    """The dynamics of rooms that were asked for of late, each as far as the log goes."""

    def __init__(self, log: EventLog, *, rooms: int = ROOMS) -> None:
        self._log = log
        self._most = rooms
        self._kept: OrderedDict[tuple[str, str], tuple[Dynamics, asyncio.Lock]] = OrderedDict()
        self._people = PeopleFromLog(log)

    async def of(self, org: str, room: str) -> Dynamics:
        """Those of a room up to now. Raises `UnknownRoom`, `LogUnavailable`. Do not change them."""
        key = (org, room)
        dynamics, reading = self._kept.setdefault(key, (Dynamics(org, room), asyncio.Lock()))
        self._kept.move_to_end(key)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        async with reading:
            query = Query((about(f"room:{room}", *READ),))
            async for batch in self._log.read(query, after=dynamics.picture.position, org=org):
                for recorded in batch:
                    dynamics.fold(recorded)
                await asyncio.sleep(0)  # a long lesson does not hold up those who are live
        if not dynamics.picture.position:
            self._kept.pop(key, None)
            raise UnknownRoom
        return dynamics

    async def tutors(self, dynamics: Dynamics) -> frozenset[str]:
        """Those of the room whom the facilitator does not call on."""
        picture = dynamics.picture
        known = await self._people.people(picture.org, list(picture.members))
        picture.spared = frozenset(person for person in known if known[person].declines)
        return frozenset(person for person in known if known[person].tutor)


def shown_all(
    dynamics: Dynamics, now: int, tutors: frozenset[str], names: Mapping[str, str]
) -> ShownDynamics:
    """All of it, for tutors."""
    found = noticed(dynamics.picture, now, policy_of(dynamics), tutors)
    notices = tuple(
        ShownNotice(
            person=each.person,
            name=names.get(each.person, each.person),
            pattern=each.pattern,
            evidence=each.evidence,
            held_back=each.held_back,
        )
        for each in found
    )
    decisions = tuple(_decision(each, names) for each in reversed(dynamics.decisions.values()))
    return _shown(dynamics, now, None, names, decisions=decisions, notices=notices)


def shown_own(dynamics: Dynamics, now: int, person: str, names: Mapping[str, str]) -> ShownDynamics:
    """One's own part, and the group's."""
    return _shown(dynamics, now, person, names, decisions=(), notices=())


def policy_of(dynamics: Dynamics) -> Policy:
    """The policy by which the facilitator says that it watches the room."""
    begun = dynamics.picture.guidance.begun
    try:
        return parse(begun.values) if begun else STANDARD
    except InvalidPolicy:  # of another version of the house
        return STANDARD


def _shown(
    dynamics: Dynamics, now: int, only: str | None, names: Mapping[str, str], **more: Any
) -> ShownDynamics:
    picture = dynamics.picture
    return ShownDynamics(
        room=picture.room,
        position=picture.position,
        at=EPOCH + now * MILLISECOND,
        mode=picture.guidance.mode,
        policy=policy_of(dynamics).label,
        windows=tuple(_window(each, only, names) for each in dynamics.windows(now)),
        **more,
    )


def _window(window: Window, only: str | None, names: Mapping[str, str]) -> ShownWindow:
    people = tuple(
        ShownPart(**asdict(part), name=names.get(part.person, part.person))
        for part in window.people
        if only in (None, part.person)
    )
    figures: dict[str, Any] = asdict(window) | {"people": people}
    return ShownWindow(**figures)


def _decision(decision: Decision, names: Mapping[str, str]) -> ShownDecision:
    ratings = Counter(decision.ratings.values())
    return ShownDecision(
        intervention=decision.intervention,
        at=EPOCH + decision.moment * MILLISECOND,
        person=decision.person,
        name=names.get(decision.person, decision.person),
        pattern=decision.pattern,
        evidence=decision.evidence,
        fate=decision.fate,
        result=decision.result,
        helped=ratings["yes"],
        helped_not=ratings["no"],
    )
