"""Group chats on the card task (DeliData): who wrote, who holds which answer, and how right it is."""

import csv
import json
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

SYSTEM = "SYSTEM"
"""Stands among the names of the members."""
Solutions = dict[str, frozenset[str]]
"""Each member's cards; none if they have not chosen."""


@dataclass(frozen=True)
class Entry:
    """One entry of a chat, and how things stand after it."""

    kind: str
    person: str
    text: str
    named: frozenset[str]
    """The cards that this message names as a solution, empty if it names none."""
    solutions: Solutions
    performance: float


@dataclass(frozen=True)
class Chat:
    """One group."""

    group: str
    cards: frozenset[str]
    entries: list[Entry]

    @property
    def members(self) -> list[str]:
        """Whose solution is known from the beginning."""
        return [person for person in self.entries[0].solutions if person != SYSTEM]

    @property
    def messages(self) -> int:
        """How many were written."""
        return sum(entry.kind == "MESSAGE" for entry in self.entries)

    @property
    def right(self) -> frozenset[str]:
        """The answer: the vowels and the odd numbers."""
        return frozenset(c for c in self.cards if c in "AEIOU" or (c.isdigit() and int(c) % 2))

    @property
    def gained(self) -> bool:
        """Whether the group ended better than it began."""
        return self.entries[-1].performance > self.entries[0].performance

    @property
    def held_out(self) -> bool:
        """Whether the group is for the report: three in ten, by its hash."""
        return sha256(self.group.encode()).digest()[0] % 10 < 3


def chats(folder: Path) -> list[Chat]:
    """All groups."""
    found: dict[str, Chat] = {}
    with (folder / "groups.tsv").open(newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
            chat = found.get(row["group_id"])
            if chat is None:
                cards = frozenset(row["original_text"].rsplit("&&", 1)[-1].split(","))
                chat = found[row["group_id"]] = Chat(row["group_id"], cards, [])
            chat.entries.append(_entry(row))
    return list(found.values())


def _entry(row: dict[str, str]) -> Entry:
    held: dict[str, list[str]] = json.loads(row["sol_tracker_all"] or "{}")
    return Entry(
        kind=row["message_type"],
        person=row["origin"],
        text=row["original_text"],
        named=_cards(row["sol_tracker_message"]),
        solutions={person: frozenset(cards) for person, cards in held.items()},
        performance=float(row["team_performance"] or 0),
    )


def _cards(text: str) -> frozenset[str]:
    return frozenset(card for card in text.split(",") if card)
