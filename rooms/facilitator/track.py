"""What one person did in a room of late."""

from rooms.facilitator.spans import EVER, NOWHERE, Line, Moments, Spans

Windows = tuple[int, int, int]
"""The lengths of three windows in milliseconds."""

LONGEST_OPEN = 300_000
"""A turn in progress counts no longer than this (ms): the sign that it ended may have been lost."""
PRUNE_EVERY = 64
"""What has expired is dropped once in so many events, so that it costs next to nothing."""


class Track:
    """One person's talk, messages, edits, answers and hints, and the turn in progress if there is one."""

    __slots__ = (
        *("_edges", "_events", "_from", "_lines", "_short", "_upto", "_windows"),
        *("edits", "hints", "live", "messages", "right", "talk", "wrong"),
    )

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
        self._windows: Windows = (0, 0, 0)
        self._short = 0
        self._edges: list[Line] = []
        """Where each window begins, as a line over the moment at which it ends."""
        self._lines = (0, 0, 0, 0, 0, 0)
        """Base and slope of each of these lines: all windows in one expression, for speed."""
        self._from = self._upto = 0
        """For which moments all of these lines hold."""

    def take_turn(self, started: int, ended: int) -> None:
        """A recorded turn; it takes the place of the live one that it tells of."""
        self.talk.add(started, ended)
        self._end_lines(started)
        if self.live is not None and self.live[0] <= ended:
            self.live = None

    def mark(self, speaking: bool, at: int) -> None:
        """A live sign that a turn begins or ends."""
        if speaking and (self.live is None or self.live[1] is not None):
            self.live = (at, None)
        elif not speaking and self.live is not None:
            self.live = (self.live[0], max(at, self.live[0]))

    def spoken(self, after: int, upto: int) -> int:
        """Milliseconds of talk in (after, upto], a turn in progress included."""
        talk = self.talk.within(after, upto)
        return talk if self.live is None else talk + self._in_progress(self.live, after, upto)

    def talked(self, windows: Windows, now: int) -> list[int]:
        """Milliseconds of talk in (now - window, now] for each window, a turn in progress included."""
        if windows is not self._windows or not self._from <= now < self._upto:
            self._move(windows, now)
        talk, live = self.talk, self.live
        spoken = talk.total if now >= talk.last else talk.until(now)
        if live is not None:
            began, ended = live
            start = began if began > talk.last else talk.last
            if now - start > self._short:
                return [self.spoken(now - window, now) for window in windows]
            going_on = ended is None and start <= now <= began + LONGEST_OPEN
            spoken += now - start if going_on else self._in_progress(live, start, now)
        a, fall_a, b, fall_b, c, fall_c = self._lines
        return [spoken - a - fall_a * now, spoken - b - fall_b * now, spoken - c - fall_c * now]

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

    def _move(self, windows: Windows, now: int) -> None:
        """See on which line of talk each window begins at `now`, and until when they all will."""
        if windows != self._windows:
            self._edges = [NOWHERE] * len(windows)
            self._short = min(windows)
        self._windows, edges, since, until = windows, self._edges, -EVER, EVER
        for at, window in enumerate(windows):
            low, high, _, _ = edges[at]
            if not low <= now < high:
                low, high, base, slope = self.talk.line(now - window)
                low, high = low + window, high + window
                edges[at] = low, high, base - slope * window, slope
            since = low if low > since else since
            until = high if high < until else until
        self._from, self._upto = since, until
        (_, _, a, fall_a), (_, _, b, fall_b), (_, _, c, fall_c) = edges
        self._lines = a, fall_a, b, fall_b, c, fall_c

    def _end_lines(self, started: int) -> None:
        """No line of talk goes on as it was beyond the beginning of a turn that was added."""
        for at, (low, high, base, slope) in enumerate(self._edges):
            end = started + self._windows[at]
            if high > end:
                self._edges[at] = low, end, base, slope
                self._upto = min(self._upto, end)

    def _in_progress(self, live: tuple[int, int | None], after: int, upto: int) -> int:
        began, ended = live
        start = max(began, after, self.talk.last)
        end = min(upto, began + LONGEST_OPEN if ended is None else ended)
        return max(0, end - start)
