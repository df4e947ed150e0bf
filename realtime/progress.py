"""Reading one's own writes: waiting until the views have come to a position."""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import ContextVar

from domain.errors import Refused

PATIENCE = 5.0
"""Seconds that a query waits for the views."""

AT_LEAST: ContextVar[int] = ContextVar("at_least", default=0)
"""The position that every row must have come to which the request at hand is answered from."""


class NotThereYet(Refused):
    """The views have not come to that position yet. Please ask again in a moment."""

    status = 503


class Progress:
    """How far the views (`views`) and the leaderboards (`boards`) are known to have come."""

    def __init__(self) -> None:
        self._reached: dict[str, int] = {}
        self._moved = asyncio.Event()

    def moved(self, name: str, position: int) -> None:
        """They have come to `position`."""
        if position > self._reached.get(name, 0):
            self._reached[name] = position
            self._moved.set()
            self._moved = asyncio.Event()

    def reached(self, name: str) -> int:
        """The position that is known to be reached."""
        return self._reached.get(name, 0)

    async def wait(self, name: str, position: int, look: Callable[[], Awaitable[int]]) -> None:
        """Return once `position` is reached; raises `NotThereYet` after some seconds.

        `look` finds out how far they are; it is asked at first, should a signal have been missed.
        """
        if self.reached(name) >= position:
            return
        moved = self._moved
        self.moved(name, await look())
        try:
            async with asyncio.timeout(PATIENCE):
                while self.reached(name) < position:
                    await moved.wait()
                    moved = self._moved
        except TimeoutError:
            raise NotThereYet from None
