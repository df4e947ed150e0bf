"""The model: finds the rows that an answer has to do with, predicts, and learns."""

from collections.abc import Callable
from typing import Protocol, TypeVar

from msgspec import Struct

from projections.keys import BETWEEN
from projections.prediction.learning import doubt, learn, logit, marks, probability, remember
from projections.prediction.rows import Around, Effect, Learner, Rows, Skill, Standing

R = TypeVar("R")


class Finder(Protocol):
    """Finds a row, or begins one."""

    def __call__(self, rows: dict[str, R], key: str, new: Callable[[], R]) -> R: ...


class Terms(Struct, frozen=True):
    """What speaks for a right answer, and what against it, in logits.

    `base` and `skill` hold for everybody, `item` is how easy the item is, `learner` the learner's strength on
    everything and `standing` on this skill, `form` the last answers on it, `lately` those of the last minutes
    on everything, `practice` the counts of answers, `pause` the time since, `first` and `repeat` the first
    answer on the skill and an item met before, `previous` what usually follows the last item and its result.
    """

    base: float
    item: float
    skill: float
    learner: float
    standing: float
    form: float
    lately: float
    practice: float
    pause: float
    first: float
    repeat: float
    previous: float


class Prediction(Struct, frozen=True):
    """How likely the next answer is to be right, and why: the terms add up to its logit."""

    probability: float
    terms: Terms


class Model:
    """Predicts the next answer of a learner, and learns from each that is given: O(1) in rows and in time.

    `at` is in seconds, from any instant that is the same for all. The same answers in the same order leave
    the same bits, on one platform: `exp`, `log1p` and `sqrt` are its own.
    """

    def __init__(self, rows: Rows | None = None) -> None:
        self.rows = rows or Rows()

    def predict(self, learner: str, item: str, skill: str, at: float) -> Prediction:
        """The next answer, if it were given to this item at `at`. Nothing is changed."""
        around = self._around(learner, item, skill, _looked_up)
        given = marks(around, item, at)
        return Prediction(probability(logit(around, given)), _terms(around, given))

    def doubt(self, learner: str, item: str, skill: str) -> float:
        """The standard deviation of the logit, as far as it comes from item, skill and learner."""
        return doubt(self._around(learner, item, skill, _looked_up))

    def answered(self, learner: str, item: str, skill: str, at: float, correct: bool) -> float:
        """Learn from this answer; the probability that it would be right, as predicted before it."""
        around = self.touched(learner, item, skill)
        given = marks(around, item, at)
        likely = probability(logit(around, given))
        learn(around, given, correct, likely)
        remember(around, item, skill, at, correct)
        return likely

    def touched(self, learner: str, item: str, skill: str) -> Around:
        """The rows that the next answer of this learner would change, if it were given to this item."""
        return self._around(learner, item, skill, _kept)

    def _around(self, learner: str, item: str, skill: str, found: Finder) -> Around:
        rows = self.rows
        who = found(rows.learners, learner, Learner)
        step = turn = None
        if who.item:
            step = found(rows.steps, step_key(who, item), Effect)
            turn = found(rows.turns, turn_key(who, skill), Effect)
        return Around(
            rows.common,
            who,
            found(rows.standings, learner + BETWEEN + skill, Standing),
            found(rows.items, item, Effect),
            found(rows.skills, skill, Skill),
            step,
            turn,
        )


def step_key(last: Learner, item: str) -> str:
    """The key of what leads from a learner's last item, and its result, to this item."""
    return f"{last.item}{BETWEEN}{int(last.correct)}{BETWEEN}{item}"


def turn_key(last: Learner, skill: str) -> str:
    """The key of what leads from the skill of a learner's last answer, and its result, to this skill."""
    return f"{last.skill}{BETWEEN}{int(last.correct)}{BETWEEN}{skill}"


def _looked_up(rows: dict[str, R], key: str, new: Callable[[], R]) -> R:
    row = rows.get(key)
    return new() if row is None else row


def _kept(rows: dict[str, R], key: str, new: Callable[[], R]) -> R:
    row = rows.get(key)
    if row is None:
        row = rows[key] = new()
    return row


def _terms(around: Around, given: list[float]) -> Terms:
    weights = zip(given, around.common.values, around.skill.weights.values, strict=True)
    base, right, wrong, form, lately, first, pause, rest, known, missed = (
        mark * (common + own) for mark, common, own in weights
    )
    return Terms(
        base=base,
        item=around.item.mean,
        skill=around.skill.mean,
        learner=around.learner.mean,
        standing=around.standing.mean,
        form=form,
        lately=lately,
        practice=right + wrong,
        pause=pause + rest,
        first=first,
        repeat=known + missed,
        previous=around.step.mean + around.turn.mean if around.step and around.turn else 0.0,
    )
