"""Reading the next batch of the log while the one before is worked on."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager

from domain.events import Recorded

Batch = Sequence[Recorded]


@asynccontextmanager
async def ahead(batches: AsyncIterator[Batch]) -> AsyncGenerator[AsyncIterator[Batch], None]:
    """The same batches; one waits and one is being read, never more. Errors come as a group."""
    queue: asyncio.Queue[Batch | None] = asyncio.Queue(maxsize=1)
    async with asyncio.TaskGroup() as group:
        reading = group.create_task(_read(batches, queue))
        yield _given(queue)
        reading.cancel()


async def _read(batches: AsyncIterator[Batch], queue: asyncio.Queue[Batch | None]) -> None:
    async for batch in batches:
        await queue.put(batch)
    await queue.put(None)


async def _given(queue: asyncio.Queue[Batch | None]) -> AsyncIterator[Batch]:
    while (batch := await queue.get()) is not None:
        yield batch
