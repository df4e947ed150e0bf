"""How good predicted probabilities are."""

from collections.abc import Sequence
from itertools import groupby

BINS = 10


def auc(predicted: Sequence[float], correct: Sequence[bool]) -> float:
    """How often a right answer was held likelier than a wrong one, of all such pairs; ties count half."""
    pairs = sorted(zip(predicted, correct, strict=True))
    right = sum(correct)
    below = won = 0.0
    for _, tied in groupby(pairs, key=lambda pair: pair[0]):
        results = [result for _, result in tied]
        good = sum(results)
        bad = len(results) - good
        won += good * (below + bad / 2)
        below += bad
    return won / (right * (len(correct) - right))


def calibration_error(predicted: Sequence[float], correct: Sequence[bool]) -> float:
    """How far the share of right answers is from what was predicted, on average over ten equal bins."""
    gaps = [0.0] * BINS
    for likely, result in zip(predicted, correct, strict=True):
        gaps[min(BINS - 1, int(likely * BINS))] += likely - result
    return sum(map(abs, gaps)) / len(predicted)
