"""Reliability: what a tutor's booked lessons became of, each counted once, by day."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from msgspec import Struct, field

from domain.appeals import Act, AppealUpheld
from domain.events import Recorded
from domain.sessions import (
    By,
    NoShowReported,
    SessionBooked,
    SessionCancelled,
    SessionCompleted,
    SessionRated,
    SessionRescheduled,
    SessionStarted,
)
from projections.keys import by
from projections.view import View

SHORT_NOTICE = 24 * 60
"""Minutes: less notice than this is short."""

LATE = 5
"""Minutes after which a lesson began late."""

DAYS_KEPT = timedelta(days=100)
"""Long enough for a window of ninety days."""

COUNTED_KEPT = timedelta(days=400)
"""So long an appeal can still correct what counts of a lesson."""

LESSONS_KEPT = 500
"""Lessons to come, or that count against the tutor; those booked first are forgotten first."""

BITS: dict[By, int] = {"tutor": 1, "learner": 2, "staff": 4}
"""Whoever moved a lesson, each a bit, so that a lesson's movers are one number."""


class Tally(Struct):
    """Counts of lessons, each lesson at most once in each.

    `booked` and ratings count on the day that they were recorded. All else counts on the day on which the
    lesson first came to anything: it was moved, called off, missed, begun or completed. `lessons` are all of
    these, so that each other count is a part of them. Short notice, late starts and `reasons` are the tutor's
    alone; what the staff moved or called off is in `rescheduled` and `cancelled`, and neither party's doing.
    """

    booked: int = 0
    lessons: int = 0
    completed: int = 0
    rescheduled: int = 0
    rescheduled_by_tutor: int = 0
    rescheduled_by_learner: int = 0
    short_notice: int = 0
    cancelled: int = 0
    cancelled_by_tutor: int = 0
    cancelled_by_learner: int = 0
    no_shows: int = 0
    learner_no_shows: int = 0
    late: int = 0
    rating_sum: int = 0
    ratings: int = 0
    excused: int = 0
    reasons: dict[str, int] = field(default_factory=dict[str, int])


class Lesson(Struct):
    """A lesson that is to come, or of which something counts against the tutor.

    `day` is where it counts, None while it came to nothing. `counted` names what of the tutor's acts counts,
    and for which reason.
    """

    due: datetime | None = None
    day: date | None = None
    moved: int = 0
    ended: bool = False
    short: bool = False
    counted: dict[Act, str] = field(default_factory=dict[Act, str])


class Reliability(Struct):
    """One tutor's record: in all, for each of the last hundred days (UTC), and lessons that may add to it."""

    total: Tally = field(default_factory=Tally)
    days: dict[date, Tally] = field(default_factory=dict[date, Tally])
    lessons: dict[str, Lesson] = field(default_factory=dict[str, Lesson])


def apply(state: Reliability, key: str, recorded: Recorded) -> None:
    """Fold one event."""
    today = recorded.at.astimezone(UTC).date()
    match recorded.event:
        case SessionBooked() as event:
            _book(state, event, today)
        case SessionRated() as event:
            for tally in _tallies(state, today, today):
                tally.rating_sum += event.stars
                tally.ratings += 1
        case AppealUpheld() as event:
            _excuse(state, event)
        case SessionRescheduled() | SessionCancelled() | NoShowReported() as event:
            _came_to(state, event, today)
        case SessionStarted() | SessionCompleted() as event:
            lesson = _counted(state, event.session, today)
            _add(state, lesson, "late", isinstance(event, SessionStarted) and event.late >= LATE)
            _add(state, lesson, "completed", isinstance(event, SessionCompleted))
            _end(state, event.session, isinstance(event, SessionCompleted))
        case _:
            pass


def _book(state: Reliability, event: SessionBooked, today: date) -> None:
    for tally in _tallies(state, today, today):
        tally.booked += 1
    state.lessons[event.session] = Lesson(event.starts)
    if len(state.lessons) > LESSONS_KEPT:
        del state.lessons[next(iter(state.lessons))]


def _came_to(
    state: Reliability, event: SessionRescheduled | SessionCancelled | NoShowReported, today: date
) -> None:
    lesson = _counted(state, event.session, today)
    match event:
        case SessionRescheduled():
            _rescheduled(state, lesson, event)
            lesson.due = event.starts
        case SessionCancelled():
            _add(state, lesson, "cancelled")
            _add(state, lesson, "cancelled_by_learner", event.by == "learner")
            if event.by == "tutor":
                _against(state, lesson, "cancelled", event)
            _end(state, event.session, True)
        case NoShowReported():
            _add(state, lesson, "learner_no_shows", event.missing == "learner")
            if event.missing == "tutor":
                _against(state, lesson, "missed", None)
            _end(state, event.session, True)


def _rescheduled(state: Reliability, lesson: Lesson, event: SessionRescheduled) -> None:
    before, bit = lesson.moved, BITS[event.by]
    lesson.moved |= bit
    _add(state, lesson, "rescheduled", before == 0)
    if before & bit:
        return
    _add(state, lesson, "rescheduled_by_learner", event.by == "learner")
    if event.by == "tutor":
        _against(state, lesson, "rescheduled", event)


ACTS: dict[Act, str] = {
    "rescheduled": "rescheduled_by_tutor",
    "cancelled": "cancelled_by_tutor",
    "missed": "no_shows",
}
"""The count of each act of the tutor's."""


def _against(
    state: Reliability, lesson: Lesson, act: Act, event: SessionRescheduled | SessionCancelled | None
) -> None:
    """Something of the tutor's doing."""
    _add(state, lesson, ACTS[act])
    lesson.counted[act] = event.reason if event else ""
    if event is None:
        return
    for tally in _tallies(state, lesson.day):
        tally.reasons[event.reason] = tally.reasons.get(event.reason, 0) + 1
    if event.notice < SHORT_NOTICE and not lesson.short:
        lesson.short = True
        _add(state, lesson, "short_notice")


def _excuse(state: Reliability, event: AppealUpheld) -> None:
    """An appeal was upheld: its act counts no more. Another of the kind, later, counts again."""
    lesson = state.lessons.get(event.session)
    if lesson is None or event.act not in lesson.counted:
        return
    reason = lesson.counted.pop(event.act)
    for tally in _tallies(state, lesson.day):
        setattr(tally, ACTS[event.act], getattr(tally, ACTS[event.act]) - 1)
        tally.excused += 1
        if reason and tally.reasons.get(reason, 0) > 0:
            tally.reasons[reason] -= 1
        tally.short_notice -= lesson.short and event.act != "missed"
    lesson.short = lesson.short and event.act == "missed"
    if event.act == "rescheduled":
        lesson.moved &= ~BITS["tutor"]
    _end(state, event.session, lesson.ended)


def _counted(state: Reliability, session: str, today: date) -> Lesson:
    """The lesson, which has come to something now."""
    lesson = state.lessons.setdefault(session, Lesson())
    if lesson.day is None:
        lesson.day = today
        for tally in _tallies(state, today, today):
            tally.lessons += 1
    return lesson


def _add(state: Reliability, lesson: Lesson, name: str, happened: bool = True) -> None:
    if happened:
        for tally in _tallies(state, lesson.day):
            setattr(tally, name, getattr(tally, name) + 1)


def _end(state: Reliability, session: str, ended: bool) -> None:
    """What came to its end is remembered for appeals, if anything of it counts."""
    lesson = state.lessons[session]
    lesson.ended = lesson.ended or ended
    if lesson.ended and not lesson.counted:
        del state.lessons[session]


def _tallies(state: Reliability, on: date | None, today: date | None = None) -> Iterator[Tally]:
    """What a lesson that counts on this day counts in; a new day begins, if it is `today`."""
    yield state.total
    tally = state.days.get(on) if on else None
    if tally is None and on is not None and on == today:
        tally = state.days[on] = Tally()
        _forget(state, on)
    if tally is not None:
        yield tally


def _forget(state: Reliability, today: date) -> None:
    """Let go of what no window shows any more."""
    oldest = today - DAYS_KEPT
    for day in [day for day in state.days if day < oldest]:
        del state.days[day]
    for session in [key for key, lesson in state.lessons.items() if _over(lesson, today)]:
        del state.lessons[session]


def _over(lesson: Lesson, today: date) -> bool:
    oldest = today - (COUNTED_KEPT if lesson.counted else DAYS_KEPT)
    due = lesson.due.astimezone(UTC).date() if lesson.due else None
    return all(day is None or day < oldest for day in (due, lesson.day))


def within(state: Reliability, now: datetime, days: int) -> Tally:
    """The counts of a window of whole days of UTC that ends with today.

    A lesson whose time has come, and of which nothing is on record, is one of the lessons.
    """
    today = now.astimezone(UTC).date()
    first = today - timedelta(days=days - 1)
    found = Tally()
    for day, tally in state.days.items():
        if first <= day <= today:
            _sum(found, tally)
    for lesson in state.lessons.values():
        if lesson.day is None and lesson.due is not None and lesson.due <= now:
            found.lessons += lesson.due.astimezone(UTC).date() >= first
    return found


def _sum(into: Tally, other: Tally) -> None:
    for name in COUNTS:
        setattr(into, name, getattr(into, name) + getattr(other, name))
    for reason, count in other.reasons.items():
        into.reasons[reason] = into.reasons.get(reason, 0) + count


COUNTS = tuple(name for name in Tally.__struct_fields__ if name != "reasons")

RELIABILITY = View(
    name="reliability",
    version=3,
    state=Reliability,
    reads=(
        SessionBooked,
        SessionRescheduled,
        SessionCancelled,
        SessionStarted,
        NoShowReported,
        SessionCompleted,
        SessionRated,
        AppealUpheld,
    ),
    keys=by("tutor"),
    apply=apply,
)
