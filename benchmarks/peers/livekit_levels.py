"""How LiveKit's server tells who speaks, written anew from what it documents of its levels.

Levels are observed over a window. A packet at `ACTIVE` or louder is active. If at least `LEAST` of the window
was active, its loudest level, made softer by the part that was not, moves a mean that is smoothed over
`SMOOTHED` windows; else the mean is zero. Whoever's mean reaches `ACTIVE` speaks. All defaults.
"""

import math
from collections.abc import Sequence

PACKET = 20
ACTIVE = 35
LEAST = 0.4
WINDOW = 400
SMOOTHED = 2


def livekit(levels: Sequence[int]) -> list[bool]:
    """For each packet of 20 ms whether its person speaks: at its best, as soon as their window begins."""
    size = WINDOW // PACKET
    found, mean = list[bool](), 0.0
    for at in range(0, len(levels), size):
        window = levels[at : at + size]
        mean = _smoothed(mean, window)
        found += [mean >= _linear(ACTIVE)] * len(window)
    return found


def _smoothed(mean: float, window: Sequence[int]) -> float:
    active = [level for level in window if level <= ACTIVE]
    if len(active) < LEAST * len(window):
        return 0.0
    loudest = min(active) - 20 * math.log10(len(active) / len(window))
    return mean + (_linear(loudest) - mean) * 2 / (SMOOTHED + 1)


def _linear(level: float) -> float:
    return 10 ** (-level / 20)
