"""When sockets are written to: at once, or while the core is busy a little later, for several together."""

BUSY, EASY = 0.85, 0.6
"""Shares of a core at which writing begins to wait, and ceases to: waiting lowers the share."""
WAIT = 0.03
"""Seconds. A write costs more than all else, and one takes what several have said meanwhile."""


class Pace:
    """How long what is sent waits until it is written, in seconds: `wait`."""

    def __init__(self, seconds: float, used: float) -> None:
        """Both as of now: of any clock, and how much of it this thread has worked."""
        self.wait = 0.0
        self._seconds = seconds
        self._used = used

    def look(self, seconds: float, used: float) -> None:
        """See how busy this thread was since the last look, and set the pace for the time to come."""
        passed = seconds - self._seconds
        share = (used - self._used) / passed if passed > 0 else 0.0
        self._seconds, self._used = seconds, used
        if share > BUSY:
            self.wait = WAIT
        elif share < EASY:
            self.wait = 0.0
