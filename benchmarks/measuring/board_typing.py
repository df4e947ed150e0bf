"""Real histories of typing as a board gets them: who sent which update, and which of them come together."""

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from pathlib import Path
from typing import Any

from pycrdt import Doc, Text, TransactionEvent

LONGEST = "automerge-paper"
NAMES = ("clownschool", "json-crdt-blog-post", LONGEST)
WINDOW = 0.5
"""Seconds, as a board gathers."""
PACE = 0.2
"""Seconds between two edits of the longest, of which nobody noted when they were made."""
BEGINNING = 10_000
"""Edits of each, when time is short."""


@dataclass(frozen=True)
class Edit:
    """One transaction of one author: when in seconds, and the update that their client sends."""

    at: float
    author: int
    update: bytes


@dataclass(frozen=True)
class Typing:
    """A history: the edits in order, the text that they end in, and how many write."""

    name: str
    edits: list[Edit]
    text: str
    authors: int

    def windows(self) -> Iterator[list[Edit]]:
        """The edits that are gathered together: from one on, all that come within half a second."""
        window: list[Edit] = []
        for edit in self.edits:
            if window and edit.at >= window[0].at + WINDOW:
                yield window
                window = []
            window.append(edit)
        yield window


def histories(data: Path, *, quick: bool) -> Iterator[Typing]:
    """All three, or if `quick`, their beginnings."""
    for name in NAMES:
        with gzip.open(data / "traces" / f"{name}.json.gz") as file:
            yield _history(name, json.load(file), BEGINNING if quick else None)


def _history(name: str, found: dict[str, Any], most: int | None) -> Typing:
    transactions: list[dict[str, Any]] = found["txns"][:most]
    authors: int = found.get("numAgents", 1)
    people = [_Author(number) for number in range(authors)]
    edits: list[Edit] = []
    for number, (at, transaction) in enumerate(zip(_times(name, transactions), transactions, strict=True)):
        who: int = transaction.get("agent", 0)
        author = people[who]
        author.learn(transaction.get("parents", ()), transactions, edits)
        update = author.write(number, transaction["patches"])
        edits.append(Edit(at, who, update))
    doc: Doc[Text] = Doc()
    text = doc.get("text", type=Text)
    for edit in edits:
        doc.apply_update(edit.update)
    if most is None and str(text) != found["endContent"]:
        raise RuntimeError(f"{name} was replayed to another text than it should")
    return Typing(name, edits, str(text), len(people))


def _times(name: str, transactions: Sequence[dict[str, Any]]) -> Iterator[float]:
    """Seconds; those who write apart are in the order in which they learn of each other."""
    if name == LONGEST:
        return (number * PACE for number in range(len(transactions)))
    return accumulate((datetime.fromisoformat(t["time"]).timestamp() for t in transactions), max)


class _Author:
    """One author, who knows exactly what they knew when they wrote. Client ids are 1, 2 and so on."""

    def __init__(self, number: int) -> None:
        self._doc: Doc[Text] = Doc(client_id=number + 1)
        self._text = self._doc.get("text", type=Text)
        self._known: set[int] = set()
        self._sent: list[bytes] = []
        self._subscription = self._doc.observe(self._note)
        self._string = ""

    def _note(self, event: TransactionEvent) -> None:
        self._sent.append(event.update)

    def learn(
        self, parents: Sequence[int], transactions: Sequence[dict[str, Any]], edits: Sequence[Edit]
    ) -> None:
        """Take in the parents of an edit, and all that they stand on."""
        missing, stack = list[int](), list(parents)
        while stack:
            number = stack.pop()
            if number not in self._known:
                self._known.add(number)
                missing.append(number)
                stack += transactions[number]["parents"]
        for number in sorted(missing):
            self._doc.apply_update(edits[number].update)
        if missing:
            self._string = str(self._text)

    def write(self, number: int, patches: Sequence[tuple[int, int, str]]) -> bytes:
        """The update of one transaction, whose places count characters; the library counts bytes."""
        self._known.add(number)
        with self._doc.transaction():
            for at, removed, inserted in patches:
                start = _bytes(self._string, 0, at)
                if removed:
                    del self._text[start : start + _bytes(self._string, at, at + removed)]
                if inserted:
                    self._text.insert(start, inserted)
                self._string = self._string[:at] + inserted + self._string[at + removed :]
        return self._sent.pop()


def _bytes(text: str, start: int, end: int) -> int:
    return end - start if text.isascii() else len(text[start:end].encode())
