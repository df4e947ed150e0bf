"""Stretches and moments of time, so kept that a sliding window over them is two look-ups."""

from bisect import bisect_right, insort


class Spans:
    """Disjoint stretches of one person's talk in milliseconds, in order, with all the talk before each.

    Overlapping stretches are merged, in whichever order they come: the sum is that of their union.
    Adding is O(1) amortised for input that is nearly in order; a window is O(log k) of the k kept.
    """

    __slots__ = ("_before", "_ends", "_starts")

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._before: list[int] = []

    @property
    def last(self) -> int | None:
        """When the latest stretch ended, None if there is none."""
        return self._ends[-1] if self._ends else None

    def add(self, start: int, end: int) -> None:
        """Add a stretch; one without length changes nothing."""
        if end <= start:
            return
        later: list[tuple[int, int]] = []
        while self._ends and self._ends[-1] >= start:
            s, e = self._starts.pop(), self._ends.pop()
            self._before.pop()
            if s > end:
                later.append((s, e))
            else:
                start, end = min(s, start), max(e, end)
        self._push(start, end)
        for s, e in reversed(later):
            self._push(s, e)

    def within(self, after: int, upto: int) -> int:
        """Milliseconds of talk in (after, upto]."""
        return self._until(upto) - self._until(after)

    def prune(self, horizon: int) -> None:
        """Forget what ended by `horizon`."""
        expired = bisect_right(self._ends, horizon)
        del self._starts[:expired], self._ends[:expired], self._before[:expired]

    def __len__(self) -> int:
        return len(self._ends)

    def _push(self, start: int, end: int) -> None:
        before = self._before[-1] + self._ends[-1] - self._starts[-1] if self._ends else 0
        self._starts.append(start)
        self._ends.append(end)
        self._before.append(before)

    def _until(self, moment: int) -> int:
        at = bisect_right(self._starts, moment) - 1
        if at < 0:
            return self._before[0] if self._before else 0
        return self._before[at] + min(moment, self._ends[at]) - self._starts[at]


class Moments:
    """Moments in milliseconds, in order, and how many fall into a window."""

    __slots__ = ("_at",)

    def __init__(self) -> None:
        self._at: list[int] = []

    @property
    def last(self) -> int | None:
        """The latest moment, None if there is none."""
        return self._at[-1] if self._at else None

    def add(self, moment: int) -> None:
        """Add a moment; as often as it is added it counts."""
        insort(self._at, moment)

    def within(self, after: int, upto: int) -> int:
        """How many fall into (after, upto]."""
        return bisect_right(self._at, upto) - bisect_right(self._at, after)

    def prune(self, horizon: int) -> None:
        """Forget what lies at or before `horizon`."""
        del self._at[: bisect_right(self._at, horizon)]

    def __len__(self) -> int:
        return len(self._at)
