"""How likely a booked lesson is to be missed: a logistic model that learns from each lesson after judging it.

One step of Newton's method a lesson, with what is known of all weights together (an extended Kalman filter):
nothing is to be chosen but how uncertain they are at first. A lesson is predicted before it is learned from,
so the calibration is that of lessons which were new.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import exp, log, log2
from typing import NamedTuple

USUAL = 0.06
"""The share of lessons missed that is expected of somebody of whom nothing is known; by hand."""
WORTH = 16
"""Lessons that this expectation counts for."""
NAMES = ("base", "learner", "tutor", "lead", "first", "moved")
UNCERTAIN = (4.0, 1.0, 1.0, 0.25, 1.0, 1.0)
"""Variance of each weight at first."""
START = (-2.75, 0.5, 0.5, 0.0, 0.0, 0.0)
WARM = 100
"""Lessons after which predictions count for the calibration."""
EDGES = (0.01, 0.02, 0.03, 0.045, 0.06, 0.08, 0.11, 0.16, 0.25)
"""Between the bins of the calibration: most lessons are not missed, so the low ones are narrow."""


class History(NamedTuple):
    """How often somebody came to a lesson, and did not."""

    came: int = 0
    missed: int = 0

    def missing(self) -> float:
        """Logits by which they miss more than is usual, drawn towards none."""
        rate = (self.missed + USUAL * WORTH) / (self.came + self.missed + WORTH)
        return log(rate / (1 - rate)) - log(USUAL / (1 - USUAL))


class Facts(NamedTuple):
    """What is known of a lesson before it begins. `lead` is in days from booking to beginning."""

    learner: History
    tutor: History
    lead: float
    first: bool
    moved: bool


def marks(known: Facts) -> tuple[float, ...]:
    """The inputs of the model, in the order of `NAMES`."""
    lead = log2(1 + max(0.0, known.lead)) - 2
    return (1.0, known.learner.missing(), known.tutor.missing(), lead, float(known.first), float(known.moved))


def risk(weights: Sequence[float], inputs: Sequence[float]) -> float:
    """The probability that the lesson is missed."""
    return 1 / (1 + exp(-sum(weight * value for weight, value in zip(weights, inputs, strict=True))))


@dataclass
class Learning:
    """The weights, how much is known of them, and how well lessons were predicted."""

    weights: list[float] = field(default_factory=lambda: list(START))
    spread: list[list[float]] = field(
        default_factory=lambda: [[v if i == j else 0.0 for j in range(6)] for i, v in enumerate(UNCERTAIN)]
    )
    lessons: int = 0
    missed: int = 0
    bins: dict[int, list[float]] = field(default_factory=dict[int, list[float]])

    def learn(self, known: Facts, missed: bool) -> float:
        """Learn from a lesson; what was predicted before."""
        x = marks(known)
        predicted = risk(self.weights, x)
        self.lessons += 1
        self.missed += missed
        if self.lessons > WARM:
            _count(self.bins, predicted, missed)
        through = [sum(a * b for a, b in zip(row, x, strict=True)) for row in self.spread]
        certain = predicted * (1 - predicted)
        whole = 1 + certain * sum(a * b for a, b in zip(through, x, strict=True))
        for i, gain in enumerate(through):
            self.weights[i] += gain * (missed - predicted) / whole
            for j, other in enumerate(through):
                self.spread[i][j] -= gain * other * certain / whole
        return predicted

    def error(self) -> float:
        """The expected calibration error; 1 while too few were predicted."""
        count = sum(each[0] for each in self.bins.values())
        return sum(abs(each[1] - each[2]) for each in self.bins.values()) / count if count else 1.0


def _count(bins: dict[int, list[float]], predicted: float, missed: bool) -> None:
    each = bins.setdefault(sum(predicted >= edge for edge in EDGES), [0, 0.0, 0.0])
    each[0] += 1
    each[1] += predicted
    each[2] += missed
