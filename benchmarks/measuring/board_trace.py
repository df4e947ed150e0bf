"""A text that people really wrote, as the Yjs updates that its authors' editors sent, and what it ends as."""

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from pycrdt import Doc, Text, TransactionEvent

Patch = tuple[int, int, str]
"""Where, how many characters are removed, and what is inserted there."""


class Sent(NamedTuple):
    """An update, and the author who sent it: 0, 1, …"""

    agent: int
    update: bytes


@dataclass
class Trace:
    """`authors` of them wrote; the client id of each is its number plus one."""

    name: str
    authors: int
    sent: list[Sent]
    end: str


@dataclass
class _Edit:
    """What one author did at once, on top of `parents`."""

    agent: int
    parents: list[int]
    patches: list[Patch] = field(default_factory=list[Patch])


class _Agent:
    """One author, who knows exactly what they knew when they wrote."""

    def __init__(self, number: int, plain: bool) -> None:
        self._doc: Doc[Any] = Doc(client_id=number + 1)
        self._text = self._doc.get("text", type=Text)
        self._updates: list[bytes] = []
        self._subscription = self._doc.observe(self._noted)
        self._plain = plain
        self.known: set[int] = set()

    def _noted(self, event: TransactionEvent) -> None:
        self._updates.append(event.update)

    def learn(self, parents: Sequence[int], edits: Sequence[_Edit], sent: Sequence[Sent]) -> None:
        """Take in the parents and all that they stand on."""
        missing, stack = list[int](), list(parents)
        while stack:
            number = stack.pop()
            if number not in self.known:
                self.known.add(number)
                missing.append(number)
                stack += edits[number].parents
        for number in sorted(missing):
            self._doc.apply_update(sent[number].update)

    def write(self, patches: Sequence[Patch]) -> bytes:
        """What a client sends for these, whose places count characters; those of the library count bytes."""
        self._updates.clear()
        with self._doc.transaction():
            for at, removed, inserted in patches:
                start, end = at, at + removed
                if not self._plain:
                    text = str(self._text)
                    start, end = len(text[:at].encode()), len(text[:end].encode())
                if removed:
                    del self._text[start:end]
                if inserted:
                    self._text.insert(start, inserted)
        return self._updates[-1]

    def close(self) -> None:
        """Let go of the document."""
        self._doc.unobserve(self._subscription)


def trace(folder: Path, name: str, messages: int, at_most: int | None = None) -> Trace:
    """The trace as about so many messages: keys that an author wrote in a row go together.

    `at_most` keeps that many of its transactions; then the end is what its authors have together.
    """
    with gzip.open(folder / f"{name}.json.gz") as file:
        found: Mapping[str, Any] = json.load(file)
    transactions = found["txns"][:at_most]
    edits = list(_edits(transactions, max(1, len(transactions) // messages)))
    plain = found["endContent"].isascii()
    agents = [_Agent(number, plain) for number in range(found.get("numAgents", 1))]
    sent: list[Sent] = []
    for number, edit in enumerate(edits):
        agent = agents[edit.agent]
        agent.learn(edit.parents, edits, sent)
        sent.append(Sent(edit.agent, agent.write(edit.patches)))
        agent.known.add(number)
    for agent in agents:
        agent.close()
    end = text_of(each.update for each in sent)
    if at_most is None and end != found["endContent"]:
        raise RuntimeError(f"the trace {name} does not end with its own text")
    return Trace(name, len(agents), sent, end)


def _edits(transactions: Sequence[Mapping[str, Any]], size: int) -> Iterator[_Edit]:
    """At most `size` transactions together; the numbers of parents become those of edits."""
    where: list[int] = []
    number, held, edit = -1, 0, _Edit(-1, [])
    for index, transaction in enumerate(transactions):
        agent: int = transaction.get("agent", 0)
        parents: list[int] = transaction.get("parents", [index - 1] if index else [])
        alone = index > 0 and transactions[index - 1].get("numChildren", 1) == 1
        if number < 0 or agent != edit.agent or held == size or parents != [index - 1] or not alone:
            if number >= 0:
                yield edit
            number, held = number + 1, 0
            edit = _Edit(agent, sorted({where[parent] for parent in parents}))
        held += 1
        edit.patches += [(at, removed, inserted) for at, removed, inserted in transaction["patches"]]
        where.append(number)
    yield edit


def text_of(updates: Iterator[bytes] | Sequence[bytes]) -> str:
    """The text that these make."""
    doc: Doc[Any] = Doc()
    text = doc.get("text", type=Text)
    for update in updates:
        doc.apply_update(update)
    return str(text)
