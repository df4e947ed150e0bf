"""One answer: what it is described by, how likely it is to be right, and what is learned from it.

Effects are updated as in a Kalman filter for logistic regression, by one Newton step an answer (Glickman,
"Parameter estimation in large dynamic paired comparison experiments", 1999, does so for chess): precision
grows by p (1 - p), and the mean moves by (answer - p) / precision. Weights are moved by AdaGrad (Duchi,
Hazan and Singer, 2011). Counts with logarithms are those of performance factors analysis (Pavlik, Cen and
Koedinger, 2009).

Every number below was chosen on five parts of the learners of the training half of assist09 and on four
fifths of the learners of the part of algebra05, by a random search, each of these learners being predicted
from the others, and then rounded. Around them the AUC is flat: a half or the double of one changes it by
less than 0.002.
"""

from math import exp, log1p, sqrt

from projections.prediction.rows import MARKS, Around, Effect, Learner, Skill, Standing, Weights

ITEM = 1.5
SKILL = 2.5
LEARNER = 1.5
STANDING = 7.0
STEP = 1.75
TURN = 4.0
"""The precisions that are assumed before any answer: the larger, the less an effect is believed to differ
from nothing. 1.5 is a standard deviation of 0.8 logits."""

LEAK = 0.995
"""What is kept of a learner's precision at each answer, so that it follows who gets better."""

DECAY = 0.65
"""What is kept of the form on a skill at each answer on it."""

LATELY_DECAY = 0.85
LATELY_FADES = 300.0
"""What is kept of the form on everything at each answer, and the seconds within which it falls to 1 / e: it
holds who has just come into their stride, or lost it, and no more than that."""

RATE = 0.025
RATE_OF_SKILL = 0.035
"""The largest step of a weight of all skills, and of one skill, in logits for a mark of 1."""

SQUARES = 1.5
"""What AdaGrad assumes to have been moved before the first answer, so that the first steps are not wild."""

PAUSE = 5.0
"""Logarithms of minutes are divided by this, so that a pause of two and a half hours is a mark of 1."""

REMEMBERED = 8
"""Items of a skill that a learner's results are remembered of. No AUC depends on it: repeats are rare in
both sets. It holds those who repeat what they just missed."""

LATELY_MARK = MARKS.index("lately")

LIMIT = 20.0
"""Logits, beyond which nobody is predicted: so every probability is above 0 and below 1."""


def probability(logit: float) -> float:
    """The probability of a right answer."""
    return 1 / (1 + exp(-max(-LIMIT, min(LIMIT, logit))))


def marks(around: Around, item: str, at: float) -> list[float]:
    """What `MARKS` are, of an answer to this item at `at` (seconds)."""
    standing, learner = around.standing, around.learner
    met = standing.items.get(item)
    seen = standing.right + standing.wrong
    return [
        1.0,
        log1p(standing.right),
        log1p(standing.wrong),
        standing.form,
        learner.lately * exp(-_since(learner.at, at) / LATELY_FADES),
        0.0 if seen else 1.0,
        _pause(_since(standing.at, at)) if seen else 0.0,
        _pause(_since(learner.at, at)) if learner.item else 0.0,
        1.0 if met else 0.0,
        1.0 if met is False else 0.0,
    ]


def logit(around: Around, given: list[float]) -> float:
    """The sum of all effects and weights."""
    total = around.item.mean + around.skill.mean + around.learner.mean + around.standing.mean
    if around.step is not None and around.turn is not None:
        total += around.step.mean + around.turn.mean
    for mark, common, own in zip(given, around.common.values, around.skill.weights.values, strict=True):
        if mark:
            total += mark * (common + own)
    return total


def doubt(around: Around) -> float:
    """The standard deviation of the sum of the effects of item, skill and learner, in logits."""
    return sqrt(
        1 / (ITEM + around.item.precision)
        + 1 / (SKILL + around.skill.precision)
        + 1 / (LEARNER + around.learner.precision)
        + 1 / (STANDING + around.standing.precision)
    )


def learn(around: Around, given: list[float], correct: bool, likely: float) -> None:
    """Move all that the answer has to do with; `likely` is the probability that it would be right."""
    error = correct - likely
    information = likely * (1 - likely)
    easy = around.item.mean + around.skill.mean + around.common.values[0]
    surprise = correct - probability(easy)
    around.standing.form = DECAY * around.standing.form + surprise
    around.learner.lately = LATELY_DECAY * given[LATELY_MARK] + surprise
    around.learner.precision *= LEAK
    _move(around.item, ITEM, error, information)
    _move(around.skill, SKILL, error, information)
    _move(around.learner, LEARNER, error, information)
    _move(around.standing, STANDING, error, information)
    if around.step is not None and around.turn is not None:
        _move(around.step, STEP, error, information)
        _move(around.turn, TURN, error, information)
    _weigh(around.common, around.skill.weights, given, error)


def remember(around: Around, item: str, skill: str, at: float, correct: bool) -> None:
    """Note the answer itself, for the next one."""
    learner, standing = around.learner, around.standing
    learner.item, learner.skill, learner.correct, learner.at = item, skill, correct, at
    standing.at = at
    if correct:
        standing.right += 1
    else:
        standing.wrong += 1
    standing.items.pop(item, None)
    standing.items[item] = correct
    if len(standing.items) > REMEMBERED:
        del standing.items[next(iter(standing.items))]


def _since(before: float, at: float) -> float:
    """Seconds. Clocks may be set back: then no time has passed."""
    return max(0.0, at - before)


def _pause(seconds: float) -> float:
    return log1p(seconds / 60) / PAUSE


def _move(effect: Effect | Skill | Learner | Standing, assumed: float, error: float, more: float) -> None:
    effect.precision += more
    effect.mean += error / (assumed + effect.precision)


def _weigh(common: Weights, own: Weights, given: list[float], error: float) -> None:
    for index, mark in enumerate(given):
        if mark:
            slope = error * mark
            square = slope * slope
            common.squares[index] += square
            own.squares[index] += square
            common.values[index] += RATE * slope / sqrt(SQUARES + common.squares[index])
            own.values[index] += RATE_OF_SKILL * slope / sqrt(SQUARES + own.squares[index])
