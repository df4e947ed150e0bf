"""Which source is in which of a listener's slots: pure, and as still as can be."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")

STEP = 6
"""Decibels that one speaker must be louder than another to count as louder."""
STAY = 2000
"""Milliseconds for which somebody who is put into a slot stays there at least, while they speak."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What somebody's claim to a slot rests on. Times in ms; `level` is 0 (loudest) to 127."""

    speaking: bool
    since: int | None
    """Since when they have been in one of the slots."""
    level: int
    last: int
    """When they last began to speak."""

    def rank(self, now: int) -> tuple[bool, bool, int, int]:
        """The lower, the better: speakers first, among them who has just got a slot, the louder, the latest.

        Whoever is in a slot counts as one step louder, and loudness counts for those who speak alone.
        """
        held = self.since is not None
        settling = self.speaking and self.since is not None and now - self.since < STAY
        steps = (self.level // STEP - held) if self.speaking else 0
        return (not self.speaking, not settling, steps, -self.last)


def assign(slots: Sequence[T | None], wanted: Sequence[T]) -> list[T | None]:
    """The new content of `slots`, given what may be in them, the most important first.

    Whatever stays keeps its slot; a slot changes only for something more important.
    """
    chosen = list(wanted[: len(slots)])
    kept = [one if one in chosen else None for one in slots]
    fresh = iter([one for one in chosen if one not in kept])
    return [one if one is not None else next(fresh, None) for one in kept]
