"""Stretches and moments of time, so kept that a window which slides costs next to nothing."""

from bisect import bisect_right, insort

Line = tuple[int, int, int, int]
"""For every moment m with low <= m < high, the talk until m is base + slope·m: (low, high, base, slope)."""

NOWHERE: Line = (0, 0, 0, 0)
EVER = 1 << 62


class Spans:
    """Disjoint stretches of one person's talk in milliseconds, in order, with all the talk before each.

    Overlapping stretches are merged, in whichever order they come: the sum is that of their union.
    Adding is O(1) amortised for input that is nearly in order. A look-up is O(log k) of the k kept, and
    O(1) amortised for whoever keeps the line that it lies on and asks again when that has ended.
    """

    __slots__ = ("_before", "_ends", "_starts", "last", "total")

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        self._before: list[int] = []
        self.last = 0
        """When the latest stretch ended, 0 if there never was one."""
        self.total = 0
        """All the talk, what was forgotten included."""

    def add(self, start: int, end: int) -> None:
        """Add a stretch; one without length changes nothing."""
        if end <= start:
            return
        later: list[tuple[int, int]] = []
        while self._ends and self._ends[-1] >= start:
            s, e = self._starts.pop(), self._ends.pop()
            self.total = self._before.pop()
            if s > end:
                later.append((s, e))
            else:
                start, end = min(s, start), max(e, end)
        self._push(start, end)
        for s, e in reversed(later):
            self._push(s, e)

    def within(self, after: int, upto: int) -> int:
        """Milliseconds of talk in (after, upto]."""
        return self.until(upto) - self.until(after)

    def until(self, moment: int) -> int:
        """Milliseconds of talk before `moment`, which must not lie before what was forgotten."""
        if moment >= self.last:
            return self.total
        _, _, base, slope = self.line(moment)
        return base + slope * moment

    def line(self, moment: int) -> Line:
        """The line that the talk until `moment` lies on; it holds until a stretch is added before its end."""
        at = bisect_right(self._starts, moment) - 1
        if at < 0:
            return (
                (-EVER, self._starts[0], self._before[0], 0) if self._starts else (-EVER, EVER, self.total, 0)
            )
        start, end, before = self._starts[at], self._ends[at], self._before[at]
        if moment < end:
            return start, end, before - start, 1
        later = self._starts[at + 1] if at + 1 < len(self._starts) else EVER
        return end, later, before + end - start, 0

    def prune(self, horizon: int) -> None:
        """Forget what ended by `horizon`."""
        expired = bisect_right(self._ends, horizon)
        del self._starts[:expired], self._ends[:expired], self._before[:expired]

    def __len__(self) -> int:
        return len(self._ends)

    def _push(self, start: int, end: int) -> None:
        self._starts.append(start)
        self._ends.append(end)
        self._before.append(self.total)
        self.total += end - start
        self.last = max(self.last, end)


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
        if not self._at or self._at[-1] <= after:
            return 0
        return bisect_right(self._at, upto) - bisect_right(self._at, after)

    def prune(self, horizon: int) -> None:
        """Forget what lies at or before `horizon`."""
        del self._at[: bisect_right(self._at, horizon)]

    def __len__(self) -> int:
        return len(self._at)
