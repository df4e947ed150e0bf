"""What decisions about sessions read: the lessons of their parties, and who these are."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from domain.events import Context, Event, Query, Role, about
from domain.people import PersonRegistered, RoleGranted, RoleRevoked
from domain.sessions import (
    BookSession,
    NoShowReported,
    RescheduleSession,
    SessionBooked,
    SessionCancelled,
    SessionCommand,
    SessionCompleted,
    SessionRated,
    SessionRescheduled,
    SessionStarted,
)

CALENDAR = (SessionBooked, SessionRescheduled, SessionCancelled, NoShowReported, SessionCompleted)
"""What takes a person's time, or gives it back."""
LIFE = (*CALENDAR, SessionStarted, SessionRated)
WHO = (PersonRegistered, RoleGranted, RoleRevoked)
"""What says whether a person is known, and may teach."""


@dataclass
class Lesson:
    """One lesson: as it was booked, when it is now, and how it went."""

    booked: SessionBooked
    starts: datetime
    ends: datetime
    started: bool = False
    room: str | None = None
    end: SessionCancelled | NoShowReported | SessionCompleted | None = None
    stars: int | None = None

    def takes(self, person: str, starts: datetime, ends: datetime) -> bool:
        """Whether this person has to be there at some instant from `starts` on and before `ends`.

        A lesson that came to its end takes no more time: nothing can be booked for the past.
        """
        there = self.end is None and person in (self.booked.tutor, self.booked.learner)
        return there and self.starts < ends and starts < self.ends


@dataclass
class Schedule:
    """The lessons that the boundary speaks of; for booking, also its parties' roles.

    Whoever is not in `roles` is unknown.
    """

    lessons: dict[str, Lesson] = field(default_factory=dict[str, Lesson])
    roles: dict[str, set[Role]] = field(default_factory=dict[str, set[Role]])

    def others(self, session: str) -> Iterable[Lesson]:
        """All lessons but this one."""
        return (lesson for key, lesson in self.lessons.items() if key != session)


def evolve(state: Schedule, event: Event) -> Schedule:
    """Fold one event."""
    match event:
        case SessionBooked():
            state.lessons[event.session] = Lesson(event, event.starts, event.ends)
        case SessionRescheduled():
            lesson = state.lessons[event.session]
            lesson.starts, lesson.ends = event.starts, event.ends
        case SessionStarted():
            lesson = state.lessons[event.session]
            lesson.started, lesson.room = True, event.room
        case SessionCancelled() | NoShowReported() | SessionCompleted():
            state.lessons[event.session].end = event
        case SessionRated():
            state.lessons[event.session].stars = event.stars
        case _:
            _evolve_people(state, event)
    return state


def _evolve_people(state: Schedule, event: Event) -> None:
    match event:
        case PersonRegistered() | RoleGranted():
            state.roles.setdefault(event.person, set()).add(event.role)
        case RoleRevoked():
            state.roles.setdefault(event.person, set()).discard(event.role)
        case _:
            pass


def boundary(command: SessionCommand, context: Context) -> Query:
    """The lesson's own life; for booking, also who its two parties are, and their calendars."""
    if isinstance(command, BookSession):
        return _with_parties(command.session, command.tutor, command.learner, (*WHO, *CALENDAR))
    return Query((about(f"session:{command.session}", *LIFE),))


def widen(command: SessionCommand, state: Schedule) -> Query | None:
    """For moving, also the calendars of the two parties: the lesson says who they are, for good."""
    lesson = state.lessons.get(command.session)
    if lesson is None or not isinstance(command, RescheduleSession):
        return None
    return _with_parties(command.session, lesson.booked.tutor, lesson.booked.learner, CALENDAR)


def _with_parties(session: str, tutor: str, learner: str, kinds: tuple[type[Event], ...]) -> Query:
    parties = (about(f"person:{person}", *kinds) for person in (tutor, learner))
    return Query((about(f"session:{session}", *LIFE), *parties))
