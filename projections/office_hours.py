"""Office hours: who receives where, who waits, who was called."""

from collections.abc import Mapping

from msgspec import Struct, field

from domain.events import Recorded
from domain.office_hours import (
    NextCalled,
    OfficeHoursClosed,
    OfficeHoursOpened,
    QueueJoined,
    QueueLeft,
)
from projections.keys import by
from projections.view import View


class OfficeHours(Struct):
    """One open door. `queue` is who waits, in order, with the position at which each came."""

    tutor: str = ""
    room: str = ""
    title: str = ""
    capacity: int = 0
    open: bool = False
    queue: dict[str, int] = field(default_factory=dict[str, int])
    called: str | None = None


class Waiting(Struct, frozen=True):
    """Somebody in the queue."""

    person: str
    name: str


class ShownOfficeHours(Struct, frozen=True):
    """Office hours as the API answers; `called` is the person called in last."""

    office_hours: str
    tutor: str
    room: str
    title: str
    open: bool
    queue: tuple[Waiting, ...]
    called: str | None


def apply(state: OfficeHours, key: str, recorded: Recorded) -> None:
    """Fold one event."""
    match recorded.event:
        case OfficeHoursOpened() as event:
            state.tutor = event.tutor
            state.room = event.room
            state.title = event.title
            state.capacity = event.capacity
            state.open = True
        case QueueJoined() as event:
            state.queue.setdefault(event.person, recorded.position)
        case QueueLeft() as event:
            state.queue.pop(event.person, None)
        case NextCalled() as event:
            state.queue.pop(event.person, None)
            state.called = event.person
        case OfficeHoursClosed():
            state.open = False
            state.queue.clear()
        case _:
            pass


def shown(office_hours: str, state: OfficeHours, names: Mapping[str, str]) -> ShownOfficeHours:
    """The answer; whoever has no name is shown by their id."""
    return ShownOfficeHours(
        office_hours=office_hours,
        tutor=state.tutor,
        room=state.room,
        title=state.title,
        open=state.open,
        queue=tuple(Waiting(person=who, name=names.get(who, who)) for who in state.queue),
        called=state.called,
    )


OFFICE_HOURS = View(
    name="office-hours",
    version=1,
    state=OfficeHours,
    reads=(OfficeHoursOpened, QueueJoined, QueueLeft, NextCalled, OfficeHoursClosed),
    keys=by("office_hours"),
    apply=apply,
)
