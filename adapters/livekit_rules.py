"""What was ruled about people since their passes were made: a pass that serves on must not undo it."""

from dataclasses import dataclass

from rooms.voice.engine import May

LASTS = 3600_000
"""Milliseconds: far longer than any pass serves, or the tokens by which LiveKit renews it."""


@dataclass(frozen=True)
class Rule:
    """From `at` (ms) on the person may do this; None: may not be there. `scope` begins the names of rooms."""

    scope: str
    whole: bool
    """Whether `scope` is a room's whole name."""
    at: int
    may: May | None

    def concerns(self, room: str) -> bool:
        """Whether it holds in the room."""
        return room == self.scope if self.whole else room.startswith(self.scope)


class Rules:
    """The newest rules of each person."""

    def __init__(self) -> None:
        self._rules: dict[str, list[Rule]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._rules.values()))

    def add(self, person: str, rule: Rule) -> None:
        """Replaces the rule of the same scope."""
        kept = [old for old in self._rules.get(person, []) if old.scope != rule.scope]
        self._rules[person] = [*kept, rule]

    def since(self, room: str, person: str, at: int) -> Rule | None:
        """The newest rule for the person in the room that is newer than `at`."""
        found = (rule for rule in self._rules.get(person, ()) if rule.at > at and rule.concerns(room))
        return max(found, key=lambda rule: rule.at, default=None)

    def forget(self, now: int) -> None:
        """Drop what no pass can undo any more."""
        for person, rules in list(self._rules.items()):
            left = [rule for rule in rules if rule.at > now - LASTS]
            if left:
                self._rules[person] = left
            else:
                del self._rules[person]
