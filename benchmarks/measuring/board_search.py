"""How many a server can take: by doubling until it cannot, then by halving the gap."""

from collections.abc import Callable

UNIT = 40
"""Only multiples of this are tried."""


def most(passes: Callable[[int], bool], guess: int, *, exact: float = 0.1, highest: int = 16_000) -> int:
    """The largest number that was seen to pass, 0 if none did.

    The next that was tried and failed is at most `exact` of it above, or a `UNIT`.
    """
    low, high = _bracket(passes, max(UNIT, guess), highest)
    while high is not None and high - low > max(UNIT, exact * low):
        middle = _rounded((low + high) / 2)
        if middle in (low, high):
            break
        if passes(middle):
            low = middle
        else:
            high = middle
    return low


def _bracket(passes: Callable[[int], bool], guess: int, highest: int) -> tuple[int, int | None]:
    """One that passes, and one that does not, or None if the highest does."""
    if passes(guess):
        low = guess
        while low < highest:
            high = min(2 * low, highest)
            if not passes(high):
                return low, high
            low = high
        return low, None
    high = guess
    while high > UNIT:
        low = _rounded(high / 2)
        if passes(low):
            return low, high
        high = low
    return 0, UNIT if high <= UNIT else high


def _rounded(number: float) -> int:
    return max(UNIT, round(number / UNIT) * UNIT)
