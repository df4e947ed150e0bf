"""Office hours: a tutor's open door, with a queue."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal

from msgspec import Meta

from domain.deciding import Command, Decider
from domain.errors import Forbidden, Refused, Unknown
from domain.events import Context, Event, Query, about
from domain.identity import Key, OfficeHoursId, PersonId, RoomId, Title
from domain.rooms import RoomClosed, RoomIsClosed, RoomOpened, UnknownRoom


class OfficeHoursOpened(Event, frozen=True, tag="office-hours.opened.v1"):
    """A tutor receives, in a room; at most `capacity` may wait."""

    office_hours: OfficeHoursId
    tutor: PersonId
    room: RoomId
    title: Title
    capacity: int


class QueueJoined(Event, frozen=True, tag="office-hours.queue-joined.v1"):
    """A person waits for their turn."""

    office_hours: OfficeHoursId
    person: PersonId


class QueueLeft(Event, frozen=True, tag="office-hours.queue-left.v1"):
    """A person waits no longer."""

    office_hours: OfficeHoursId
    person: PersonId


class NextCalled(Event, frozen=True, tag="office-hours.next-called.v1"):
    """The person who had waited longest was called in."""

    office_hours: OfficeHoursId
    person: PersonId
    call: Key


class OfficeHoursClosed(Event, frozen=True, tag="office-hours.closed.v1"):
    """The door is closed; whoever still waited is told so."""

    office_hours: OfficeHoursId


class OpenOfficeHours(Command, frozen=True, tag="open-office-hours"):
    """Open the door, in a room that is open; tutors only."""

    office_hours: OfficeHoursId
    room: RoomId
    title: Title
    capacity: Annotated[int, Meta(ge=1, le=500)] = 50


class JoinQueue(Command, frozen=True, tag="join-queue"):
    """Wait for one's turn."""

    office_hours: OfficeHoursId


class LeaveQueue(Command, frozen=True, tag="leave-queue"):
    """Wait no longer."""

    office_hours: OfficeHoursId


class CallNext(Command, frozen=True, tag="call-next"):
    """Call in whoever has waited longest; the tutor only. The call's id makes a repeated request harmless."""

    office_hours: OfficeHoursId
    call: Key


class CloseOfficeHours(Command, frozen=True, tag="close-office-hours"):
    """Close the door; the tutor only."""

    office_hours: OfficeHoursId


OfficeHoursCommand = OpenOfficeHours | JoinQueue | LeaveQueue | CallNext | CloseOfficeHours


class UnknownOfficeHours(Unknown):
    """There are no such office hours."""


class OfficeHoursIdTaken(Refused):
    """Other office hours have this id already."""


class OfficeHoursAreClosed(Refused):
    """The office hours are over."""


class QueueIsFull(Refused):
    """The queue is full."""


class NobodyWaits(Refused):
    """Nobody is waiting."""


class OnlyTutorsReceive(Forbidden):
    """Only a tutor or an administrator may open office hours."""


class NotYourOfficeHours(Forbidden):
    """Only the tutor of these office hours or an administrator may do this."""


@dataclass
class DoorState:
    """One open door: who waits, in the order in which they came, and whom each call called in.

    `room` is how the room is in which the door is to be opened; nobody asks once it was opened.
    """

    opened: OfficeHoursOpened | None = None
    closed: bool = False
    queue: list[str] = field(default_factory=list[str])
    calls: dict[str, str] = field(default_factory=dict[str, str])
    room: Literal["unknown", "open", "closed"] = "unknown"


def evolve(state: DoorState, event: Event) -> DoorState:
    """Fold one event."""
    match event:
        case OfficeHoursOpened():
            state.opened = event
        case QueueJoined():
            state.queue.append(event.person)
        case QueueLeft():
            state.queue.remove(event.person)
        case NextCalled():
            state.queue.remove(event.person)
            state.calls[event.call] = event.person
        case OfficeHoursClosed():
            state.closed = True
            state.queue.clear()
        case RoomOpened():
            state.room = "open"
        case RoomClosed():
            state.room = "closed"
        case _:
            pass
    return state


def boundary(command: OfficeHoursCommand, context: Context) -> Query:
    """All that happened at this door; for opening it, also whether its room is open."""
    life = (OfficeHoursOpened, QueueJoined, QueueLeft, NextCalled, OfficeHoursClosed)
    door = about(f"office-hours:{command.office_hours}", *life)
    if isinstance(command, OpenOfficeHours):
        return Query((door, about(f"room:{command.room}", RoomOpened, RoomClosed)))
    return Query((door,))


def decide(command: OfficeHoursCommand, state: DoorState, context: Context) -> Sequence[Event]:
    """Dispatch; each command has its function."""
    if isinstance(command, OpenOfficeHours):
        return _open(command, state, context)
    if state.opened is None:
        raise UnknownOfficeHours
    match command:
        case JoinQueue():
            return _join(state.opened, state, context)
        case LeaveQueue():
            return _leave(state.opened, state, context)
        case CallNext():
            return _call(command, state.opened, state, context)
        case CloseOfficeHours():
            return _close(state.opened, state, context)


def _open(command: OpenOfficeHours, state: DoorState, context: Context) -> Sequence[Event]:
    if context.role not in ("tutor", "admin"):
        raise OnlyTutorsReceive
    opened = OfficeHoursOpened(
        office_hours=command.office_hours,
        tutor=context.actor,
        room=command.room,
        title=command.title,
        capacity=command.capacity,
    )
    if state.opened == opened:
        return []
    if state.opened is not None:
        raise OfficeHoursIdTaken
    if state.room == "unknown":
        raise UnknownRoom
    if state.room == "closed":
        raise RoomIsClosed
    return [opened]


def _join(opened: OfficeHoursOpened, state: DoorState, context: Context) -> Sequence[Event]:
    if state.closed:
        raise OfficeHoursAreClosed
    if context.actor in state.queue:
        return []
    if len(state.queue) >= opened.capacity:
        raise QueueIsFull
    return [QueueJoined(office_hours=opened.office_hours, person=context.actor)]


def _leave(opened: OfficeHoursOpened, state: DoorState, context: Context) -> Sequence[Event]:
    if context.actor not in state.queue:
        return []
    return [QueueLeft(office_hours=opened.office_hours, person=context.actor)]


def _call(
    command: CallNext, opened: OfficeHoursOpened, state: DoorState, context: Context
) -> Sequence[Event]:
    _check_receives(opened, context)
    if command.call in state.calls:
        return []
    if state.closed:
        raise OfficeHoursAreClosed
    if not state.queue:
        raise NobodyWaits
    return [NextCalled(office_hours=opened.office_hours, person=state.queue[0], call=command.call)]


def _close(opened: OfficeHoursOpened, state: DoorState, context: Context) -> Sequence[Event]:
    _check_receives(opened, context)
    return [] if state.closed else [OfficeHoursClosed(office_hours=opened.office_hours)]


def _check_receives(opened: OfficeHoursOpened, context: Context) -> None:
    if context.actor != opened.tutor and context.role != "admin":
        raise NotYourOfficeHours


OFFICE_HOURS: Decider[OfficeHoursCommand, DoorState] = Decider(boundary, DoorState, evolve, decide)
