"""Help for a student who is stuck: asked for by them, given by three helpers, each in its own time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal

from msgspec import Meta

from domain.called import Call, recorded
from domain.deciding import Command, Decider
from domain.errors import Refused, TooOften, Unknown
from domain.events import Context, Event, Item, Query, about, type_of
from domain.identity import Key, Millis, PersonId, ProblemId, RoomId, Words
from domain.interventions import ModelAsked, OnlyTheFacilitator, Source
from domain.practice import ProblemAdded, UnknownProblem
from domain.rooms import (
    BoardEdited,
    NotInTheRoom,
    ProblemPosed,
    RoomClosed,
    RoomIsClosed,
    RoomJoined,
    RoomLeft,
    RoomOpened,
    Run,
    UnknownRoom,
)

FACILITATOR = "facilitator"
"""Who draws on a board what the facilitator draws."""
HelpKind = Literal["hint", "picture", "comparison"]
KINDS: tuple[HelpKind, ...] = ("hint", "picture", "comparison")
Kinds = Annotated[tuple[HelpKind, ...], Meta(min_length=1, max_length=3)]
Work = Annotated[str, Meta(max_length=1000, extra={"personal": True})]
"""What somebody works on or has tried, in their own words; may be empty."""
WITHIN = 600_000
"""Milliseconds for which requests are counted:"""
OF_A_PERSON, OF_A_ROOM = 6, 20


class HelpAsked(Event, frozen=True, tag="help.asked.v1"):
    """A person in a room is stuck and asks for help of these kinds.

    `variants` says of each kind how often this person had asked for it on this problem before; `spot` how
    many pictures had been asked for in the room.
    """

    help: Key
    room: RoomId
    person: PersonId
    problem: ProblemId | None
    kinds: tuple[HelpKind, ...]
    variants: tuple[int, ...]
    spot: int
    work: Work
    moment: Millis


class HelpGiven(Event, frozen=True, tag="help.given.v1"):
    """One of the helpers answered; the `shapes` of a picture are on the board under these ids."""

    help: Key
    room: RoomId
    person: PersonId
    problem: ProblemId | None
    kind: HelpKind
    variant: int
    text: Words
    source: Source
    shapes: tuple[Key, ...] = ()


class AskForHelp(Command, frozen=True, tag="ask-for-help"):
    """Ask for help; with the problem that the room works on, if none is named. Repeating it is harmless."""

    room: RoomId
    help: Key
    problem: ProblemId | None = None
    kinds: Kinds = KINDS
    work: Work = ""


class GiveHelp(Command, frozen=True, tag="give-help"):
    """Give one kind of help, once. `drawn` is the update that puts its shapes on the board."""

    room: RoomId
    help: Key
    kind: HelpKind
    text: Words
    source: Source
    shapes: tuple[Key, ...] = ()
    drawn: Run | None = None
    call: Call | None = None


HelpCommand = AskForHelp | GiveHelp


class HelpIdTaken(Refused):
    """Another request for help has this id already."""


class TooMuchHelp(TooOften):
    """So much help was asked for that it is better to try alone for a while."""


class UnknownHelp(Unknown):
    """Nobody asked for this help."""


@dataclass
class HelpState:
    """One room: who is in, what was asked for, and what was given."""

    opened: bool = False
    closed: bool = False
    members: set[str] = field(default_factory=set[str])
    posed: str | None = None
    problems: set[str] = field(default_factory=set[str])
    asked: dict[str, HelpAsked] = field(default_factory=dict[str, HelpAsked])
    given: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    calls: set[str] = field(default_factory=set[str])


def evolve(state: HelpState, event: Event) -> HelpState:
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
            _evolve_work(state, event)
    return state


def _evolve_work(state: HelpState, event: Event) -> None:
    match event:
        case ProblemPosed():
            state.posed = event.problem
        case ProblemAdded():
            state.problems.add(event.problem)
        case HelpAsked():
            state.asked[event.help] = event
        case HelpGiven():
            state.given.add((event.help, event.kind))
        case ModelAsked():
            state.calls.add(event.intervention)
        case _:
            pass


def boundary(command: HelpCommand, context: Context) -> Query:
    """The room's life and its requests; to give help, also what was given, and what the facilitator drew."""
    tag = f"room:{command.room}"
    life = about(tag, RoomOpened, RoomClosed, RoomJoined, RoomLeft)
    match command:
        case AskForHelp():
            asked = about(tag, HelpAsked, ProblemPosed)
            named = [about(f"problem:{command.problem}", ProblemAdded)] if command.problem else []
            return Query((life, asked, *named))
        case GiveHelp():
            drawn = Item(types=(type_of(BoardEdited),), tags=(tag, f"person:{FACILITATOR}"))
            calls = [] if command.call is None else [command.call.item]
            return Query((life, about(tag, HelpAsked, HelpGiven), drawn, *calls))


def decide(command: HelpCommand, state: HelpState, context: Context) -> Sequence[Event]:
    """Dispatch; each command has its function."""
    if not state.opened:
        raise UnknownRoom
    match command:
        case AskForHelp():
            return _ask(command, state, context)
        case GiveHelp():
            return _give(command, state, context)


def _ask(command: AskForHelp, state: HelpState, context: Context) -> Sequence[Event]:
    earlier = state.asked.get(command.help)
    if earlier is not None:
        if earlier.person != context.actor:
            raise HelpIdTaken
        return []
    if state.closed:
        raise RoomIsClosed
    if context.actor not in state.members:
        raise NotInTheRoom
    if command.problem is not None and command.problem not in state.problems:
        raise UnknownProblem
    moment = round(context.at.timestamp() * 1000)
    _check_often(state.asked, context.actor, moment)
    problem, kinds = command.problem or state.posed, tuple(dict.fromkeys(command.kinds))
    before = [
        kind for asked in state.asked.values() if _alike(asked, context, problem) for kind in asked.kinds
    ]
    return [
        HelpAsked(
            help=command.help,
            room=command.room,
            person=context.actor,
            problem=problem,
            kinds=kinds,
            variants=tuple(before.count(kind) for kind in kinds),
            spot=sum("picture" in asked.kinds for asked in state.asked.values()),
            work=command.work,
            moment=moment,
        )
    ]


def _alike(asked: HelpAsked, context: Context, problem: str | None) -> bool:
    return asked.person == context.actor and asked.problem == problem


def _check_often(asked: Mapping[str, HelpAsked], person: str, moment: int) -> None:
    """Raise if this person, or the room, asks too often."""
    recent = [each for each in asked.values() if moment - each.moment < WITHIN]
    mine = [each for each in recent if each.person == person]
    for among, most in ((mine, OF_A_PERSON), (recent, OF_A_ROOM)):
        if len(among) >= most:
            raise TooMuchHelp(among[-most].moment + WITHIN - moment)


def _give(command: GiveHelp, state: HelpState, context: Context) -> Sequence[Event]:
    if context.role != "service":
        raise OnlyTheFacilitator
    asked = state.asked.get(command.help)
    if asked is None or command.kind not in asked.kinds:
        raise UnknownHelp
    called = recorded(command.call, asked.person, state.calls)
    if state.closed or (command.help, command.kind) in state.given:
        return called  # a call that was made is on record, whatever became of the room
    drawn = [] if command.drawn is None else [BoardEdited(room=command.room, runs=(command.drawn,))]
    given = HelpGiven(
        help=command.help,
        room=command.room,
        person=asked.person,
        problem=asked.problem,
        kind=command.kind,
        variant=asked.variants[asked.kinds.index(command.kind)],
        text=command.text,
        source=command.source,
        shapes=command.shapes,
    )
    return [*called, given, *drawn]


HELP: Decider[HelpCommand, HelpState] = Decider(boundary, HelpState, evolve, decide)
