"""What the members of a room last answered: whether they all agree, and whether they are stuck. Pure.

An answer in a room is on record with whether it was right, so nothing that is said or written is read.
"""

from collections.abc import Collection
from typing import Literal

from domain.identity import ERASED

Consensus = Literal["wrong", "right"]
STUCK_AFTER = 3
"""So many wrong attempts with no new idea among them are a dead end."""
PROBLEMS_KEPT = 4


class Answers:
    """The latest answer of each person to each of the latest few problems, and what was tried in vain."""

    def __init__(self) -> None:
        self._latest: dict[str, dict[str, tuple[str, bool]]] = {}
        self._tried: dict[str, list[str]] = {}

    def give(self, problem: str, person: str, given: str, correct: bool) -> None:
        """Somebody answered. Answers that differ only in case or in spaces are the same.

        What an erased person answered is not known any more, and agrees with nothing.
        """
        if given == ERASED:
            return
        answer = " ".join(given.casefold().split())
        if problem not in self._latest and len(self._latest) >= PROBLEMS_KEPT:
            oldest = next(iter(self._latest))
            del self._latest[oldest], self._tried[oldest]
        self._latest.setdefault(problem, {})[person] = (answer, correct)
        tried = self._tried.setdefault(problem, [])
        tried.append("" if correct else answer)
        del tried[: -STUCK_AFTER - 1]

    def consensus(self, problem: str, members: Collection[str]) -> Consensus | None:
        """What all members agree on, if all have answered and the same; None for one member alone."""
        held = self._latest.get(problem, {})
        answers = {held.get(person) for person in members}
        if len(members) < 2 or len(answers) != 1:
            return None
        answer = answers.pop()
        return None if answer is None else "right" if answer[1] else "wrong"

    def stuck(self, problem: str) -> bool:
        """Whether the last few attempts of the room were wrong, and said what had been said before."""
        tried = self._tried.get(problem, [])
        return len(tried) > STUCK_AFTER and "" not in tried and len(set(tried[1:])) < STUCK_AFTER
