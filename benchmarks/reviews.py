"""How well it is predicted whether the next review of a card succeeds.

Real reviews of one person over half a year, in the order in which they happened. Each is predicted from those
before it, and then learned from. Predicted are reviews of a card on a later day than the last; those of the
same day are learned from only. No parameter is fitted to these reviews, so nothing needs to be held out: FSRS
has the default parameters of the `fsrs` library, which are those of `projections/reviews.py`.

The peer is SM-2, as Wozniak describes it ("Optimization of learning", 1990): "again" is his grade 2, "hard"
3, "good" 4, "easy" 5. It plans intervals and predicts nothing, so recall is taken to fall as an exponential
that reaches 0.9 at the end of the interval. Other readings gave less AUC, and a log loss of .50 to .62.
"""

import csv
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from math import log
from pathlib import Path
from time import process_time
from typing import NamedTuple

from fsrs import Card, Rating

from benchmarks.measuring.judging import auc, calibration_error
from benchmarks.report import Row, arguments, at_least, at_most, median, show
from projections.reviews import RETENTION, SCHEDULER

DATA = Path(os.environ.get("LYCEUM_DATA") or Path(__file__).parents[2] / "shared" / "data")
ROUNDS = 5
DIGITS = 3
"""Of AUC and log loss, as they are published."""
EDGE = 1e-6
"""No prediction counts as surer than this in the log loss."""


class Review(NamedTuple):
    """One review; `grade` is 1 (again) to 4 (easy)."""

    card: str
    grade: int
    at: datetime


class Sm2(NamedTuple):
    """A card of SM-2: right answers in a row, the interval in days, its ease, and when it was reviewed."""

    row: int
    interval: int
    ease: float
    at: datetime


Predicted = list[tuple[float, bool]]
"""What was predicted of each review, and whether it succeeded."""


def main() -> None:
    """Measure, and print."""
    asked = arguments("reviews", __doc__)
    path = (asked.data or DATA) / "reviews" / "reviews.csv"
    if not path.is_file():
        raise SystemExit(
            f"There is no real input in {path.parent}: name its folder by --data or LYCEUM_DATA."
        )
    with path.open(newline="") as file:
        reviews = sorted(_reviews(csv.DictReader(file)), key=lambda review: review.at)
    ours, peer = by_fsrs(reviews), by_sm2(reviews)
    rows = [
        at_least(f"{len(ours):,} reviews: AUC (peer: SM-2)", "", _auc(ours), 0.714, _auc(peer), 3),
        _loss(log_loss(ours), log_loss(peer)),
        at_most("expected calibration error", "%", 100 * _error(ours), None, 100 * _error(peer)),
        at_least(
            "reviews folded a second", "reviews/s", len(reviews) / _median_of(by_fsrs, reviews), digits=0
        ),
    ]
    show("reviews", rows)


def by_fsrs(reviews: Sequence[Review]) -> Predicted:
    """By the scheduler of the house."""
    cards: dict[str, Card] = {}
    found: Predicted = []
    for review in reviews:
        card = cards.get(review.card) or Card(card_id=1)
        if card.last_review and (review.at - card.last_review).days:
            found.append((SCHEDULER.get_card_retrievability(card, review.at), review.grade > 1))
        cards[review.card], _ = SCHEDULER.review_card(card, Rating(review.grade), review.at)
    return found


def by_sm2(reviews: Sequence[Review]) -> Predicted:
    """By the peer."""
    cards: dict[str, Sm2] = {}
    found: Predicted = []
    for review in reviews:
        card = cards.get(review.card)
        if card and (days := (review.at - card.at).days):
            found.append((RETENTION ** (days / card.interval), review.grade > 1))
        cards[review.card] = _stepped(card or Sm2(0, 0, 2.5, review.at), review)
    return found


def _stepped(card: Sm2, review: Review) -> Sm2:
    quality = review.grade + 1
    missing = 5 - quality
    ease = max(1.3, card.ease + 0.1 - missing * (0.08 + missing * 0.02))
    if quality < 3:
        return Sm2(0, 1, ease, review.at)
    interval = (1, 6)[card.row] if card.row < 2 else round(card.interval * card.ease)
    return Sm2(card.row + 1, interval, ease, review.at)


def _loss(ours: float, peer: float) -> Row:
    target = 0.459
    ratio = round(peer / ours, 2)
    return Row(work="log loss", unit="", ours=ours, peer=peer, ratio=ratio, target=target, met=ours <= target)


def log_loss(predicted: Predicted) -> float:
    """The mean of the logarithms of what was not predicted: the smaller, the better."""
    mean = -sum(log(max(EDGE, p if right else 1 - p)) for p, right in predicted) / len(predicted)
    return round(mean, DIGITS)


def _reviews(rows: "csv.DictReader[str]") -> Iterator[Review]:
    for row in rows:
        at = datetime.fromisoformat(row["review_time"])
        yield Review(row["card_id"], int(row["review_rating"]), at)


def _auc(predicted: Predicted) -> float:
    return round(auc(*_apart(predicted)), DIGITS)


def _error(predicted: Predicted) -> float:
    return calibration_error(*_apart(predicted))


def _apart(predicted: Predicted) -> tuple[list[float], list[bool]]:
    return [each for each, _ in predicted], [right for _, right in predicted]


def _median_of(work: Callable[[Sequence[Review]], object], reviews: Sequence[Review]) -> float:
    """Seconds of processor time."""
    took: list[float] = []
    for _ in range(ROUNDS):
        before = process_time()
        work(reviews)
        took.append(process_time() - before)
    return median(took)


if __name__ == "__main__":
    main()
