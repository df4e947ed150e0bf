"""Letting people in at a bounded rate: after a fault all come back at once, and those who are here go on."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from math import inf

from rooms.board.closing import Overloaded
from rooms.board.limits import Limits


class Admission:
    """A line in which everybody has a place at once. Whoever would stand too long is told to come back.

    Waiting is better than being sent away: clients take minutes to come back once they were refused often.
    """

    def __init__(
        self,
        limits: Limits,
        now: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._limits = limits
        self._now = now
        self._sleep = sleep
        self._next = -inf
        """When the next one would be let in if all came at the rate."""
        self._places = asyncio.Semaphore(limits.admitted_together)
        """However slow the log is, only so many ask it at a time."""

    @asynccontextmanager
    async def turn(self) -> AsyncGenerator[None]:
        """Wait for one's turn, and have it within the block. Raises `Overloaded`."""
        await self._line()
        try:
            async with asyncio.timeout(self._limits.admitted_within):
                await self._places.acquire()
        except TimeoutError:
            raise Overloaded from None
        try:
            yield
        finally:
            self._places.release()

    async def _line(self) -> None:
        limits, now = self._limits, self._now()
        turn = max(self._next, now - limits.admitted_at_once / limits.admitted)
        if turn - now > limits.admitted_within:
            raise Overloaded
        self._next = turn + 1 / limits.admitted
        if turn > now:
            await self._sleep(turn - now)
