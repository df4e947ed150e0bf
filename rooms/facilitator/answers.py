"""What the members of a room last answered: whether they all agree, and whether they are stuck. Pure.

An answer in a room is on record with whether it was right, so nothing that is said or written is read.
"""

from collections.abc import Collection
from typing import Literal

from msgspec import Struct

from domain.identity import ERASED

Consensus = Literal["wrong", "right"]
STUCK_AFTER = 3
"""So many wrong attempts with no new idea among them are a dead end."""
PROBLEMS_KEPT = 4
ATTEMPTS_KEPT = 16


class Attempt(Struct, frozen=True, gc=False):
    """One answer: when (ms), by whom, what it was but for case and spaces, and if it was right."""

    at: int
    person: str
    answer: str
    correct: bool
    new: bool
    """Whether nobody had given it among the attempts that are remembered."""


class Answers:
    """The latest answer of each person to each of the latest few problems, and the latest attempts."""

    def __init__(self) -> None:
        self._latest: dict[str, dict[str, tuple[str, bool]]] = {}
        self._attempts: dict[str, list[Attempt]] = {}
        self._given: dict[str, int] = {}

    def give(self, problem: str, person: str, given: str, correct: bool, at: int = 0) -> None:
        """Somebody answered. Answers that differ only in case or in spaces are the same.

        What an erased person answered is not known any more, and agrees with nothing.
        """
        if given == ERASED:
            return
        answer = " ".join(given.casefold().split())
        if problem not in self._latest and len(self._latest) >= PROBLEMS_KEPT:
            oldest = next(iter(self._latest))
            del self._latest[oldest], self._attempts[oldest], self._given[oldest]
        self._latest.setdefault(problem, {})[person] = (answer, correct)
        attempts = self._attempts.setdefault(problem, [])
        new = all(answer != other.answer for other in attempts)
        attempts.append(Attempt(at, person, answer, correct, new))
        del attempts[:-ATTEMPTS_KEPT]
        self._given[problem] = self._given.get(problem, 0) + 1

    def attempts(self, problem: str) -> list[Attempt]:
        """The latest attempts at a problem, in order."""
        return self._attempts.get(problem, [])

    def given(self, problem: str) -> int:
        """How many answers the problem has had: a consensus is known by it."""
        return self._given.get(problem, 0)

    def right(self, problem: str, members: Collection[str]) -> int:
        """How many of the members gave a right answer last."""
        held = self._latest.get(problem, {})
        return sum(person in held and held[person][1] for person in members)

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
        tried = self.attempts(problem)[-STUCK_AFTER - 1 :]
        if len(tried) <= STUCK_AFTER or any(attempt.correct for attempt in tried):
            return False
        return len({attempt.answer for attempt in tried[1:]}) < STUCK_AFTER
