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


def lasting_dominance(over: Sequence[Mapping[str, int]]) -> dict[str, float]:
    """Each one's dominance index over the short, the middle and the long window, as their weighted mean."""
    short, middle, long = (dominance(amounts) for amounts in over)
    a, b, c = WEIGHTS
    return {
        person: (a * short[person] + b * middle[person] + c * long[person]) / sum(WEIGHTS) for person in long
    }


def lasting_share(over: Sequence[Mapping[str, int]], person: str) -> float:
    """How much somebody has of an even share (1: just that), as one figure for three windows.

    It is the square of the weighted mean of the square roots: the same share in all windows is answered as
    it is, and who said nothing in one of them counts for less than the plain mean. 0 where there is nothing.
    """
    roots = (_root_of_even_share(amounts, person) for amounts in over)
    mean = sum(weight * root for weight, root in zip(WEIGHTS, roots, strict=True)) / sum(WEIGHTS)
    return mean * mean


def _root_of_even_share(amounts: Mapping[str, int], person: str) -> float:
    total = sum(amounts.values())
    return sqrt(amounts[person] * len(amounts) / total) if total else 0.0
