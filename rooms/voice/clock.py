"""The time, read once for many packets."""

import time
from collections.abc import Callable
from datetime import datetime


class Clock:
    """`at` is in seconds, monotonic; `ms` is since the Unix epoch, and never goes back."""

    def __init__(self, wall: Callable[[], datetime]) -> None:
        self._wall = wall
        self.at, self.ms = 0.0, 0
        self.read()

    def read(self) -> int:
        """Looks at the time anew; gives `ms`."""
        self.at = time.monotonic()
        # A clock that is set back must not turn speech back.
        self.ms = max(self.ms, int(self._wall().timestamp() * 1000))
        return self.ms
