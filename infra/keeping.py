"""Keeping parts running while what they stand on comes and goes, and stopping them for sure."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

import psycopg
from nats.errors import Error as NatsError
from redis.exceptions import RedisError

from domain.errors import LogUnavailable
from rooms.voices.spanning import VoiceUnavailable

logger = logging.getLogger(__name__)

PAUSE = 0.5
"""Seconds before a part tries again after the log or the bus was away."""
INSISTENCE = 1.0
"""Seconds after which a part that has not stopped is told again: a library may lose a cancellation."""
AWAY = (
    *(LogUnavailable, psycopg.OperationalError, NatsError, RedisError, TimeoutError, OSError),
    VoiceUnavailable,
)
"""What parts raise when the log or the bus is away, or another node that carries voices."""

Run = Callable[[], Awaitable[None]]


@asynccontextmanager
async def kept(parts: Mapping[str, Run]) -> AsyncGenerator[None, None]:
    """Run parts within the block; at its end they are stopped, the last one first."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_keep(name, run), name=name) for name, run in parts.items()]
        try:
            yield
        finally:
            for task in reversed(tasks):
                await _stopped(task)


async def _keep(name: str, run: Run) -> None:
    """Run a part, and again whenever the log or the bus went away under it; all resume by themselves."""
    while True:
        try:
            await run()
            return
        except AWAY as error:
            logger.warning("%s waits: %s", name, type(error).__name__)
        except ExceptionGroup as group:
            away, other = group.split(AWAY)
            if away is None or other is not None:
                raise
            logger.warning("%s waits: %s", name, away.exceptions[0])
        await asyncio.sleep(PAUSE)


async def _stopped(task: asyncio.Task[None]) -> None:
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=INSISTENCE)
