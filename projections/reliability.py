"""Reliability: what a tutor's booked lessons became of, counted so that nobody is judged too soon."""

from datetime import UTC, date, timedelta
from math import sqrt

from msgspec import Struct, field

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

DAYS_KEPT = timedelta(days=100)
"""Long enough for a window of ninety days."""

PENDING_KEPT = 500
"""Rescheduled lessons that nobody has brought to an end; the oldest are forgotten first."""

BITS: dict[By, int] = {"tutor": 1, "learner": 2, "staff": 4}
"""Whoever moved a lesson, each a bit, so that a lesson's movers are one number."""


class Tally(Struct):
    """Counts of lessons, each lesson at most once in each. Short notice counts the tutor's acts only.

    What the staff moved or called off is in `rescheduled` and `cancelled`, and neither party's doing.
    """

    booked: int = 0
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
    rating_sum: int = 0
    ratings: int = 0


class Reliability(Struct):
    """One tutor's record: in all, and for each of the last hundred days (UTC, when it was recorded).

    `moved` remembers by whom each lesson that is still to come was rescheduled, so that a lesson moved
    twice by the same hand is one rescheduled lesson, and the rate is a share of lessons.
    """

    total: Tally = field(default_factory=Tally)
    days: dict[date, Tally] = field(default_factory=dict[date, Tally])
    moved: dict[str, int] = field(default_factory=dict[str, int])


def apply(state: Reliability, key: str, recorded: Recorded) -> None:
    """Fold one event."""
    for tally in (state.total, _day(state, recorded.at.astimezone(UTC).date())):
        _count(tally, state.moved, recorded)
    match recorded.event:
        case SessionRescheduled() as event:
            state.moved[event.session] = state.moved.get(event.session, 0) | BITS[event.by]
            if len(state.moved) > PENDING_KEPT:
                del state.moved[next(iter(state.moved))]
        case SessionStarted() | SessionCancelled() | NoShowReported() | SessionCompleted() as event:
            state.moved.pop(event.session, None)
        case _:
            pass


def _count(tally: Tally, moved: dict[str, int], recorded: Recorded) -> None:
    match recorded.event:
        case SessionBooked():
            tally.booked += 1
        case SessionCompleted():
            tally.completed += 1
        case SessionRescheduled() as event:
            _rescheduled(tally, event, moved.get(event.session, 0))
        case SessionCancelled() as event:
            _cancelled(tally, event)
        case NoShowReported() as event:
            tally.no_shows += event.missing == "tutor"
            tally.learner_no_shows += event.missing == "learner"
        case SessionRated() as event:
            tally.rating_sum += event.stars
            tally.ratings += 1
        case _:
            pass


def _rescheduled(tally: Tally, event: SessionRescheduled, before: int) -> None:
    tally.rescheduled += before == 0
    if before & BITS[event.by]:
        return
    tally.rescheduled_by_learner += event.by == "learner"
    if event.by == "tutor":
        tally.rescheduled_by_tutor += 1
        tally.short_notice += event.notice < SHORT_NOTICE


def _cancelled(tally: Tally, event: SessionCancelled) -> None:
    tally.cancelled += 1
    tally.cancelled_by_learner += event.by == "learner"
    if event.by == "tutor":
        tally.cancelled_by_tutor += 1
        tally.short_notice += event.notice < SHORT_NOTICE


def _day(state: Reliability, on: date) -> Tally:
    tally = state.days.get(on)
    if tally is None:
        tally = state.days[on] = Tally()
        while (first := next(iter(state.days))) < on - DAYS_KEPT:
            del state.days[first]
    return tally


FLAG_FROM = 5
"""Nobody is flagged before so many lessons."""

FLAG_ABOVE = 0.15
"""The share of rescheduled lessons that is too many."""

Z = 1.645
"""One-sided 95 %: the flag is up only if the true share is above the threshold with that confidence."""


class ShownScores(Struct, frozen=True):
    """A tutor's record as the API answers.

    `rate` is the share of booked lessons that the tutor moved, `rescheduled_by_tutor` of `booked`, and
    None while there are none. `rescheduled` and `cancelled` are by anybody, the staff included;
    `short_notice` and `no_shows` are the tutor's own; `rating` is the mean of `ratings` ratings.
    """

    tutor: str
    name: str
    booked: int
    completed: int
    rescheduled: int
    rescheduled_by_tutor: int
    rescheduled_by_learner: int
    short_notice: int
    cancelled: int
    cancelled_by_tutor: int
    no_shows: int
    learner_no_shows: int
    rate: float | None
    rating: float | None
    ratings: int
    flagged: bool


def shown(tutor: str, name: str, state: Reliability) -> ShownScores:
    """The record in all."""
    all_of = state.total
    k, n = all_of.rescheduled_by_tutor, all_of.booked
    return ShownScores(
        tutor=tutor,
        name=name,
        booked=n,
        completed=all_of.completed,
        rescheduled=all_of.rescheduled,
        rescheduled_by_tutor=k,
        rescheduled_by_learner=all_of.rescheduled_by_learner,
        short_notice=all_of.short_notice,
        cancelled=all_of.cancelled,
        cancelled_by_tutor=all_of.cancelled_by_tutor,
        no_shows=all_of.no_shows,
        learner_no_shows=all_of.learner_no_shows,
        rate=round(k / n, 4) if n else None,
        rating=round(all_of.rating_sum / all_of.ratings, 2) if all_of.ratings else None,
        ratings=all_of.ratings,
        flagged=flagged(k, n),
    )


def flagged(k: int, n: int) -> bool:
    """Whether `k` of `n` is too many beyond chance: the lower bound of Wilson's interval decides."""
    if n < FLAG_FROM:
        return False
    share, square = k / n, Z * Z
    centre = share + square / (2 * n)
    half = Z * sqrt(share * (1 - share) / n + square / (4 * n * n))
    return (centre - half) / (1 + square / n) > FLAG_ABOVE


RELIABILITY = View(
    name="reliability",
    version=2,
    state=Reliability,
    reads=(
        SessionBooked,
        SessionRescheduled,
        SessionCancelled,
        SessionStarted,
        NoShowReported,
        SessionCompleted,
        SessionRated,
    ),
    keys=by("tutor"),
    apply=apply,
)
