"""What commands want recorded, and many of that as the parameters of one statement."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from adapters.packed import Bytes
from adapters.stored import Row, record_of
from domain.errors import BoundaryMoved, LogUnavailable
from domain.events import Boundary, Item

JOIN = "\x1f"
"""Between the types, and between the tags, of a guard: PostgreSQL's arrays cannot be ragged."""
NEXT = "\x1e"
"""Between texts of one kind."""

Mark = tuple[str, str, str]
"""(organisation, tag or "", type or ""): what a row can be found by."""


@dataclass
class Append:
    """What one command wants recorded; `done` becomes the position of its last row."""

    rows: Sequence[Row]
    boundary: Boundary | None
    done: "asyncio.Future[int]" = field(repr=False)

    def recorded(self, last: int) -> None:
        """Tell the caller, unless it has gone away."""
        if not self.done.done():
            self.done.set_result(last)

    def refused(self, why: BoundaryMoved | LogUnavailable) -> None:
        """Tell the caller, unless it has gone away."""
        if not self.done.done():
            self.done.set_exception(why)


class Marks:
    """What queries may find the rows of some appends by; worked out when somebody asks."""

    def __init__(self, appends: Sequence[Append]) -> None:
        self._appends = appends
        self._seen = 0
        self._marks: set[Mark] = set()

    def move(self, append: Append) -> bool:
        """Whether one of the appends may move this one's boundary."""
        if append.boundary is None:
            return False
        self._look()
        org = append.rows[0].org
        return any(
            (org, item.tags[0] if item.tags else "", kind) in self._marks
            for item in append.boundary.query.items or (Item(),)
            for kind in item.types or ("",)
        )

    def _look(self) -> None:
        for append in self._appends[self._seen :]:
            for row in append.rows:
                for tag in (*row.tags, ""):
                    self._marks.add((row.org, tag, row.type))
                    self._marks.add((row.org, tag, ""))
        self._seen = len(self._appends)


class Unjoinable(ValueError):
    """A text of an event holds a character that separates them on their way to the database."""


class Outcome(NamedTuple):
    """What became of a batch: the head before it, and the tags that moved for each append refused."""

    head: int
    moved: Mapping[int, str]

    @classmethod
    def of(cls, record: Sequence[Any]) -> "Outcome":
        """The outcome as the database answers it."""
        head, refused, moved = record
        return cls(head, dict(zip(refused, moved, strict=True)))


def settle(batch: Sequence[Append], outcome: Outcome) -> list[Row]:
    """Tell the callers; the rows that were recorded, with their positions."""
    recorded: list[Row] = []
    last = outcome.head
    for number, append in enumerate(batch):
        if number in outcome.moved:
            append.refused(BoundaryMoved(outcome.moved[number].replace(JOIN, " ") or "the log"))
            continue
        for row in append.rows:
            last += 1
            row.position = last
        recorded += append.rows
        append.recorded(last)
    return recorded


def parameters(batch: Sequence[Append]) -> tuple[Any, ...]:
    """The parameters of `log_append`, from `p_sizes` on. Raises `Unjoinable`."""
    rows = [row for append in batch for row in append.rows]
    guards = [
        (number, append.rows[0].org, JOIN.join(item.types), JOIN.join(item.tags), append.boundary.position)
        for number, append in enumerate(batch)
        if append.boundary
        for item in append.boundary.query.items or (Item(),)
    ]
    found = found_by(rows)
    return (
        [len(append.rows) for append in batch],
        Bytes.of([record_of(row) for row in rows]),
        *(_joined([mark[i] for mark in found]) for i in range(3)),
        NEXT.join([",".join(numbers) for numbers in found.values()]),
        *([guard[i] for guard in guards] for i in range(5)),
    )


def found_by(rows: Sequence[Row]) -> dict[Mark, list[str]]:
    """The numbers, from 1, of the rows that each mark finds; every row is found by its type alone, too."""
    found: dict[Mark, list[str]] = {}
    for number, row in enumerate(rows, 1):
        org, kind, text = row.org, row.type, str(number)
        for tag in (*row.tags, ""):
            mark = (org, tag, kind)
            if mark in found:
                found[mark].append(text)
            else:
                found[mark] = [text]
    return found


def _joined(texts: Sequence[str]) -> str:
    """The texts with `NEXT` between them."""
    joined = NEXT.join(texts)
    if joined.count(NEXT) != len(texts) - 1 or JOIN in joined:
        raise Unjoinable(Unjoinable.__doc__)
    return joined
