"""Whom a tutor's record calls at risk, beside whom it should: simulated tutors, whose true rates are known.

Each tutor has a true rate of moving lessons, drawn from Beta(1, 11), and a number of lessons: log-normal,
median 20, at most 400. At risk is whoever's true rate is 15 % or more. The events (`infra/made_up.py`) go
through the fold of the view, the prior is fitted to the counts that come out, and nobody but the judge sees a
true rate.

The peers are what is commonly done with the same counts: the raw rate, and the lower bound of Wilson's
interval (one-sided 95 %). They order the same tutors in the same run. Precision and recall are the
flag's.
All figures are of several populations, by their seeds, the tutors of all together.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from math import sqrt
from time import process_time
from typing import NamedTuple

from benchmarks.measuring.judging import auc
from benchmarks.report import Row, arguments, at_least, at_most, show
from domain.catalogue import tags_of
from domain.events import Recorded
from infra.made_up import made_up
from infra.measuring import READ, Lessons
from projections.beta_binomial import Beta, fit
from projections.reliability import RELIABILITY, Reliability
from projections.scores import FLAG_FROM, THRESHOLDS, flagged

TUTORS = 1000
SEEDS = 5
UNTIL = datetime(2026, 11, 21, tzinfo=UTC)
AT_RISK = THRESHOLDS["rescheduled"]
Z = 1.645
BANDS = ((5, 9), (10, 19), (20, 39), (40, 79), (80, 400))


class Judged(NamedTuple):
    """A tutor: what is on record, what is said of it, and how it is."""

    k: int
    n: int
    at_risk: bool
    above: float
    flagged: bool


class Run(NamedTuple):
    """One population: its tutors, seconds of fold and fit, and how missed lessons were foretold."""

    tutors: list[Judged]
    events: int
    folding: float
    fitting: float
    error: float
    lessons: int


def main() -> None:
    """Measure all of it, and print."""
    asked = arguments("tutors", __doc__)
    runs = [_run(seed) for seed in range(1, (2 if asked.quick else SEEDS) + 1)]
    everybody = [each for run in runs for each in run.tutors]
    rows = [*_ordered(everybody), *_flags(everybody), *_bands(everybody)]
    rows += [
        at_least(
            "fold of the view `reliability`",
            "events/s",
            sum(run.events for run in runs) / sum(run.folding for run in runs),
            digits=0,
        ),
        at_most(f"fit of the prior to {TUTORS:,} tutors", "s", max(run.fitting for run in runs), 5),
        at_most(
            f"missed lessons, {sum(run.lessons for run in runs):,} foretold: expected calibration error",
            "%",
            100 * max(run.error for run in runs),
            2,
        ),
    ]
    show("tutors", rows)


def _run(seed: int) -> Run:
    world = made_up(seed, TUTORS, UNTIL)
    log = [
        Recorded(
            position=n, at=at, org="sim", actor="simulation", cause=None, tags=tags_of(event), event=event
        )
        for n, (at, event) in enumerate(world.events, 1)
        if at <= UNTIL
    ]
    states: dict[str, Reliability] = {}
    read = [each for each in log if isinstance(each.event, RELIABILITY.reads)]
    folding = _seconds(lambda: _fold(read, states))
    counts = {key: (state.total.rescheduled_by_tutor, state.total.lessons) for key, state in states.items()}
    fits: list[Beta | None] = []
    fitting = _seconds(lambda: fits.append(fit(counts.values())))
    prior = fits[0]
    assert prior is not None
    lessons = Lessons()
    for each in log:
        if isinstance(each.event, READ):
            lessons.saw(each)
    judged = [
        Judged(
            k,
            n,
            world.tutors[tutor].moves >= AT_RISK,
            prior.given(k, n).at_least(AT_RISK),
            flagged("rescheduled", k, n, prior),
        )
        for tutor, (k, n) in counts.items()
        if n
    ]
    return Run(judged, len(read), folding, fitting, lessons.learning.error(), lessons.learning.lessons)


def _fold(log: Sequence[Recorded], states: dict[str, Reliability]) -> None:
    for recorded in log:
        for key in RELIABILITY.keys(recorded):
            RELIABILITY.apply(states.setdefault(key, Reliability()), key, recorded)


def _ordered(tutors: Sequence[Judged]) -> list[Row]:
    """How well each figure puts those at risk first."""
    risky = [each.at_risk for each in tutors]
    ours = auc([each.above for each in tutors], risky)
    raw = auc([each.k / each.n for each in tutors], risky)
    wilson = auc([_wilson(each.k, each.n) for each in tutors], risky)
    work = f"AUC, {len(tutors):,} tutors, {sum(risky):,} at risk"
    return [
        at_least(f"{work} (peer: raw rate)", "", ours, 0.895, round(raw, 4), 4),
        at_least(f"{work} (peer: Wilson's lower bound)", "", ours, 0.895, round(wilson, 4), 4),
    ]


def _wilson(k: int, n: int) -> float:
    share, square = k / n, Z * Z
    half = Z * sqrt(share * (1 - share) / n + square / (4 * n * n))
    return (share + square / (2 * n) - half) / (1 + square / n)


def _flags(tutors: Sequence[Judged]) -> list[Row]:
    """Peer: a flag where Wilson's lower bound is above the threshold, on as many lessons at least."""
    peers = [each for each in tutors if each.n >= FLAG_FROM and _wilson(each.k, each.n) > AT_RISK]
    precision, recall = _judged(tutors, [each for each in tutors if each.flagged])
    theirs = _judged(tutors, peers)
    return [
        at_least("precision at the flag (peer: Wilson)", "", precision, 0.85, round(theirs[0], 4), 4),
        at_least("recall at the flag (peer: Wilson)", "", recall, None, round(theirs[1], 4), 4),
    ]


def _bands(tutors: Sequence[Judged]) -> list[Row]:
    rows: list[Row] = []
    for first, last in BANDS:
        within = [each for each in tutors if first <= each.n <= last]
        precision, recall = _judged(within, [each for each in within if each.flagged])
        called = sum(each.flagged for each in within)
        work = f"{first} to {last} lessons, {len(within):,} tutors, {called} flagged"
        rows += [
            at_least(f"{work}: precision", "", precision, digits=4),
            at_least("   recall", "", recall, digits=4),
        ]
    few = [each for each in tutors if each.n < FLAG_FROM]
    wrongly = sum(each.flagged for each in few)
    return [*rows, at_most(f"flags on fewer than {FLAG_FROM} lessons, {len(few):,} tutors", "", wrongly, 0)]


def _judged(all_of: Sequence[Judged], called: Sequence[Judged]) -> tuple[float, float]:
    """Precision and recall of those who were called at risk."""
    right = sum(each.at_risk for each in called)
    return right / max(1, len(called)), right / max(1, sum(each.at_risk for each in all_of))


def _seconds(work: Callable[[], object]) -> float:
    before = process_time()
    work()
    return process_time() - before


if __name__ == "__main__":
    main()
