"""Whoever is told once to stop does stop, though in Python 3.11 the pool of connections may not hear it."""

import asyncio
from collections.abc import Awaitable, Callable

from adapters.postgres_log import PostgresLog
from adapters.postgres_rows import PostgresRows
from tests.log.given import by, followed, said

SOON = 20.0


async def stopped(work: Callable[[], Awaitable[object]], turns: int) -> None:
    """Begin eight of these, and tell each once to stop, so many turns of the loop after another."""
    async with asyncio.timeout(SOON), asyncio.TaskGroup() as group:
        tasks = [group.create_task(work()) for _ in range(8)]
        for task in tasks:
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()


async def test_whoever_waits_for_a_connection_stops_at_whatever_moment_they_are_told(postgres_url):
    async with PostgresRows.opened(postgres_url, connections=2) as rows:

        async def asking() -> None:
            while True:
                await rows.head()

        for turns in range(1, 60):
            await stopped(asking, 1 + turns % 14)


async def test_followers_stop_at_whatever_moment_they_are_told(log: PostgresLog):
    await log.append([said(f"m{n}") for n in range(40)], by())
    for turns in range(1, 60, 2):
        await stopped(lambda: followed(log.follow(), 41), turns)
