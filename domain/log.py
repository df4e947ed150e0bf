"""The port of the log: the append-only store of events."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from domain.events import EVERYTHING, Boundary, Context, Event, Query, Recorded


class EventLog(Protocol):
    """Four methods. Implemented on PostgreSQL in `adapters/postgres_log.py`."""

    async def append(
        self, events: Sequence[Event], context: Context, boundary: Boundary | None = None
    ) -> int:
        """Record all of `events`, or none; return the position of the last.

        Raises `BoundaryMoved` if an event that `boundary.query` matches stands behind
        `boundary.position`, and `LogUnavailable` if nothing could be recorded.
        """
        ...

    def read(
        self, query: Query = EVERYTHING, *, after: int = 0, upto: int | None = None, org: str | None = None
    ) -> AsyncIterator[Sequence[Recorded]]:
        """The matching events with after < position ≤ upto, in order, in batches of bounded size."""
        ...

    def follow(self, after: int = 0) -> AsyncIterator[Sequence[Recorded]]:
        """Every event behind `after`, in order, without gap or repeat, in batches; waits at the end."""
        ...

    async def head(self) -> int:
        """The position of the last event, 0 in an empty log."""
        ...
