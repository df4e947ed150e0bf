"""A board at any position of the log: folded once, asked many times.

A board's whole history is one sequence (`rooms/past/sequence.py`). What was visible at a position is what
had been inserted by then and not deleted, so a step costs one pass over the sequence, wherever it leads.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from msgspec import Struct

from domain.rooms import Run
from rooms.board import wire
from rooms.board.authorship import Authors
from rooms.board.closing import BadUpdate
from rooms.board.document import TEXT
from rooms.board.update import STRING, Id, read
from rooms.past.items import Item, Place, head, tail
from rooms.past.sequence import Sequence

ITEM_SIZE = 400
"""Bytes that an item takes in memory, about."""
STEP_SIZE = 80
"""Bytes that it takes to remember when a client wrote something."""


class Span(Struct, frozen=True, kw_only=True):
    """Whose the text is from `start` to `end`, in UTF-16 code units as Yjs and JavaScript count.

    `person` is empty where nobody is known to have written it."""

    start: int
    end: int
    person: str


Part = tuple[Item, int, int, str]
"""Of an item the clocks from where to where, and the person whose they are."""


def text_of(item: Item, start: int, end: int) -> str:
    """The characters at these clocks of an item, whether they are visible or not."""
    if end - start == item.length:
        return item.text
    return head(tail(item.text, start - item.clock), end - start)


class _Steps:
    """When a client id had written how much."""

    def __init__(self) -> None:
        self.positions: list[int] = []
        self.ends: list[int] = []

    def add(self, position: int, end: int) -> None:
        if self.positions and self.positions[-1] == position:
            self.ends[-1] = end
        else:
            self.positions.append(position)
            self.ends.append(end)

    def by(self, position: int) -> int:
        at = bisect_right(self.positions, position)
        return self.ends[at - 1] if at else 0

    def of(self, clock: int) -> int:
        return self.positions[bisect_right(self.ends, clock)]


class BoardPast:
    """Folds the runs of a board in order. Holds its text as the log does: whoever was erased is no author."""

    def __init__(self) -> None:
        self.authors = Authors()
        self._sequence = Sequence()
        self._steps: dict[int, _Steps] = {}
        self._brought: dict[int, str] = {}
        self._count = 0

    @property
    def size(self) -> int:
        """Bytes that it takes in memory, about."""
        return self._sequence.count * ITEM_SIZE + self._sequence.content + self._count * STEP_SIZE

    def fold(self, runs: Iterable[Run], position: int) -> None:
        """Take in the runs of the event at this position. What cannot be read is no part of the board."""
        for run in runs:
            try:
                contents = read(run.update)
            except BadUpdate:
                continue
            for client, end, person in self._sequence.insert(contents.blocks, position, run.person):
                self.authors.extend(client, end, person)
                if run.by is not None:
                    self._brought.setdefault(client, run.by)
                self._steps.setdefault(client, _Steps()).add(position, end)
                self._count += 1
            self._sequence.delete(contents.deleted, position, run.person)

    def state(self) -> bytes:
        """The state vector of all that was folded."""
        known = {client: self._sequence.known(client) for client in self._sequence.clients()}
        pairs = (wire.varuint(client) + wire.varuint(clock) for client, clock in known.items())
        return wire.varuint(len(known)) + b"".join(pairs)

    def reached(self, position: int) -> dict[int, int]:
        """Client id -> the clock that it had come to at this position."""
        return {client: steps.by(position) for client, steps in self._steps.items()}

    def inserted(self, client: int, clock: int) -> int:
        """The position of the event that brought this."""
        return self._steps[client].of(clock)

    def doers(self, client: int, start: int, end: int) -> Iterable[tuple[int, int, str]]:
        """The clocks from start to end, cut where somebody else has written them: its author, or who brought
        it back: (start, end, person)."""
        if (person := self._brought.get(client)) is not None:
            return ((start, end, person),)
        return self.authors.parts(client, start, end)

    def items(self, place: Place = TEXT) -> Iterator[Item]:
        """All that ever stood in the text at this root, or under a key of a map, in order."""
        return self._sequence.items(place)

    def keys(self, parent: str | Id) -> Iterable[str]:
        """Every key that was ever set in the map at this root, or with this id."""
        return self._sequence.keys(parent)

    def visible(self, position: int, root: str = TEXT) -> Iterator[Part]:
        """What stood in the text at this position, in order, cut by author."""
        reached = self.reached(position)
        sole = {client: self.authors.sole(client) for client in reached}
        for item in self._sequence.items(root):
            start, upto = item.clock, reached.get(item.client, 0)
            if item.kind != STRING or upto <= start or 0 < item.deleted <= position:
                continue
            end = min(upto, start + item.length)
            if (person := sole[item.client]) is not None:  # so it is almost always
                yield item, start, end, person
                continue
            for part in self.authors.parts(item.client, start, end):
                yield item, *part

    def text(self, position: int, root: str = TEXT) -> str:
        """The text at this position."""
        return "".join(text_of(item, start, end) for item, start, end, _ in self.visible(position, root))

    def read(self, position: int, root: str = TEXT) -> "Reading":
        """The text at this position, and whose it is."""
        texts: list[str] = []
        spans: list[Span] = []
        characters: dict[str, int] = {}
        at = begin = 0
        whose = ""
        for item, start, end, person in self.visible(position, root):
            if person != whose:
                if at > begin:
                    spans.append(Span(start=begin, end=at, person=whose))
                begin, whose = at, person
            texts.append(text := text_of(item, start, end))
            characters[person] = characters.get(person, 0) + len(text)
            at += end - start
        if at > begin:
            spans.append(Span(start=begin, end=at, person=whose))
        return Reading("".join(texts), tuple(spans), characters)


class Reading(NamedTuple):
    """A text, whose each part of it is, and how many characters each person's are."""

    text: str
    spans: tuple[Span, ...]
    characters: dict[str, int]
