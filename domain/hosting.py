"""Rooms decided: who may come in, and what may happen inside."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from domain.deciding import Decider
from domain.events import Context, Event, Instant, Query, about
from domain.people import PersonErased, PersonWasErased
from domain.practice import ProblemAdded, UnknownProblem
from domain.rooms import (
    CloseRoom,
    JoinRoom,
    LeaveRoom,
    MessageIdTaken,
    MessageSent,
    NotInTheRoom,
    NotYourRoom,
    OpenRoom,
    Phase,
    PoseProblem,
    ProblemPosed,
    RoomClosed,
    RoomCommand,
    RoomIdTaken,
    RoomIsClosed,
    RoomIsFull,
    RoomJoined,
    RoomLeft,
    RoomOpened,
    SendMessage,
    SetTimer,
    TimerOutOfReach,
    TimerSet,
    UnknownRoom,
)

REACH = timedelta(days=1)
"""How far from now a timer may end. An instant that no calendar can hold must not reach the log."""


@dataclass
class RoomState:
    """One room, and where each person that the boundary speaks of is."""

    opened: RoomOpened | None = None
    closed: bool = False
    where: dict[str, str] = field(default_factory=dict[str, str])
    messages: dict[str, str] = field(default_factory=dict[str, str])
    problems: set[str] = field(default_factory=set[str])
    problem: str | None = None
    timer: tuple[Phase, Instant] | None = None
    erased: bool = False
    """Whether whoever wants to join was."""

    def members(self, room: str) -> list[str]:
        """Who is in `room`, in the order in which they joined."""
        return [person for person, place in self.where.items() if place == room]


def evolve(state: RoomState, event: Event) -> RoomState:
    """Fold one event."""
    match event:
        case RoomOpened():
            state.opened = event
        case RoomJoined():
            state.where[event.person] = event.room
        case RoomLeft():
            if state.where.get(event.person) == event.room:
                del state.where[event.person]
        case RoomClosed():
            state.closed = True
        case _:
            _evolve_inside(state, event)
    return state


def _evolve_inside(state: RoomState, event: Event) -> None:
    match event:
        case MessageSent():
            state.messages[event.message] = event.person
        case TimerSet():
            state.timer = (event.phase, event.ends)
        case ProblemAdded():
            state.problems.add(event.problem)
        case ProblemPosed():
            state.problem = event.problem
        case PersonErased():
            state.erased = True
        case _:
            pass


def boundary(command: RoomCommand, context: Context) -> Query:
    """The room's life and members; for joining, also where the person is now; else only what matters."""
    tag = f"room:{command.room}"
    life = about(tag, RoomOpened, RoomClosed, RoomJoined, RoomLeft)
    match command:
        case JoinRoom():
            return Query((life, about(f"person:{context.actor}", RoomJoined, RoomLeft, PersonErased)))
        case SendMessage():
            return Query((life, about(tag, MessageSent)))
        case SetTimer():
            return Query((life, about(tag, TimerSet)))
        case PoseProblem():
            problem = about(f"problem:{command.problem}", ProblemAdded)
            return Query((life, about(tag, ProblemPosed), problem))
        case _:
            return Query((life,))


def decide(command: RoomCommand, state: RoomState, context: Context) -> Sequence[Event]:
    """Dispatch; each command has its function."""
    if isinstance(command, OpenRoom):
        return _open(command, state, context)
    if state.opened is None:
        raise UnknownRoom
    match command:
        case LeaveRoom():
            return _leave(command, state, context)
        case CloseRoom():
            return _close(command, state, context)
        case JoinRoom():
            return _join(command, state, context)
        case _:
            return _inside(command, state, context)


def _open(command: OpenRoom, state: RoomState, context: Context) -> Sequence[Event]:
    if context.role == "auditor":
        raise NotYourRoom
    if state.opened is None:
        return [
            RoomOpened(room=command.room, title=command.title, capacity=command.capacity, host=context.actor)
        ]
    opened = state.opened
    if (opened.title, opened.capacity, opened.host) == (command.title, command.capacity, context.actor):
        return []
    raise RoomIdTaken


def _join(command: JoinRoom, state: RoomState, context: Context) -> Sequence[Event]:
    assert state.opened is not None
    if state.erased:
        raise PersonWasErased
    if state.closed:
        raise RoomIsClosed
    here = state.where.get(context.actor)
    if here == command.room:
        return []
    if len(state.members(command.room)) >= state.opened.capacity:
        raise RoomIsFull
    moved = [RoomLeft(room=here, person=context.actor, why="moved")] if here else []
    return [*moved, RoomJoined(room=command.room, person=context.actor)]


def _leave(command: LeaveRoom, state: RoomState, context: Context) -> Sequence[Event]:
    who = context.actor
    if command.person is not None and command.person != who:
        if context.role not in ("service", "tutor", "admin"):
            raise NotYourRoom
        who = command.person
    if state.where.get(who) != command.room:
        return []
    return [RoomLeft(room=command.room, person=who, why="left" if who == context.actor else "gone")]


def _close(command: CloseRoom, state: RoomState, context: Context) -> Sequence[Event]:
    assert state.opened is not None
    if context.actor != state.opened.host and context.role not in ("tutor", "admin", "service"):
        raise NotYourRoom
    if state.closed:
        return []
    left = [RoomLeft(room=command.room, person=who, why="closed") for who in state.members(command.room)]
    return [*left, RoomClosed(room=command.room)]


def _inside(
    command: SendMessage | SetTimer | PoseProblem, state: RoomState, context: Context
) -> Sequence[Event]:
    if isinstance(command, SendMessage) and state.messages.get(command.message) == context.actor:
        return []  # it was sent, though its sender may have left since, or the room closed
    if state.closed:
        raise RoomIsClosed
    if state.where.get(context.actor) != command.room:
        raise NotInTheRoom
    match command:
        case SendMessage():
            return _send(command, state, context)
        case SetTimer():
            return _set_timer(command, state, context)
        case PoseProblem():
            return _pose(command, state, context)


def _send(command: SendMessage, state: RoomState, context: Context) -> Sequence[Event]:
    if command.message in state.messages:
        raise MessageIdTaken
    return [
        MessageSent(
            room=command.room,
            person=context.actor,
            message=command.message,
            text=command.text,
            anchor=command.anchor,
        )
    ]


def _set_timer(command: SetTimer, state: RoomState, context: Context) -> Sequence[Event]:
    if state.timer == (command.phase, command.ends):
        return []
    ends = command.ends
    if command.phase == "off":
        if state.timer is None or state.timer[0] == "off":
            return []
        ends = context.at  # a timer that is stopped ends now, whatever the wish says
    elif abs(ends - context.at) > REACH:
        raise TimerOutOfReach
    return [TimerSet(room=command.room, person=context.actor, phase=command.phase, ends=ends)]


def _pose(command: PoseProblem, state: RoomState, context: Context) -> Sequence[Event]:
    if command.problem not in state.problems:
        raise UnknownProblem
    if command.problem == state.problem:
        return []
    return [ProblemPosed(room=command.room, problem=command.problem, person=context.actor)]


ROOMS: Decider[RoomCommand, RoomState] = Decider(boundary, RoomState, evolve, decide)
