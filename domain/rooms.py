"""Study rooms: who is in, what is said in writing, what is edited on the board, who spoke when."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal

from msgspec import Meta, Struct

from domain.deciding import Command, Decider
from domain.errors import Forbidden, Refused, Unknown
from domain.events import Context, Event, Instant, Query, about
from domain.identity import Key, Millis, PersonId, ProblemId, RoomId, Title, Words

Capacity = Annotated[int, Meta(ge=1, le=200)]
Leaving = Literal["left", "moved", "gone", "closed"]
Phase = Literal["work", "break", "off"]


class RoomOpened(Event, frozen=True, tag="room.opened.v1"):
    """A room can be joined."""

    room: RoomId
    title: Title
    capacity: Capacity
    host: PersonId


class RoomJoined(Event, frozen=True, tag="room.joined.v1"):
    """A person is in the room."""

    room: RoomId
    person: PersonId


class RoomLeft(Event, frozen=True, tag="room.left.v1"):
    """A person is in the room no longer: left, moved to another, gone without a word, or it closed."""

    room: RoomId
    person: PersonId
    why: Leaving


class RoomClosed(Event, frozen=True, tag="room.closed.v1"):
    """Nobody can join the room any more; its history stays."""

    room: RoomId


class MessageSent(Event, frozen=True, tag="room.message-sent.v1"):
    """A person wrote a message to the room."""

    room: RoomId
    person: PersonId
    message: Key
    text: Words


class TimerSet(Event, frozen=True, tag="room.timer-set.v1"):
    """The room works, or rests, until `ends`; a phase of "off" stops the timer."""

    room: RoomId
    person: PersonId
    phase: Phase
    ends: Instant


class ProblemPosed(Event, frozen=True, tag="room.problem-posed.v1"):
    """The room works on this problem from now on."""

    room: RoomId
    problem: ProblemId
    person: PersonId


class Run(Struct, frozen=True, kw_only=True):
    """Updates of one author in the order in which the board applied them, as Yjs v1 update bytes."""

    person: PersonId
    client: int
    update: bytes


class BoardEdited(Event, frozen=True, tag="board.edited.v1"):
    """What was edited within one window (at most 500 ms), as the ordered runs of its authors."""

    room: RoomId
    runs: tuple[Run, ...]


class TurnTaken(Event, frozen=True, tag="turn.taken.v1"):
    """A person spoke, from `started` to `ended`."""

    room: RoomId
    person: PersonId
    turn: Key
    started: Millis
    ended: Millis


class OpenRoom(Command, frozen=True, tag="open-room"):
    """Open a room."""

    room: RoomId
    title: Title
    capacity: Capacity = 8


class JoinRoom(Command, frozen=True, tag="join-room"):
    """Enter a room; whoever is in another room moves."""

    room: RoomId


class LeaveRoom(Command, frozen=True, tag="leave-room"):
    """Leave a room. A service says whom it means: somebody who has gone without a word."""

    room: RoomId
    person: PersonId | None = None


class CloseRoom(Command, frozen=True, tag="close-room"):
    """Close a room for good."""

    room: RoomId


class SendMessage(Command, frozen=True, tag="send-message"):
    """Write to the room. The message's id makes a repeated request harmless."""

    room: RoomId
    message: Key
    text: Words


class SetTimer(Command, frozen=True, tag="set-timer"):
    """Start or stop the room's timer."""

    room: RoomId
    phase: Phase
    ends: Instant


class PoseProblem(Command, frozen=True, tag="pose-problem"):
    """Give the room a problem to work on."""

    room: RoomId
    problem: ProblemId


RoomCommand = OpenRoom | JoinRoom | LeaveRoom | CloseRoom | SendMessage | SetTimer | PoseProblem


class UnknownRoom(Unknown):
    """There is no such room."""


class RoomIsClosed(Refused):
    """The room is closed."""


class RoomIsFull(Refused):
    """The room is full."""


class RoomIdTaken(Refused):
    """Another room has this id already."""


class NotInTheRoom(Forbidden):
    """You are not in this room."""


class NotYourRoom(Forbidden):
    """Only the room's host, a tutor or an administrator may do this."""


@dataclass
class RoomState:
    """One room, and where each person that the boundary speaks of is."""

    opened: RoomOpened | None = None
    closed: bool = False
    where: dict[str, str] = field(default_factory=dict[str, str])
    messages: set[str] = field(default_factory=set[str])
    problem: str | None = None
    timer: tuple[Phase, Instant] | None = None

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
        case MessageSent():
            state.messages.add(event.message)
        case TimerSet():
            state.timer = (event.phase, event.ends)
        case ProblemPosed():
            state.problem = event.problem
        case _:
            pass
    return state


def boundary(command: RoomCommand, context: Context) -> Query:
    """The room's life and members; for joining, also where the person is now; else only what matters."""
    tag = f"room:{command.room}"
    life = about(tag, RoomOpened, RoomClosed, RoomJoined, RoomLeft)
    match command:
        case JoinRoom():
            return Query((life, about(f"person:{context.actor}", RoomJoined, RoomLeft)))
        case SendMessage():
            return Query((life, about(tag, MessageSent)))
        case SetTimer():
            return Query((life, about(tag, TimerSet)))
        case PoseProblem():
            return Query((life, about(tag, ProblemPosed)))
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
            RoomOpened(
                room=command.room, title=command.title, capacity=command.capacity, host=context.actor
            )
        ]
    if (state.opened.title, state.opened.host) == (command.title, context.actor):
        return []
    raise RoomIdTaken


def _join(command: JoinRoom, state: RoomState, context: Context) -> Sequence[Event]:
    assert state.opened is not None
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
    if state.closed:
        raise RoomIsClosed
    if state.where.get(context.actor) != command.room:
        raise NotInTheRoom
    room, person = command.room, context.actor
    match command:
        case SendMessage():
            if command.message in state.messages:
                return []
            return [MessageSent(room=room, person=person, message=command.message, text=command.text)]
        case SetTimer():
            if state.timer == (command.phase, command.ends):
                return []
            return [TimerSet(room=room, person=person, phase=command.phase, ends=command.ends)]
        case PoseProblem():
            if state.problem == command.problem:
                return []
            return [ProblemPosed(room=room, person=person, problem=command.problem)]


ROOMS: Decider[RoomCommand, RoomState] = Decider(boundary, RoomState, evolve, decide)
