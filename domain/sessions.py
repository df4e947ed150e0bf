"""Sessions: booked lessons, and what became of them."""

from typing import Annotated, Literal

from msgspec import Meta

from domain.deciding import Command
from domain.errors import Forbidden, Invalid, Refused, Unknown
from domain.events import Event, Instant
from domain.identity import PersonId, RoomId, SessionId

Party = Literal["tutor", "learner"]
By = Literal["tutor", "learner", "staff"]
"""Who acted: a party, or an administrator or a service for the school, which is no party's doing."""
Reason = Literal["illness", "emergency", "technical", "conflict", "preparation", "other"]
Stars = Annotated[int, Meta(ge=1, le=5)]


class SessionBooked(Event, frozen=True, tag="session.booked.v1"):
    """A lesson is agreed."""

    session: SessionId
    tutor: PersonId
    learner: PersonId
    starts: Instant
    ends: Instant
    subject: str = ""


class SessionRescheduled(Event, frozen=True, tag="session.rescheduled.v1"):
    """A lesson was moved, `notice` minutes before it would have begun."""

    session: SessionId
    tutor: PersonId
    learner: PersonId
    by: By
    reason: Reason
    notice: int
    starts: Instant
    ends: Instant


class SessionCancelled(Event, frozen=True, tag="session.cancelled.v1"):
    """A lesson will not take place; it was called off `notice` minutes before it would have begun."""

    session: SessionId
    tutor: PersonId
    learner: PersonId
    by: By
    reason: Reason
    notice: int


class SessionStarted(Event, frozen=True, tag="session.started.v1"):
    """A lesson began, `late` minutes after it should have; in `room`, if it is held in one."""

    session: SessionId
    tutor: PersonId
    learner: PersonId
    late: int
    room: RoomId | None = None


class NoShowReported(Event, frozen=True, tag="session.no-show-reported.v1"):
    """One party did not come."""

    session: SessionId
    tutor: PersonId
    learner: PersonId
    missing: Party


class SessionCompleted(Event, frozen=True, tag="session.completed.v1"):
    """A lesson took place."""

    session: SessionId
    tutor: PersonId
    learner: PersonId
    room: RoomId | None = None


class SessionRated(Event, frozen=True, tag="session.rated.v1"):
    """The learner rated a lesson that took place, with one to five stars."""

    session: SessionId
    tutor: PersonId
    learner: PersonId
    stars: Stars


class BookSession(Command, frozen=True, tag="book-session"):
    """Agree on a lesson of a tutor with a known learner, neither of whom has another at that time."""

    session: SessionId
    tutor: PersonId
    learner: PersonId
    starts: Instant
    ends: Instant
    subject: Annotated[str, Meta(max_length=200)] = ""


class RescheduleSession(Command, frozen=True, tag="reschedule-session"):
    """Move a lesson that has not begun."""

    session: SessionId
    starts: Instant
    ends: Instant
    reason: Reason = "other"


class CancelSession(Command, frozen=True, tag="cancel-session"):
    """Call a lesson off that has not begun."""

    session: SessionId
    reason: Reason = "other"


class StartSession(Command, frozen=True, tag="start-session"):
    """The lesson begins now. What is said and drawn in `room`, if it is held in one, is then part of it."""

    session: SessionId
    room: RoomId | None = None


class ReportNoShow(Command, frozen=True, tag="report-no-show"):
    """The other party did not come."""

    session: SessionId
    missing: Party


class CompleteSession(Command, frozen=True, tag="complete-session"):
    """The lesson took place."""

    session: SessionId


class RateSession(Command, frozen=True, tag="rate-session"):
    """Rate a lesson that took place; the learner only, once."""

    session: SessionId
    stars: Stars


SessionCommand = (
    BookSession
    | RescheduleSession
    | CancelSession
    | StartSession
    | ReportNoShow
    | CompleteSession
    | RateSession
)


class UnknownSession(Unknown):
    """There is no such lesson."""


class SessionIdTaken(Refused):
    """Another lesson has this id already."""


class NotYourSession(Forbidden):
    """Only the lesson's tutor, its learner or an administrator may do this."""


class OnlyTheTutor(Forbidden):
    """Only the lesson's tutor or an administrator may do this."""


class OnlyTheLearner(Forbidden):
    """Only the lesson's learner may rate it."""


class TutorIsTheLearner(Invalid):
    """Nobody can book a lesson with themselves."""


class EndsBeforeItStarts(Invalid):
    """A lesson must end after it starts."""


class TooLong(Invalid):
    """A lesson may last eight hours at most."""


class InThePast(Invalid):
    """A lesson cannot be booked for a time that has passed."""


class TooFarAhead(Invalid):
    """A lesson may be booked ten years ahead at most."""


class NotATutor(Refused):
    """Whoever is to teach this lesson does not hold the tutor's role."""


class TutorIsBusy(Refused):
    """The tutor has another lesson at that time."""


class LearnerIsBusy(Refused):
    """The learner has another lesson at that time."""


class SessionHasBegun(Refused):
    """The lesson has begun, or its time has come."""


class SessionHasNotBegun(Refused):
    """The lesson's time has not come."""


class TooEarlyToStart(Refused):
    """A lesson may start fifteen minutes before its time, not earlier."""


class SessionHasEnded(Refused):
    """The lesson was cancelled, missed or completed already."""


class NotCompleted(Refused):
    """Only a lesson that took place can be rated."""


class AlreadyRated(Refused):
    """The lesson has a rating already."""
