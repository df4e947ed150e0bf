"""The end of the log in memory, for followers that are nearly there."""

from collections.abc import Sequence

from adapters.stored import Row
from domain.events import Recorded

EVENTS = 4096
"""Events kept, at most."""
SIZE = 16 * 2**20
"""Bytes of their data, at most."""


class Recent:
    """The newest rows, without a gap, and their events as far as somebody has decoded them."""

    def __init__(self, events: int = EVENTS, size: int = SIZE) -> None:
        self._events = events
        self._room = size
        self._rows: list[Row] = []
        self._size = 0
        self.decoded: dict[int, Recorded] = {}
        """By position, with what is personal: many followers read what one has decoded."""

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, rows: Sequence[Row]) -> None:
        """Rows that were just recorded. Those before are let go of if another process wrote in between."""
        if self._rows and rows[0].position != self._rows[-1].position + 1:
            self.clear()
        self._rows += rows
        self._size += _size(rows)
        while len(self._rows) > self._events or (self._size > self._room and len(self._rows) > 1):
            self._let_go()

    def _let_go(self) -> None:
        """Of the older half, and so not often."""
        gone = self._rows[: len(self._rows) // 2]
        del self._rows[: len(gone)]
        self._size -= _size(gone)
        for row in gone:
            self.decoded.pop(row.position, None)

    def behind(self, position: int, limit: int) -> Sequence[Row]:
        """The rows behind `position`; none if there are none, or if some of them are not here."""
        if not self._rows or position < self._rows[0].position - 1:
            return ()
        first = position + 1 - self._rows[0].position
        return self._rows[first : first + limit]

    def remember(self, events: Sequence[Recorded]) -> None:
        """What rows say that are still here."""
        if self._rows:
            first, last = self._rows[0].position, self._rows[-1].position
            self.decoded.update((each.position, each) for each in events if first <= each.position <= last)

    def clear(self) -> None:
        """Let go of everything."""
        self._rows.clear()
        self.decoded.clear()
        self._size = 0


def _size(rows: Sequence[Row]) -> int:
    return sum([len(row.data) for row in rows])
