"""Requests that must be done in the end: repeated while the other side is away, the newest for each key."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Hashable

logger = logging.getLogger(__name__)

Request = Callable[[], Awaitable[None]]
RETRY = 1.0
"""Seconds between attempts."""
AT_ONCE = 8
"""Requests that may be under way."""


class Insisting:
    """Does what it is given while it runs; what is given for a key that waits replaces what waited."""

    def __init__(self, away: type[Exception], failed: Callable[[], None]) -> None:
        """`away` is what a request raises if it is to be repeated; `failed` is called each time."""
        self._away, self._failed = away, failed
        self._waiting: dict[Hashable, Request] = {}
        self._busy: set[Hashable] = set()
        self._some = asyncio.Event()
        self._room = asyncio.Semaphore(AT_ONCE)

    @property
    def waiting(self) -> int:
        """How many requests are not done yet."""
        return len(self._waiting)

    def on(self, key: Hashable, request: Request) -> None:
        """From now on this is wanted."""
        self._waiting[key] = request
        self._some.set()

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as group:
            while True:
                await self._some.wait()
                self._some.clear()
                for key in self._waiting.keys() - self._busy:
                    self._busy.add(key)
                    group.create_task(self._do(key))

    async def _do(self, key: Hashable) -> None:
        failures = 0
        while request := self._waiting.get(key):
            try:
                async with self._room:
                    await request()
            except self._away as error:
                self._failed()
                failures += 1
                if failures == 1:
                    logger.warning("a request waits for the other side: %s", error)
                await asyncio.sleep(RETRY)
            else:
                if self._waiting.get(key) is request:
                    del self._waiting[key]
        self._busy.discard(key)
