"""Playing a history at its own pace, or at a multiple of it."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.events import Recorded


@dataclass(frozen=True)
class Pace:
    """`speed` times as fast as it was, 0 for no pauses at all; none takes longer than `longest` seconds."""

    speed: float = 0.0
    longest: float = float("inf")

    def pause(self, before: datetime, at: datetime) -> float:
        """Seconds between two events."""
        return min(max(0.0, (at - before).total_seconds()) / self.speed, self.longest) if self.speed else 0.0


@dataclass(frozen=True)
class Clock:
    """Seconds that only go forward, and waiting."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


async def played(
    batches: AsyncIterator[Sequence[Recorded]], pace: Pace, clock: Clock | None = None
) -> AsyncIterator[Recorded]:
    """Each event at its time. Times are reckoned from the first event: being late once makes none later."""
    clock = clock or Clock()
    due, last = clock.now(), None
    async for batch in batches:
        for recorded in batch:
            last = last or recorded.at
            due += pace.pause(last, recorded.at)
            last = max(last, recorded.at)
            if pace.speed and (wait := due - clock.now()) > 0:
                await clock.sleep(wait)
            yield recorded
