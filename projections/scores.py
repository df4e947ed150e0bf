"""Scores: a tutor's record with what it tells, so that nobody is judged too soon."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec import Struct

from domain.appeals import Act
from projections.beta_binomial import Beta
from projections.reliability import ACTS, Reliability, Tally, within

FLAG_FROM = 5
"""Nobody is flagged before so many lessons."""
LEVEL = 0.75
"""How likely it must be that the true rate is at or above the threshold before a flag is raised."""
THRESHOLDS: Mapping[Act, float] = {"rescheduled": 0.15, "cancelled": 0.10, "missed": 0.05}
"""The share of lessons that is too many, of each act."""
PRIORS: Mapping[Act, Beta] = {"rescheduled": Beta(1, 11), "cancelled": Beta(1, 19), "missed": Beta(1, 49)}
"""What rates are taken to be like before anything was fitted; by hand, each as of twelve lessons or more."""
INTERVAL = 0.9
"""Probability that the true rate lies within what is shown as low and high."""
WINDOWS: Mapping[str, int] = {"7": 7, "30": 30, "90": 90}
"""Days."""
FLAGGED_IN = "90"
"""The window that flags look at."""
TREND = 30
"""Days that are compared with the sixty before."""
SURE = 0.9
"""How likely a change must be before it is called one."""


class Rate(Struct, frozen=True, kw_only=True):
    """`k` of `n` lessons. `estimate`, `low` and `high` (90 %) are drawn towards other tutors the more, the
    fewer lessons there are; `above` is the probability that the true rate is `threshold` or more."""

    k: int
    n: int
    rate: float | None
    estimate: float
    low: float
    high: float
    threshold: float
    above: float
    flagged: bool
    events: str


class Share(Struct, frozen=True, kw_only=True):
    """`k` of `n` lessons, as counted: nothing is concluded from it."""

    k: int
    n: int
    rate: float | None
    events: str


class Window(Struct, frozen=True, kw_only=True):
    """Lessons that came to something in the last `days` days (None: ever).

    The tutor's doing is `rescheduled`, `cancelled`, `missed`, `short_notice`, `late` and `reasons`; the
    learner's stands apart. `excused` counts appeals that were upheld.
    """

    days: int | None
    lessons: int
    rescheduled: Rate
    cancelled: Rate
    missed: Rate
    short_notice: Share
    late: Share
    reasons: Mapping[str, int]
    excused: int
    learner_rescheduled: Share
    learner_cancelled: Share
    learner_missed: Share


class Trend(Struct, frozen=True, kw_only=True):
    """The tutor's reschedules of the last thirty days beside the sixty before, `(k, n)` each.

    `direction` is rising, falling, or steady, which is also said of too few lessons. `rising` is the
    probability that the rate is higher now, 0.5 if they are too few.
    """

    direction: str
    rising: float
    now: tuple[int, int]
    before: tuple[int, int]


class ShownScores(Struct, frozen=True, kw_only=True):
    """A tutor's record as the API answers.

    `rate` is the share of booked lessons that the tutor moved, `rescheduled_by_tutor` of `booked`, ever, and
    None while there are none. `rescheduled` and `cancelled` are by anybody, the staff included;
    `short_notice` and `no_shows` are the tutor's own; `rating` is the mean of `ratings` ratings. `flags`
    name what stands out in the last ninety days: a reason to talk, not a verdict.
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
    flags: tuple[str, ...]
    windows: Mapping[str, Window]
    trend: Trend


def shown(
    tutor: str, name: str, state: Reliability, now: datetime, priors: Mapping[Act, Beta] = PRIORS
) -> ShownScores:
    """The record, as of now."""
    total = state.total
    windows = {key: _window(tutor, within(state, now, days), days, priors) for key, days in WINDOWS.items()}
    windows["all"] = _window(tutor, total, None, priors)
    looked_at = windows[FLAGGED_IN]
    flags = tuple(act for act in ACTS if getattr(looked_at, act).flagged)
    return ShownScores(
        tutor=tutor,
        name=name,
        booked=total.booked,
        completed=total.completed,
        rescheduled=total.rescheduled,
        rescheduled_by_tutor=total.rescheduled_by_tutor,
        rescheduled_by_learner=total.rescheduled_by_learner,
        short_notice=total.short_notice,
        cancelled=total.cancelled,
        cancelled_by_tutor=total.cancelled_by_tutor,
        no_shows=total.no_shows,
        learner_no_shows=total.learner_no_shows,
        rate=_rounded(total.rescheduled_by_tutor, total.booked),
        rating=round(total.rating_sum / total.ratings, 2) if total.ratings else None,
        ratings=total.ratings,
        flagged=bool(flags),
        flags=flags,
        windows=windows,
        trend=_trend(state, now, priors["rescheduled"]),
    )


def judged(act: Act, k: int, n: int, prior: Beta, events: str = "") -> Rate:
    """What `k` of `n` tells, beside the rates of other tutors."""
    known = prior.given(k, n)
    above = known.at_least(THRESHOLDS[act])
    outside = (1 - INTERVAL) / 2
    return Rate(
        k=k,
        n=n,
        rate=_rounded(k, n),
        estimate=round(known.mean, 4),
        low=round(known.quantile(outside), 4),
        high=round(known.quantile(1 - outside), 4),
        threshold=THRESHOLDS[act],
        above=round(above, 4),
        flagged=flagged(act, k, n, prior),
        events=events,
    )


def flagged(act: Act, k: int, n: int, prior: Beta) -> bool:
    """Whether it is likely enough that the true rate is too high; never on few lessons."""
    return n >= FLAG_FROM and prior.given(k, n).at_least(THRESHOLDS[act]) >= LEVEL


def _window(tutor: str, of: Tally, days: int | None, priors: Mapping[Act, Beta]) -> Window:
    n = of.lessons

    def events(measure: str) -> str:
        return f"/tutors/{tutor}/scores/events?measure={measure}" + (f"&days={days}" if days else "")

    def rate(act: Act) -> Rate:
        return judged(act, getattr(of, ACTS[act]), n, priors[act], events(act))

    def share(k: int, measure: str) -> Share:
        return Share(k=k, n=n, rate=_rounded(k, n), events=events(measure))

    return Window(
        days=days,
        lessons=n,
        rescheduled=rate("rescheduled"),
        cancelled=rate("cancelled"),
        missed=rate("missed"),
        short_notice=share(of.short_notice, "short-notice"),
        late=share(of.late, "late"),
        reasons={reason: count for reason, count in sorted(of.reasons.items()) if count},
        excused=of.excused,
        learner_rescheduled=share(of.rescheduled_by_learner, "learner-rescheduled"),
        learner_cancelled=share(of.cancelled_by_learner, "learner-cancelled"),
        learner_missed=share(of.learner_no_shows, "learner-missed"),
    )


def _trend(state: Reliability, now: datetime, prior: Beta) -> Trend:
    recent = within(state, now, TREND)
    earlier = within(state, now - timedelta(days=TREND), 2 * TREND)
    pairs = [(tally.rescheduled_by_tutor, tally.lessons) for tally in (recent, earlier)]
    enough = all(n >= FLAG_FROM for _, n in pairs)
    rising = higher(prior.given(*pairs[0]), prior.given(*pairs[1])) if enough else 0.5
    direction = "rising" if rising >= SURE else "falling" if rising <= 1 - SURE else "steady"
    return Trend(
        direction=direction,
        rising=round(rising, 4),
        now=pairs[0],
        before=pairs[1],
    )


def higher(one: Beta, other: Beta, parts: int = 32) -> float:
    """The probability that the first rate is the higher one: over equally likely parts of it."""
    return sum(1 - other.at_least(one.quantile((part + 0.5) / parts)) for part in range(parts)) / parts


def _rounded(k: int, n: int) -> float | None:
    return round(k / n, 4) if n else None
