"""An append held between taking its position and its commit, for as long as a test wants it there."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import psycopg

HELD = "held"
"""What the test writes where `arm` looks: this append is held, and no other."""
PATIENCE = 20.0
KEY = 4711
HOLD = """
create function hold() returns trigger language plpgsql as
    'begin perform pg_advisory_xact_lock_shared(4711); return null; end';
create trigger hold after insert on {table}
    for each row when ({held}) execute function hold()
"""
WAITING = """
select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
"""


class Gate:
    """Closed, it holds the appends marked `HELD` when their rows, positions and all, have been inserted."""

    def __init__(self, connection: psycopg.AsyncConnection) -> None:
        self._connection = connection

    @classmethod
    @asynccontextmanager
    async def built(cls, url: str, table: str, held: str) -> AsyncIterator["Gate"]:
        """In front of the commits of rows of `table` for which `held` is true."""
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
            await connection.execute(HOLD.format(table=table, held=held).encode())
            yield cls(connection)

    @asynccontextmanager
    async def closed(self) -> AsyncIterator[None]:
        """Nothing marked comes through within the block."""
        await self._connection.execute("select pg_advisory_lock(%s)", (KEY,))
        try:
            yield
        finally:
            await self._connection.execute("select pg_advisory_unlock(%s)", (KEY,))

    async def until_held(self) -> None:
        """Something is being held."""
        async with asyncio.timeout(PATIENCE):
            while not await self._count("= 'advisory'"):
                pass

    async def until_settled(self, others: Sequence[asyncio.Task], blocked: int = 1) -> None:
        """All the others are recorded, or so many connections wait for what is held."""
        async with asyncio.timeout(PATIENCE):
            while not all(task.done() for task in others):
                if await self.blocked() >= blocked:
                    return

    async def blocked(self) -> int:
        """How many connections wait for others, but for the gate."""
        return await self._count("<> 'advisory'")

    async def _count(self, event: str) -> int:
        cursor = await self._connection.execute(f"{WAITING} and wait_event {event}".encode())
        return (await cursor.fetchone() or (0,))[0]
