"""How evenly something is shared in a group. Amounts are integers, and divided once, so ties are exact."""

from collections.abc import Mapping, Sequence
from math import sqrt

WEIGHTS = (1, 2, 3)
"""What the short, the middle and the long window count where one figure is made of three."""


def shares(amounts: Mapping[str, int]) -> dict[str, float]:
    """Each one's part of the whole, from 0 to 1; all 0 where there is nothing."""
    total = sum(amounts.values())
    return {person: amount / total if total else 0.0 for person, amount in amounts.items()}


def dominance(amounts: Mapping[str, int]) -> dict[str, float]:
    """Each one's dominance index D = (n·s - 1)/(n - 1): 0 for an even share, 1 for all, below 0 for less.

    All 0 where there is nothing to share, or nobody to share it with.
    """
    n, total = len(amounts), sum(amounts.values())
    if n < 2 or not total:
        return dict.fromkeys(amounts, 0.0)
    return {person: (n * amount - total) / ((n - 1) * total) for person, amount in amounts.items()}


def gini(amounts: Mapping[str, int]) -> float:
    """The normalised Gini coefficient G* = G·n/(n - 1): 0 if all have the same, 1 if one has all."""
    n, total = len(amounts), sum(amounts.values())
    if n < 2 or not total:
        return 0.0
    weighted = sum((2 * rank - n - 1) * amount for rank, amount in enumerate(sorted(amounts.values()), 1))
    return weighted / ((n - 1) * total)


def lasting_dominance(over: Mapping[str, Sequence[int]]) -> dict[str, float]:
    """Each one's dominance index over the short, the middle and the long window, as their weighted mean.

    `over` has each one's three amounts. Where there is nothing in a window, its index is 0.
    """
    n, totals = len(over), _totals(over)
    if n < 2:
        return dict.fromkeys(over, 0.0)
    a, b, c = (weight / total if total else 0.0 for weight, total in zip(WEIGHTS, totals, strict=True))
    even = sum(weight for weight, total in zip(WEIGHTS, totals, strict=True) if total)
    scale = 1 / ((n - 1) * sum(WEIGHTS))
    return {
        p: (n * (a * short + b * middle + c * long) - even) * scale
        for p, (short, middle, long) in over.items()
    }


def lasting_share(over: Mapping[str, Sequence[int]]) -> dict[str, float]:
    """How much each one has of an even share (1: just that), as one figure for three windows.

    It is the square of the weighted mean of the square roots: the same share in all windows is answered as
    it is, and what was done in one of them alone counts for less than in the plain mean. 0 for nothing.
    """
    n = len(over)
    a, b, c = (
        weight * sqrt(n / total) / sum(WEIGHTS) if total else 0.0
        for weight, total in zip(WEIGHTS, _totals(over), strict=True)
    )
    return {
        person: (a * sqrt(short) + b * sqrt(middle) + c * sqrt(long)) ** 2
        for person, (short, middle, long) in over.items()
    }


def _totals(over: Mapping[str, Sequence[int]]) -> list[int]:
    return [sum(amounts) for amounts in zip(*over.values(), strict=True)] or [0] * len(WEIGHTS)
