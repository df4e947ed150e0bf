"""A fresh problem for a room: wished for at a level, made, checked by computing it, and posed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal

from msgspec import Meta

from domain.called import Call, recorded
from domain.deciding import Command, Decider
from domain.errors import Refused, TooOften, Unknown
from domain.events import Context, Event, Query, about
from domain.identity import Key, Millis, PersonId, ProblemId, RoomId, SkillId
from domain.interventions import ModelAsked, OnlyTheFacilitator, Source
from domain.practice import ProblemAdded, Text
from domain.rooms import (
    NotInTheRoom,
    ProblemPosed,
    RoomClosed,
    RoomIsClosed,
    RoomJoined,
    RoomLeft,
    RoomOpened,
    UnknownRoom,
)

Family = Literal["arithmetic", "fractions", "percent", "ratios", "linear-equations", "geometry"]
Level = Annotated[int, Meta(ge=1, le=5)]
"""From 1, for whom it is new, to 5, for whoever knows it."""
Check = Annotated[str, Meta(min_length=1, max_length=120)]
"""A line of the scratchpad that is right if the answer is."""
WITHIN, MOST = 600_000, 20
"""So many wishes of a room within so many milliseconds."""


class ProblemWished(Event, frozen=True, tag="problem.wished.v1"):
    """A member wants a fresh problem for the room, of a family, at the level of those who are in."""

    wish: Key
    room: RoomId
    person: PersonId
    skill: SkillId
    family: Family
    level: Level
    moment: Millis


class ProblemMade(Event, frozen=True, tag="problem.made.v1"):
    """A problem was made on a wish, by whom, and how its answer was checked."""

    wish: Key
    room: RoomId
    problem: ProblemId
    family: Family
    level: Level
    source: Source
    checks: tuple[Check, ...]


class WishForProblem(Command, frozen=True, tag="wish-for-problem"):
    """Want a fresh problem. The wish's id makes a repeated request harmless."""

    room: RoomId
    wish: Key
    skill: SkillId
    family: Family
    level: Level


class MakeProblem(Command, frozen=True, tag="make-problem"):
    """Add and pose a problem that was wished for, once; whoever made it has checked the key."""

    room: RoomId
    wish: Key
    problem: ProblemId
    prompt: Text
    key: Text
    hints: tuple[Text, ...]
    source: Source
    checks: tuple[Check, ...]
    call: Call | None = None


FreshCommand = WishForProblem | MakeProblem


class WishIdTaken(Refused):
    """Another wish has this id already."""


class TooManyProblems(TooOften):
    """So many problems were asked for that the room had better work on one of them."""


class UnknownWish(Unknown):
    """Nobody wished for this problem."""


@dataclass
class FreshState:
    """One room: who is in, what was wished for and made."""

    opened: bool = False
    closed: bool = False
    members: set[str] = field(default_factory=set[str])
    wished: dict[str, ProblemWished] = field(default_factory=dict[str, ProblemWished])
    made: set[str] = field(default_factory=set[str])
    calls: set[str] = field(default_factory=set[str])


def evolve(state: FreshState, event: Event) -> FreshState:
    """Fold one event."""
    match event:
        case RoomOpened():
            state.opened = True
        case RoomClosed():
            state.closed = True
        case RoomJoined():
            state.members.add(event.person)
        case RoomLeft():
            state.members.discard(event.person)
        case _:
            _evolve_wishes(state, event)
    return state


def _evolve_wishes(state: FreshState, event: Event) -> None:
    match event:
        case ProblemWished():
            state.wished[event.wish] = event
        case ProblemMade():
            state.made.add(event.wish)
        case ModelAsked():
            state.calls.add(event.intervention)
        case _:
            pass


def boundary(command: FreshCommand, context: Context) -> Query:
    """The room's life and its wishes; to make a problem, also that one."""
    tag = f"room:{command.room}"
    life = about(tag, RoomOpened, RoomClosed, RoomJoined, RoomLeft, ProblemWished, ProblemMade)
    match command:
        case WishForProblem():
            return Query((life,))
        case MakeProblem():
            calls = [] if command.call is None else [command.call.item]
            problem = about(f"problem:{command.problem}", ProblemAdded)
            return Query((life, about(tag, ProblemPosed), problem, *calls))


def decide(command: FreshCommand, state: FreshState, context: Context) -> Sequence[Event]:
    """Dispatch; each command has its function."""
    if not state.opened:
        raise UnknownRoom
    match command:
        case WishForProblem():
            return _wish(command, state, context)
        case MakeProblem():
            return _make(command, state, context)


def _wish(command: WishForProblem, state: FreshState, context: Context) -> Sequence[Event]:
    earlier = state.wished.get(command.wish)
    if earlier is not None:
        if earlier.person != context.actor:
            raise WishIdTaken
        return []
    if state.closed:
        raise RoomIsClosed
    if context.actor not in state.members:
        raise NotInTheRoom
    moment = round(context.at.timestamp() * 1000)
    recent = [each.moment for each in state.wished.values() if moment - each.moment < WITHIN]
    if len(recent) >= MOST:
        raise TooManyProblems(recent[-MOST] + WITHIN - moment)
    return [
        ProblemWished(
            wish=command.wish,
            room=command.room,
            person=context.actor,
            skill=command.skill,
            family=command.family,
            level=command.level,
            moment=moment,
        )
    ]


def _make(command: MakeProblem, state: FreshState, context: Context) -> Sequence[Event]:
    if context.role != "service":
        raise OnlyTheFacilitator
    wished = state.wished.get(command.wish)
    if wished is None:
        raise UnknownWish
    called = recorded(command.call, wished.person, state.calls)
    if state.closed or command.wish in state.made:
        return called  # a call that was made is on record, whatever became of the room
    made = ProblemMade(
        wish=command.wish,
        room=command.room,
        problem=command.problem,
        family=wished.family,
        level=wished.level,
        source=command.source,
        checks=command.checks,
    )
    added = ProblemAdded(
        problem=command.problem,
        skill=wished.skill,
        prompt=command.prompt,
        key=command.key,
        hints=command.hints,
    )
    posed = ProblemPosed(room=command.room, problem=command.problem, person=wished.person)
    return [*called, made, added, posed]


FRESH: Decider[FreshCommand, FreshState] = Decider(boundary, FreshState, evolve, decide)
