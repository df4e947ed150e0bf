"""Sessions decided: nobody has two lessons at a time, and each lesson comes to one end."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from domain import sessions as refusals
from domain.calendars import Lesson, Schedule, boundary, evolve, widen
from domain.deciding import Decider
from domain.events import Context, Event
from domain.people import UnknownPerson
from domain.sessions import (
    BookSession,
    By,
    CancelSession,
    CompleteSession,
    NoShowReported,
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
            return _start(command, lesson, context)
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
    _check_bounds(wanted, context.at)
    _check_parties(wanted, state)
    _check_free(wanted, state)
    return [wanted]


def _reschedule(
    command: RescheduleSession, lesson: Lesson, state: Schedule, context: Context
) -> Sequence[Event]:
    by = _party(lesson.booked, context)
    if (command.starts, command.ends) == (lesson.starts, lesson.ends):
        return []
    notice = _notice(lesson, context)
    wanted = replace(lesson.booked, starts=command.starts, ends=command.ends)
    _check_bounds(wanted, context.at)
    _check_free(wanted, state)
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


def _start(command: StartSession, lesson: Lesson, context: Context) -> Sequence[Event]:
    _check_teaches(lesson, context)
    if lesson.started:
        return []
    if lesson.end is not None:
        raise refusals.SessionHasEnded
    if context.at < lesson.starts - EARLY:
        raise refusals.TooEarlyToStart
    late = max(0, (context.at - lesson.starts) // MINUTE)
    return [SessionStarted(**_names(lesson), late=late, room=command.room)]


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
    return [SessionCompleted(**_names(lesson), room=lesson.room)]


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


def _party(booked: SessionBooked, context: Context) -> By:
    """For whom the actor acts: for themselves if they are a party, whatever their role, or for the school."""
    if context.actor == booked.learner:
        return "learner"
    if context.actor == booked.tutor:
        return "tutor"
    if context.role in STAFF:
        return "staff"
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


def _check_parties(wanted: SessionBooked, state: Schedule) -> None:
    if "tutor" not in state.roles.get(wanted.tutor, ()):
        raise refusals.NotATutor
    if wanted.learner not in state.roles:
        raise UnknownPerson


def _check_free(wanted: SessionBooked, state: Schedule) -> None:
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
