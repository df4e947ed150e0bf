"""Sessions: each booked lesson, by its id and for each of its two parties."""

from datetime import datetime

from msgspec import Struct

from domain.events import Recorded
from domain.sessions import (
    NoShowReported,
    SessionBooked,
    SessionCancelled,
    SessionCompleted,
    SessionRated,
    SessionRescheduled,
    SessionStarted,
)
from projections.keys import BETWEEN, by, by_pair
from projections.view import View


class Session(Struct):
    """One lesson. `state` is booked, started, completed, cancelled or no-show; `stars` the rating.

    `booked` is when it was booked, `room` where it is held, if that was said.
    """

    session: str = ""
    tutor: str = ""
    learner: str = ""
    starts: datetime | None = None
    ends: datetime | None = None
    subject: str = ""
    state: str = ""
    rescheduled: int = 0
    stars: int | None = None
    booked: datetime | None = None
    room: str | None = None


def apply(state: Session, key: str, recorded: Recorded) -> None:
    """Fold one event."""
    match recorded.event:
        case SessionBooked() as event:
            state.session = event.session
            state.tutor = event.tutor
            state.learner = event.learner
            state.starts = event.starts
            state.ends = event.ends
            state.subject = event.subject
            state.booked = recorded.at
            state.state = "booked"
        case SessionRescheduled() as event:
            state.starts = event.starts
            state.ends = event.ends
            state.rescheduled += 1
        case SessionRated() as event:
            state.stars = event.stars
        case event:
            state.state = OUTCOMES[type(event)]
            state.room = getattr(event, "room", None) or state.room


OUTCOMES: dict[type, str] = {
    SessionStarted: "started",
    SessionCompleted: "completed",
    SessionCancelled: "cancelled",
    NoShowReported: "no-show",
}

EVENTS = (SessionBooked, SessionRescheduled, SessionRated, *OUTCOMES)


def prefix_of(person: str) -> str:
    """What the keys of a person's sessions begin with in `schedule`; the session's id follows."""
    return person + BETWEEN


SESSIONS = View(name="sessions", version=2, state=Session, reads=EVENTS, keys=by("session"), apply=apply)

SCHEDULE = View(
    name="schedule",
    version=2,
    state=Session,
    reads=EVENTS,
    keys=by_pair(("tutor", "learner"), "session"),
    apply=apply,
)
"""The same rows again under `person.session`, so that one page holds all that a person has booked."""
