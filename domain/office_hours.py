"""Office hours: a tutor's open door, with a queue."""

from typing import Annotated

from msgspec import Meta

from domain.deciding import Command
from domain.events import Event
from domain.identity import OfficeHoursId, PersonId, RoomId, Title


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


class OfficeHoursClosed(Event, frozen=True, tag="office-hours.closed.v1"):
    """The door is closed; whoever still waited is told so."""

    office_hours: OfficeHoursId


class OpenOfficeHours(Command, frozen=True, tag="open-office-hours"):
    """Open the door; tutors only."""

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
    """Call in whoever has waited longest; the tutor only.

    `after` is the person that was called last (`None` at first), so that a repeated request calls nobody
    twice: it is refused, or nothing happens, when somebody else has been called since.
    """

    office_hours: OfficeHoursId
    after: PersonId | None = None


class CloseOfficeHours(Command, frozen=True, tag="close-office-hours"):
    """Close the door; the tutor only."""

    office_hours: OfficeHoursId


OfficeHoursCommand = OpenOfficeHours | JoinQueue | LeaveQueue | CallNext | CloseOfficeHours
