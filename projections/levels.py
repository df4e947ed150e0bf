"""Levels: how experience points become a level from 1 to 100."""

from math import isqrt

STEP = 25
TOP = 100


def points_for(level: int) -> int:
    """The points at which a level begins: 25 · level · (level - 1).

    Level 2 begins at 50, level 3 at 150, level 100 at 247,500: each level asks 50 points more than the
    one before. The curve is our own: linear growth of the step, so that early levels come within a day
    (five right answers) and the last ones within years, without the wall that an exponential curve has.
    """
    return STEP * level * (level - 1)


def level_of(points: int) -> int:
    """The highest level that begins at or below `points`: the inverse of the curve, in whole numbers."""
    return min(TOP, (1 + isqrt(1 + 4 * (max(points, 0) // STEP))) // 2)
