"""Sessions decided: nobody has two lessons at a time, and each lesson comes to one end."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from msgspec.structs import replace

from domain import sessions as refusals
from domain.deciding import Decider
from domain.events import Context, Event, Query, about
from domain.sessions import (
    BookSession,
    CancelSession,
    CompleteSession,
    NoShowReported,
    Party,
    RateSession,
    ReportNoShow,
    RescheduleSession,
    SessionBooked,
    SessionCancelled,
    SessionCommand,
    SessionCompleted,
    SessionRated,
    SessionRescheduled,
    SessionStarted,
    StartSession,
)

LONGEST = timedelta(hours=8)
FARTHEST = timedelta(days=3653)
"""An instant that no calendar can hold must not reach the log."""
EARLY = timedelta(minutes=15)
"""So long before its time a lesson may start."""
MINUTE = timedelta(minutes=1)

STAFF = ("admin", "service")
CALENDAR = (SessionBooked, SessionRescheduled, SessionCancelled, NoShowReported, SessionCompleted)
"""What takes a person's time, or gives it back."""
LIFE = (*CALENDAR, SessionStarted, SessionRated)


@dataclass
class Lesson:
    """One lesson: as it was booked, when it is now, and how it went."""

    booked: SessionBooked
    starts: datetime
    ends: datetime
    started: bool = False
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
    """The lessons that the boundary speaks of."""

    lessons: dict[str, Lesson] = field(default_factory=dict[str, Lesson])

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
            state.lessons[event.session].started = True
        case SessionCancelled() | NoShowReported() | SessionCompleted():
            state.lessons[event.session].end = event
        case SessionRated():
            state.lessons[event.session].stars = event.stars
        case _:
            pass
    return state


def boundary(command: SessionCommand, context: Context) -> Query:
    """The lesson's own life; for booking, also the calendars of its two parties."""
    if isinstance(command, BookSession):
        return _with_calendars(command.session, command.tutor, command.learner)
    return Query((about(f"session:{command.session}", *LIFE),))


def widen(command: SessionCommand, state: Schedule) -> Query | None:
    """For moving, also the calendars of the two parties: the lesson says who they are, for good."""
    lesson = state.lessons.get(command.session)
    if lesson is None or not isinstance(command, RescheduleSession):
        return None
    return _with_calendars(command.session, lesson.booked.tutor, lesson.booked.learner)


def _with_calendars(session: str, tutor: str, learner: str) -> Query:
    calendars = (about(f"person:{person}", *CALENDAR) for person in (tutor, learner))
    return Query((about(f"session:{session}", *LIFE), *calendars))


def decide(command: SessionCommand, state: Schedule, context: Context) -> Sequence[Event]:
    """Dispatch; each command has its function."""
    if isinstance(command, BookSession):
        return _book(command, state, context)
    lesson = state.lessons.get(command.session)
    if lesson is None:
        raise refusals.UnknownSession
    if isinstance(command, RescheduleSession):
        return _reschedule(command, lesson, state, context)
    return _go_on(command, lesson, context)


def _go_on(
    command: CancelSession | StartSession | ReportNoShow | CompleteSession | RateSession,
    lesson: Lesson,
    context: Context,
) -> Sequence[Event]:
    match command:
        case CancelSession():
            return _cancel(command, lesson, context)
        case StartSession():
            return _start(lesson, context)
        case ReportNoShow():
            return _report_no_show(command, lesson, context)
        case CompleteSession():
            return _complete(lesson, context)
        case RateSession():
            return _rate(command, lesson, context)


def _book(command: BookSession, state: Schedule, context: Context) -> Sequence[Event]:
    wanted = SessionBooked(
        session=command.session,
        tutor=command.tutor,
        learner=command.learner,
        starts=command.starts,
        ends=command.ends,
        subject=command.subject,
    )
    _party(wanted, context)
    lesson = state.lessons.get(command.session)
    if lesson is not None:
        if lesson.booked == wanted:
            return []
        raise refusals.SessionIdTaken
    _check_time(wanted, state, context)
    return [wanted]


def _reschedule(
    command: RescheduleSession, lesson: Lesson, state: Schedule, context: Context
) -> Sequence[Event]:
    by = _party(lesson.booked, context)
    if (command.starts, command.ends) == (lesson.starts, lesson.ends):
        return []
    notice = _notice(lesson, context)
    _check_time(replace(lesson.booked, starts=command.starts, ends=command.ends), state, context)
    return [
        SessionRescheduled(
            **_names(lesson),
            by=by,
            reason=command.reason,
            notice=notice,
            starts=command.starts,
            ends=command.ends,
        )
    ]


def _cancel(command: CancelSession, lesson: Lesson, context: Context) -> Sequence[Event]:
    by = _party(lesson.booked, context)
    if isinstance(lesson.end, SessionCancelled):
        return []
    notice = _notice(lesson, context)
    return [SessionCancelled(**_names(lesson), by=by, reason=command.reason, notice=notice)]


def _start(lesson: Lesson, context: Context) -> Sequence[Event]:
    _check_teaches(lesson, context)
    if lesson.started:
        return []
    if lesson.end is not None:
        raise refusals.SessionHasEnded
    if context.at < lesson.starts - EARLY:
        raise refusals.TooEarlyToStart
    return [SessionStarted(**_names(lesson), late=max(0, (context.at - lesson.starts) // MINUTE))]


def _report_no_show(command: ReportNoShow, lesson: Lesson, context: Context) -> Sequence[Event]:
    _party(lesson.booked, context)
    if isinstance(lesson.end, NoShowReported) and lesson.end.missing == command.missing:
        return []
    if lesson.end is not None:
        raise refusals.SessionHasEnded
    if lesson.started:
        raise refusals.SessionHasBegun
    if context.at < lesson.starts:
        raise refusals.SessionHasNotBegun
    return [NoShowReported(**_names(lesson), missing=command.missing)]


def _complete(lesson: Lesson, context: Context) -> Sequence[Event]:
    _check_teaches(lesson, context)
    if isinstance(lesson.end, SessionCompleted):
        return []
    if lesson.end is not None:
        raise refusals.SessionHasEnded
    if not lesson.started and context.at < lesson.starts:
        raise refusals.SessionHasNotBegun
    return [SessionCompleted(**_names(lesson))]


def _rate(command: RateSession, lesson: Lesson, context: Context) -> Sequence[Event]:
    if context.actor != lesson.booked.learner:
        raise refusals.OnlyTheLearner
    if not isinstance(lesson.end, SessionCompleted):
        raise refusals.NotCompleted
    if lesson.stars == command.stars:
        return []
    if lesson.stars is not None:
        raise refusals.AlreadyRated
    return [SessionRated(**_names(lesson), stars=command.stars)]


def _party(booked: SessionBooked, context: Context) -> Party:
    """For whom the actor acts; an administrator or a service acts for the school, that is the tutor."""
    if context.actor == booked.learner:
        return "learner"
    if context.actor == booked.tutor or context.role in STAFF:
        return "tutor"
    raise refusals.NotYourSession


def _check_teaches(lesson: Lesson, context: Context) -> None:
    if context.actor != lesson.booked.tutor and context.role not in STAFF:
        raise refusals.OnlyTheTutor


def _notice(lesson: Lesson, context: Context) -> int:
    """Whole minutes until the lesson begins; raises if it cannot be moved or called off any more."""
    if lesson.end is not None:
        raise refusals.SessionHasEnded
    if lesson.started or context.at >= lesson.starts:
        raise refusals.SessionHasBegun
    return (lesson.starts - context.at) // MINUTE


def _check_time(wanted: SessionBooked, state: Schedule, context: Context) -> None:
    _check_bounds(wanted, context.at)
    for person, busy in ((wanted.tutor, refusals.TutorIsBusy), (wanted.learner, refusals.LearnerIsBusy)):
        for lesson in state.others(wanted.session):
            if lesson.takes(person, wanted.starts, wanted.ends):
                raise busy


def _check_bounds(wanted: SessionBooked, now: datetime) -> None:
    if wanted.tutor == wanted.learner:
        raise refusals.TutorIsTheLearner
    if wanted.ends <= wanted.starts:
        raise refusals.EndsBeforeItStarts
    if wanted.ends - wanted.starts > LONGEST:
        raise refusals.TooLong
    if wanted.starts < now:
        raise refusals.InThePast
    if wanted.starts - now > FARTHEST:
        raise refusals.TooFarAhead


def _names(lesson: Lesson) -> dict[str, str]:
    """The fields that each event of a lesson begins with."""
    booked = lesson.booked
    return {"session": booked.session, "tutor": booked.tutor, "learner": booked.learner}


SESSIONS: Decider[SessionCommand, Schedule] = Decider(boundary, Schedule, evolve, decide, widen)
