"""Guidance of the facilitator decided: by whom, and whether it changes anything."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from domain.deciding import Decider
from domain.events import Context, Event, Query, about
from domain.guidance import (
    STUCK_AGAIN,
    AllowCalls,
    BeginFacilitating,
    CallsAllowed,
    CallsDeclined,
    DeclineCalls,
    FacilitatorBegun,
    FacilitatorMode,
    FacilitatorModeSet,
    FacilitatorTuned,
    ForOneself,
    ForTutors,
    GuidanceCommand,
    OnlyTheFacilitatorBegins,
    ReadingSet,
    ReportStuck,
    SetFacilitatorMode,
    SetReading,
    StuckReported,
    TuneFacilitator,
    Tuning,
)
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
from domain.transcripts import must_set

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


@dataclass
class Guidance:
    """How the facilitator is guided in one room, or of one person whether they may be called on."""

    open: bool | None = None
    """None for an unknown room."""
    members: set[str] = field(default_factory=set[str])
    problem: str | None = None
    begun: FacilitatorBegun | None = None
    mode: FacilitatorMode = "on"
    tuning: Tuning = field(default_factory=Tuning)
    version: int = 0
    reading: bool = False
    stuck: dict[str, StuckReported] = field(default_factory=dict[str, StuckReported])
    """The latest report of each person."""
    declined: bool = False


def evolve(state: Guidance, event: Event) -> Guidance:
    """Fold one event."""
    match event:
        case FacilitatorBegun():
            state.begun = event
        case FacilitatorModeSet():
            state.mode = event.mode
        case FacilitatorTuned():
            state.tuning, state.version = event.tuning, event.version
        case ReadingSet():
            state.reading = event.on
        case StuckReported():
            state.stuck[event.person] = event
        case CallsDeclined() | CallsAllowed():
            state.declined = isinstance(event, CallsDeclined)
        case _:
            _evolve_room(state, event)
    return state


def _evolve_room(state: Guidance, event: Event) -> None:
    match event:
        case RoomOpened():
            state.open = True
        case RoomClosed():
            state.open = False
        case RoomJoined():
            state.members.add(event.person)
        case RoomLeft():
            state.members.discard(event.person)
        case ProblemPosed():
            state.problem = event.problem
        case _:
            pass


SETTINGS = (FacilitatorBegun, FacilitatorModeSet, FacilitatorTuned, ReadingSet)


def boundary(command: GuidanceCommand, context: Context) -> Query:
    """The person's own wish; or the room's life and settings; who is stuck must also be in the room."""
    match command:
        case DeclineCalls() | AllowCalls():
            return Query((about(f"person:{context.actor}", CallsDeclined, CallsAllowed),))
        case ReportStuck():
            kinds = (RoomOpened, RoomClosed, RoomJoined, RoomLeft, ProblemPosed, StuckReported)
            return Query((about(f"room:{command.room}", *kinds),))
        case _:
            return Query((about(f"room:{command.room}", RoomOpened, RoomClosed, *SETTINGS),))


def decide(command: GuidanceCommand, state: Guidance, context: Context) -> Sequence[Event]:
    """Dispatch; each command has its function."""
    match command:
        case DeclineCalls() | AllowCalls():
            return _call(command, state, context)
        case BeginFacilitating():
            return _begin(command, state, context)
        case ReportStuck():
            return _stuck(command, state, context)
        case _:
            must_set(context, state.open)
            return _set(command, state, context)


def _call(command: ForOneself, state: Guidance, context: Context) -> Sequence[Event]:
    declined = isinstance(command, DeclineCalls)
    if declined == state.declined:
        return []
    return [CallsDeclined(person=context.actor) if declined else CallsAllowed(person=context.actor)]


def _set(command: ForTutors, state: Guidance, context: Context) -> Sequence[Event]:
    room, by = command.room, context.actor
    match command:
        case SetFacilitatorMode():
            changed = command.mode != state.mode
            event: Event = FacilitatorModeSet(room=room, mode=command.mode, by=by)
        case TuneFacilitator():
            changed = command.tuning != state.tuning
            event = FacilitatorTuned(room=room, version=state.version + 1, tuning=command.tuning, by=by)
        case SetReading():
            changed = command.on != state.reading
            event = ReadingSet(room=room, on=command.on, by=by)
    return [event] if changed else []


def _begin(command: BeginFacilitating, state: Guidance, context: Context) -> Sequence[Event]:
    if context.role != "service":
        raise OnlyTheFacilitatorBegins
    if not state.open or (state.begun is not None and state.begun.policy == command.policy):
        return []
    names = FacilitatorBegun.__struct_fields__
    return [FacilitatorBegun(**{name: getattr(command, name) for name in names})]


def _stuck(command: ReportStuck, state: Guidance, context: Context) -> Sequence[Event]:
    if state.open is None:
        raise UnknownRoom
    now, last = (context.at - EPOCH) // MILLISECOND, state.stuck.get(context.actor)
    if last is not None and (last.report == command.report or now - last.moment < STUCK_AGAIN):
        return []
    if not state.open:
        raise RoomIsClosed
    if context.actor not in state.members:
        raise NotInTheRoom
    report = StuckReported(
        room=command.room,
        person=context.actor,
        report=command.report,
        moment=now,
        problem=state.problem,
    )
    return [report]


GUIDANCE: Decider[GuidanceCommand, Guidance] = Decider(boundary, Guidance, evolve, decide)
