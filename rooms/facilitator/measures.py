"""How evenly something is shared in a group. Amounts are integers, and divided once, so ties are exact."""

from collections.abc import Mapping


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


def is_low(amount: int, total: int, n: int, part: float) -> bool:
    """Whether one of `n` has less than `part` of an even share; where there is nothing, everybody has."""
    return not total or amount * n / total < part
