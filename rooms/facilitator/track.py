"""What one person did in a room of late."""

from rooms.facilitator.spans import NOWHERE, Line, Moments, Spans

LONGEST_OPEN = 300_000
"""A turn in progress counts no longer than this (ms): the sign that it ended may have been lost."""
PRUNE_EVERY = 64
"""What has expired is dropped once in so many events, so that it costs next to nothing."""
WINDOWS_KEPT = 8
"""The beginnings of so many windows are remembered; with more it is only slower."""


class Track:
    """One person's talk, messages, edits, answers and hints, and the turn in progress if there is one."""

    __slots__ = ("_edges", "_events", "edits", "hints", "live", "messages", "right", "talk", "wrong")

    def __init__(self) -> None:
        self.talk = Spans()
        self.messages = Moments()
        self.edits = Moments()
        self.right = Moments()
        self.wrong = Moments()
        self.hints = Moments()
        self.live: tuple[int, int | None] | None = None
        """When a turn that is not recorded yet began, and ended if it has (ms)."""
        self._events = 0
        self._edges: dict[int, Line] = {}
        """Where each window begins, which moves on by little from one look to the next."""

    def take_turn(self, started: int, ended: int) -> None:
        """A recorded turn; it takes the place of the live one that it tells of."""
        self.talk.add(started, ended)
        self._edges = {window: line for window, line in self._edges.items() if line[1] <= started}
        if self.live is not None and self.live[0] <= ended:
            self.live = None

    def mark(self, speaking: bool, at: int) -> None:
        """A live sign that a turn begins or ends."""
        if speaking and (self.live is None or self.live[1] is not None):
            self.live = (at, None)
        elif not speaking and self.live is not None:
            self.live = (self.live[0], max(at, self.live[0]))

    def talked(self, window: int, now: int) -> int:
        """Milliseconds of talk in (now - window, now], a turn in progress included."""
        after = now - window
        low, high, base, slope = self._edges.get(window, NOWHERE)
        if not low <= after < high:
            low, high, base, slope = self._edge(window, after)
        talk = self.talk
        spoken = (talk.total if now >= talk.last else talk.until(now)) - base - slope * after
        return spoken if self.live is None else spoken + self._in_progress(self.live, after, now)

    def speaks(self, now: int) -> bool:
        """Whether a turn is in progress at `now`."""
        return self.live is not None and self.live[1] is None and now - self.live[0] <= LONGEST_OPEN

    @property
    def last(self) -> int:
        """When they last did anything that is remembered, 0 if never."""
        done = (self.talk, self.messages, self.edits, self.right, self.wrong, self.hints)
        return max(each.last or 0 for each in done)

    def prune(self, horizon: int) -> None:
        """Forget what lies before `horizon`, now and then."""
        self._events += 1
        if self._events % PRUNE_EVERY == 0:
            for each in (self.talk, self.messages, self.edits, self.right, self.wrong, self.hints):
                each.prune(horizon)

    def _edge(self, window: int, after: int) -> Line:
        if len(self._edges) >= WINDOWS_KEPT:
            self._edges.clear()
        line = self._edges[window] = self.talk.line(after)
        return line

    def _in_progress(self, live: tuple[int, int | None], after: int, upto: int) -> int:
        began, ended = live
        start = max(began, after, self.talk.last)
        end = min(upto, began + LONGEST_OPEN if ended is None else ended)
        return max(0, end - start)
