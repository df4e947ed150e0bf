"""Whether messages have to do with the problem, in a room that lets them be compared. Pure."""

import re
from collections import deque

from rooms.facilitator.vocabulary import FUNCTION_WORDS

_WORD = re.compile(r"[^\W_]{3,}|\d+")
STEM = 5
"""Words that begin alike, in so many letters, are one: factor, factors, factoring."""
KEPT = 32


def words_of(text: str) -> frozenset[str]:
    """The words of a text that mean something, by how they begin: numbers, and words of three letters on."""
    found = (word.casefold() for word in _WORD.findall(text))
    return frozenset(word[:STEM] for word in found if word not in FUNCTION_WORDS)


class Reading:
    """The words of the latest messages, in memory alone, and those of the problem."""

    def __init__(self) -> None:
        self.topic: frozenset[str] = frozenset()
        """The words of the problem that the room works on, none if they are not known."""
        self._messages: deque[tuple[int, frozenset[str]]] = deque(maxlen=KEPT)

    def set_topic(self, *texts: str) -> None:
        """The problem that the room works on has these texts."""
        self.topic = frozenset[str]().union(*map(words_of, texts))

    def begin(self) -> None:
        """The room works on something else, whose words are not known yet."""
        self.topic = frozenset()
        self._messages.clear()

    def read(self, text: str, at: int) -> None:
        """Take a message in. One that says next to nothing ("ok", "yes") counts neither way."""
        words = words_of(text)
        if len(words) > 1:
            self._messages.append((at, words))

    def shared(self, after: int, upto: int) -> list[bool]:
        """For each message in (after, upto] whether it has to do with the problem, in order."""
        if not self.topic:
            return []
        return [not words.isdisjoint(self.topic) for at, words in self._messages if after < at <= upto]
