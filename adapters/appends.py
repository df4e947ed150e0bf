"""What commands want recorded, and many of that as the parameters of one statement."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from adapters.stored import Row
from domain.errors import BoundaryMoved, LogUnavailable
from domain.events import Boundary, Item

JOIN = "\x1f"
"""Between types, and between tags: PostgreSQL's arrays cannot be ragged, and neither holds this."""

Mark = tuple[str, str, str]
"""(organisation, tag or "", type or ""): what a row can be found by."""


@dataclass
class Append:
    """What one command wants recorded; `done` becomes the position of its last row."""

    rows: Sequence[Row]
    boundary: Boundary | None
    done: "asyncio.Future[int]" = field(repr=False)

    def marks(self) -> Iterable[Mark]:
        """What queries may find these rows by."""
        for row in self.rows:
            for tag in (*row.tags, ""):
                yield (row.org, tag, row.type)
                yield (row.org, tag, "")

    def depends_on(self, marks: set[Mark]) -> bool:
        """Whether rows with these marks may move the boundary."""
        if self.boundary is None:
            return False
        org = self.rows[0].org
        return any(
            (org, item.tags[0] if item.tags else "", kind) in marks
            for item in self.boundary.query.items or (Item(),)
            for kind in item.types or ("",)
        )

    def recorded(self, last: int) -> None:
        """Tell the caller, unless it has gone away."""
        if not self.done.done():
            self.done.set_result(last)

    def refused(self, why: BoundaryMoved | LogUnavailable) -> None:
        """Tell the caller, unless it has gone away."""
        if not self.done.done():
            self.done.set_exception(why)


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
            recorded.append(row._replace(position=last))
        append.recorded(last)
    return recorded


def parameters(batch: Sequence[Append]) -> tuple[list[Any], ...]:
    """The columns of `log_append`, from `p_append` on."""
    rows = [(number, row) for number, append in enumerate(batch) for row in append.rows]
    guards = [
        (number, append.rows[0].org, JOIN.join(item.types), JOIN.join(item.tags), append.boundary.position)
        for number, append in enumerate(batch)
        if append.boundary
        for item in append.boundary.query.items or (Item(),)
    ]
    return (
        [number for number, _ in rows],
        [row.at for _, row in rows],
        [row.org for _, row in rows],
        [row.type for _, row in rows],
        [row.actor for _, row in rows],
        [row.cause for _, row in rows],
        [JOIN.join(row.tags) for _, row in rows],
        [row.data for _, row in rows],
        [row.personal for _, row in rows],
        *([guard[i] for guard in guards] for i in range(5)),
    )
