"""Letting people in at a bounded rate: after a fault all come back at once, and those who are here go on."""

import asyncio
from collections.abc import Awaitable, Callable
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

    async def turn(self) -> None:
        """Wait for one's turn. Raises `Overloaded`."""
        limits, now = self._limits, self._now()
        turn = max(self._next, now - limits.admitted_at_once / limits.admitted)
        if turn - now > limits.admitted_within:
            raise Overloaded
        self._next = turn + 1 / limits.admitted
        if turn > now:
            await self._sleep(turn - now)
