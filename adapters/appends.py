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
"""Between types, and between the tags of an event: PostgreSQL's arrays cannot be ragged."""
NEXT = "\x1e"
"""Between events."""

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
            recorded.append(Row(last, *row[1:]))
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
    return (
        [len(append.rows) for append in batch],
        _joined([row.org for row in rows]),
        _joined([row.type for row in rows]),
        _joined([JOIN.join(row.tags) for row in rows], sum(len(row.tags) - 1 for row in rows if row.tags)),
        Bytes.of([record_of(row) for row in rows]),
        *([guard[i] for guard in guards] for i in range(5)),
    )


def _joined(texts: Sequence[str], joins: int = 0) -> str:
    """The texts with `NEXT` between them; within them stands `JOIN` so many times."""
    joined = NEXT.join(texts)
    if joined.count(NEXT) != len(texts) - 1 or joined.count(JOIN) != joins:
        raise Unjoinable(Unjoinable.__doc__)
    return joined
