"""Whoever is told once to stop does stop, though the pool of connections loses cancellations in Python 3.11."""

import asyncio
from itertools import product

from adapters.postgres_log import PostgresLog
from adapters.postgres_rows import PostgresRows
from tests.log.given import by, followed, said

SOON = 20.0


async def asking(rows: PostgresRows) -> None:
    """Ask for ever."""
    while True:
        await rows.head()


async def test_whoever_waits_for_a_connection_stops_at_whatever_moment_they_are_told(postgres_url):
    async with PostgresRows.opened(postgres_url, connections=2) as rows:
        for turns, _ in product(range(1, 15), range(4)):
            tasks = [asyncio.create_task(asking(rows)) for _ in range(8)]
            for task in tasks:
                for _ in range(turns):
                    await asyncio.sleep(0)
                task.cancel()
            _, running = await asyncio.wait(tasks, timeout=SOON)
            assert not running


async def test_followers_stop_at_whatever_moment_they_are_told(log: PostgresLog):
    await log.append([said(f"m{n}") for n in range(40)], by())
    for turns in range(1, 60, 2):
        tasks = [asyncio.create_task(followed(log.follow(), 41)) for _ in range(8)]
        for task in tasks:
            for _ in range(turns):
                await asyncio.sleep(0)
            task.cancel()
        _, running = await asyncio.wait(tasks, timeout=SOON)
        assert not running
