"""How well, and how fast, the next answer of a learner is predicted.

The model (`projections/prediction/`) learns from the learners of the training half in one pass, in the order
of the file. Then come learners whom it has never seen: each answer is predicted, and then learned from, as in
a house. assist09 comes split. Of algebra05 every fifth learner, in the order of their numbers, is held out.
Everything that could be chosen was chosen on the others; those who are predicted here had no part in it.

Knowledge tracing is fitted (`projections/fitting.py`) on the same learners, and predicts the same answers.

Where a peer is named as published, its figure is that of its authors or of a comparison of theirs and was not
run here. pyBKT is installed and run: its fit of all skills, with forgetting, from one start, in one process
(not with --quick: it takes minutes), and its `Roster`, on one skill.

Seconds are those of the processor, of one core; of what is ours the median of three.
"""

import os
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from time import process_time

import msgspec

from benchmarks.measuring.judging import auc, calibration_error
from benchmarks.measuring.practice_data import Given, answers_in, split
from benchmarks.peers.pybkt import Fitted, PyBkt, PyBktMissing
from benchmarks.report import Row, arguments, at_least, at_most, median, show
from domain.events import Recorded
from domain.practice import AnswerGiven
from projections import fitting
from projections.mastery import MASTERY, Mastery
from projections.prediction.model import Model

DATA = Path(os.environ.get("LYCEUM_DATA") or Path(__file__).parents[2] / "shared" / "data")
ROUNDS = 3
EVERY = 5
BATCH = 500
"""Answers that a follower takes at a time when there is a backlog."""


def main() -> None:
    """Measure all of it, and print."""
    asked = arguments("mastery", __doc__)
    data = asked.data or DATA
    if not (data / "assist09").is_dir():
        raise SystemExit(f"There is no real input in {data}: name its folder by --data or LYCEUM_DATA.")
    learned, held = (answers_in(data / "assist09" / f"{half}.csv") for half in ("train", "test"))
    rows = _predicted("assist09", learned, held, target=0.785, best=("Best-LR", 0.766))
    halves = split(answers_in(data / "algebra05" / "part.csv"), EVERY)
    rows += _predicted("algebra05 part", *halves, target=0.83, best=("DAS3H", 0.83))
    roster, peer, missing = _peer(learned, held, asked.quick)
    rows += _traced(learned, held, peer)
    rows += _paced(learned, roster)
    show("mastery", rows, missing or None)


def _predicted(
    name: str, learned: Sequence[Given], held: Sequence[Given], target: float, best: tuple[str, float]
) -> list[Row]:
    """Of learners who are new, one answer after the other."""
    model = Model()
    for each in learned:
        model.answered(*each)
    predicted = [model.answered(*each) for each in held]
    correct = [each.correct for each in held]
    who, published = best
    work = f"{name}, next answer, {len(held):,} of new learners"
    return [
        at_least(f"{work}: AUC (peer: {who}, published)", "", auc(predicted, correct), target, published, 4),
        at_most(f"{name}: expected calibration error", "%", 100 * calibration_error(predicted, correct), 2),
    ]


def _peer(
    learned: Sequence[Given], held: Sequence[Given], quick: bool
) -> tuple[float | None, Fitted | None, str]:
    """How many answers a second its roster takes, its fit, and why there is none."""
    try:
        peer = PyBkt()
    except PyBktMissing as error:
        return None, None, str(error)
    return peer.answers_a_second(learned), None if quick else peer.fit(learned, held), ""


def _traced(learned: Sequence[Given], held: Sequence[Given], peer: Fitted | None) -> list[Row]:
    """Knowledge tracing: its fit, and what it predicts."""
    answers = [fitting.Answer(each.learner, each.skill, each.correct) for each in learned]
    fits: list[fitting.Fit] = []
    seconds = _median_of(lambda: fits.append(fitting.fit(answers)))
    reached = auc(_by_tracing(fits[-1], held), [each.correct for each in held])
    named = "knowledge tracing, assist09"
    theirs = None if peer is None else round(auc(peer.predicted, peer.correct), 4)
    return [
        at_least(f"{named}: AUC (peer: pyBKT; .7145 published)", "", reached, 0.72, theirs, 4),
        at_most(f"{named}: fit of every skill", "s", seconds, 5, peer and peer.seconds),
    ]


def _by_tracing(fit: fitting.Fit, held: Sequence[Given]) -> list[float]:
    known: dict[tuple[str, str], float] = {}
    predicted: list[float] = []
    for each in held:
        given = fit.skills.get(each.skill, fit.others)
        now = known.get((each.learner, each.skill), given.prior)
        predicted.append(fitting.right(now, given))
        known[each.learner, each.skill] = fitting.after(now, each.correct, given)
    return predicted


def _paced(answers: Sequence[Given], roster: float | None) -> list[Row]:
    """Answers a second, from an empty start."""
    log = [_recorded(number, each) for number, each in enumerate(answers, 1)]
    folds: dict[str, Callable[[], object]] = {
        "fold of the view `mastery`": lambda: _fold(log),
        "prediction, and learning from it": lambda: _learn(Model(), answers),
        f"the same, and the rows encoded that {BATCH} answers touched": lambda: _keep(answers),
    }
    peer = None if roster is None else round(roster)
    return [
        at_least(work, "answers/s", len(answers) / _median_of(fold), 80_000, peer, digits=0)
        for work, fold in folds.items()
    ]


def _fold(log: Sequence[Recorded]) -> None:
    states: dict[str, Mastery] = {}
    for recorded in log:
        for key in MASTERY.keys(recorded):
            MASTERY.apply(states.setdefault(key, Mastery()), key, recorded)


def _learn(model: Model, answers: Sequence[Given]) -> None:
    for each in answers:
        model.answered(*each)


def _keep(answers: Sequence[Given]) -> None:
    model = Model()
    encoder = msgspec.msgpack.Encoder()
    for start in range(0, len(answers), BATCH):
        touched: dict[int, msgspec.Struct] = {}
        for each in answers[start : start + BATCH]:
            around = model.touched(each.learner, each.item, each.skill)
            touched.update((id(row), row) for row in msgspec.structs.astuple(around) if row is not None)
            model.answered(*each)
        for row in touched.values():
            encoder.encode(row)


def _recorded(position: int, each: Given) -> Recorded:
    event = AnswerGiven(
        answer=str(position),
        person=each.learner,
        problem=each.item,
        skill=each.skill,
        given="",
        correct=each.correct,
        xp=0,
        day=date(2026, 11, 21),
        zone="UTC",
    )
    at = datetime(2026, 11, 21, tzinfo=UTC) + timedelta(seconds=each.at)
    return Recorded(
        position=position, org="school", at=at, actor=each.learner, cause=None, tags=(), event=event
    )


def _median_of(work: Callable[[], object]) -> float:
    """Seconds of processor time, the median of some rounds."""
    took: list[float] = []
    for _ in range(ROUNDS):
        before = process_time()
        work()
        took.append(process_time() - before)
    return median(took)


if __name__ == "__main__":
    main()
