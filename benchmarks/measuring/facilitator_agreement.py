"""Wrong consensus in group chats (DeliData): found from answers, against the solution tracker of the data.

A group is in wrong consensus while, by the tracker, all members hold the same wrong cards. It is found if the
detector of the facilitator says so at one moment, at least, at which the tracker does too; a claim without
such a moment is a false one. Each member's first solution and each SUBMIT is an answer; the last rows count
as an answer also every message that names cards, by a reader of this benchmark alone: the facilitator does
not read what is written, and would need each member's consent to do so.
"""

import re
from collections.abc import Iterable, Iterator

from benchmarks.measuring.facilitator_chats import SYSTEM, Chat, Entry
from benchmarks.report import Row, at_least_times
from rooms.facilitator.answers import Answers

GOAL = 0.9
_TOKEN = re.compile(r"[A-Za-z]+|\d")
_WORDS_TOO = "AI"
"""Cards that are words of their own in lower case."""


def agreement(groups: Iterable[Chat]) -> list[Row]:
    """Recall and precision from answers alone, and from answers and the cards that messages name."""
    chosen = list(groups)
    rows: list[Row] = []
    for read, label in ((False, "from answers alone"), (True, "with the cards that messages name")):
        found, claimed, real = _counted(chosen, read)
        what = f"DeliData, {real} groups in wrong consensus, {label}"
        rows.append(at_least_times(f"{what}: recall; of {GOAL}", "", found / real, GOAL, 1))
        rows.append(at_least_times(f"{what}: precision; of {GOAL}", "", found / claimed, GOAL, 1))
    return rows


def _counted(groups: list[Chat], read: bool) -> tuple[int, int, int]:
    """In how many groups it was found, claimed and real."""
    found = claimed = real = 0
    for chat in groups:
        moments = list(_moments(chat, read))
        found += any(said and true for said, true in moments)
        claimed += any(said for said, _ in moments)
        real += any(true for _, true in moments)
    return found, claimed, real


def _moments(chat: Chat, read: bool) -> Iterator[tuple[bool, bool]]:
    """After each entry, whether the detector sees a wrong consensus, and whether the tracker does."""
    answers, members = Answers(), chat.members
    for person in members:
        _give(answers, chat, person, chat.entries[0].solutions[person])
    for entry in chat.entries:
        cards = _answered(chat, entry, read)
        if cards and entry.person in members:
            _give(answers, chat, entry.person, cards)
        yield answers.consensus(chat.group, members) == "wrong", _agrees_wrongly(chat, entry)


def _answered(chat: Chat, entry: Entry, read: bool) -> frozenset[str]:
    if entry.kind == "SUBMIT":
        return frozenset(card for card in entry.text.split(",") if card)
    if entry.kind != "MESSAGE" or not read:
        return frozenset()
    tokens = _TOKEN.findall(entry.text)
    return frozenset(card for card in chat.cards if any(_names(token, card) for token in tokens))


def _names(token: str, card: str) -> bool:
    return token == card or (card not in _WORDS_TOO and token.upper() == card)


def _give(answers: Answers, chat: Chat, person: str, cards: frozenset[str]) -> None:
    answers.give(chat.group, person, ",".join(sorted(cards)), cards == chat.right)


def _agrees_wrongly(chat: Chat, entry: Entry) -> bool:
    held = [cards for person, cards in entry.solutions.items() if person != SYSTEM]
    return len(held) > 1 and len(set(held)) == 1 and held[0] != chat.right
