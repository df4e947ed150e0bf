"""Where the eventsourcing library loses events for those who follow live, and our log loses none.

An append that has its position but is not committed yet is overtaken by others. Whoever follows by the
last position seen has then passed it, and never comes back for it.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, aclosing, contextmanager
from typing import Protocol
from uuid import uuid4

import psycopg
import pytest
from eventsourcing.dcb.api import DCBEvent
from eventsourcing.dcb.postgres_tt import PostgresDCBRecorderTT
from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore
from psycopg.conninfo import conninfo_to_dict

from adapters import postgres_log
from adapters.postgres_log import PostgresLog
from domain.events import Recorded
from tests.log.elsewhere import Elsewhere
from tests.log.gate import HELD, Gate
from tests.log.given import by, dense, followed, read, said

PATIENCE = 20.0
OTHERS = 20
LAST = "last"
Names = AsyncIterator[str]


class Store(Protocol):
    """A log that several connections write to, and one follower reads live."""

    table: str
    held: str
    """Of the table; what an append is called stands there."""

    async def append(self, name: str, writer: int) -> None: ...

    def following(self) -> Names: ...

    async def recorded(self) -> list[str]: ...


async def raced(store: Store, gate: Gate) -> tuple[list[str], list[str]]:
    """What was recorded, and what the follower saw, when one append was held up while others came."""
    seen: list[str] = []
    async with asyncio.timeout(PATIENCE), aclosing(store.following()) as names, asyncio.TaskGroup() as group:
        async with gate.closed():
            held = group.create_task(store.append(HELD, 0))
            await gate.until_held()
            others = [group.create_task(store.append(f"m{n}", 1 + n % 2)) for n in range(OTHERS)]
            await gate.until_settled(others, blocked=2)
            seen += [await anext(names) for task in others if task.done()]
        await asyncio.gather(held, *others)
        await store.append(LAST, 0)
        while LAST not in seen:
            seen.append(await anext(names))
    return await store.recorded(), seen


class Ours:
    """The log, with three writers."""

    table = "events"
    held = "position('held'::bytea in new.record) > 0"

    def __init__(self, logs: Sequence[PostgresLog]) -> None:
        self._logs = logs

    async def append(self, name: str, writer: int) -> None:
        await self._logs[writer].append([said(name)], by(name))

    async def following(self) -> Names:
        async with aclosing(self._logs[0].follow()) as batches:
            async for batch in batches:
                for each in batch:
                    yield each.actor

    async def recorded(self) -> list[str]:
        return [each.actor for each in await read(self._logs[0])]


class WithFunctions:
    """The library's recorder with `POSTGRES_ENABLE_DB_FUNCTIONS=y`."""

    table = "stored_events"
    held = "new.topic = 'held'"

    def __init__(self, datastore: PostgresDatastore) -> None:
        self._recorder = PostgresApplicationRecorder(datastore)
        self._recorder.create_table()

    async def append(self, name: str, writer: int) -> None:
        event = StoredEvent(uuid4(), 1, name, b"")
        await asyncio.to_thread(self._recorder.insert_events, [event])

    async def following(self) -> Names:
        with self._recorder.subscribe() as subscription:
            while event := await asyncio.to_thread(next, subscription, None):
                yield event.topic

    async def recorded(self) -> list[str]:
        return [each.topic for each in self._recorder.select_notifications(start=None, limit=1000)]


class Unconditional:
    """The library's DCB recorder, appending without a condition."""

    table = "dcb_events_tt_main"
    held = "new.type = 'held'"

    def __init__(self, datastore: PostgresDatastore) -> None:
        self._recorder = PostgresDCBRecorderTT(datastore)
        self._recorder.create_table()

    async def append(self, name: str, writer: int) -> None:
        event = DCBEvent(type=name, data=b"", tags=["room:algebra"])
        await asyncio.to_thread(self._recorder.append, [event])

    async def following(self) -> Names:
        with self._recorder.subscribe() as subscription:
            while event := await asyncio.to_thread(next, subscription, None):
                yield event.event.type

    async def recorded(self) -> list[str]:
        return [each.event.type for each in self._recorder.read()]


@contextmanager
def librarys(url: str) -> Iterator[PostgresDatastore]:
    """The library's connections to a database."""
    place = conninfo_to_dict(url)
    with PostgresDatastore(
        str(place["dbname"]),
        str(place["host"]),
        5432,
        str(place["user"]),
        "",
        pool_size=12,
        enable_db_functions=True,
    ) as datastore:
        yield datastore


@pytest.mark.parametrize("make", [WithFunctions, Unconditional])
async def test_the_librarys_follower_never_sees_what_was_overtaken(postgres_url: str, make):
    with librarys(postgres_url) as datastore:
        store: Store = make(datastore)
        async with Gate.built(postgres_url, store.table, store.held) as gate:
            recorded, seen = await raced(store, gate)
    assert set(recorded) - set(seen) == {HELD}
    assert recorded[0] == HELD, "it had been given its position before all the others"


async def test_with_us_nobody_overtakes_and_nothing_is_lost(log: PostgresLog, postgres_url: str, monkeypatch):
    monkeypatch.setattr(postgres_log, "POLL", 0.02)  # nobody passes signals on here
    async with AsyncExitStack() as stack:
        others = [await stack.enter_async_context(PostgresLog.opened(postgres_url)) for _ in range(2)]
        store = Ours([log, *others])
        gate = await stack.enter_async_context(Gate.built(postgres_url, store.table, store.held))
        recorded, seen = await raced(store, gate)
    assert seen == recorded
    assert len(recorded) == OTHERS + 2
    assert dense(await read(log))


async def overtaking(log: PostgresLog, gate: Gate, writers: int) -> list[Recorded]:
    """What is there in front of the one that is held, once all writers have recorded something or wait."""
    while not (found := await read(log)) and await gate.blocked() < writers:
        pass
    return found


async def test_four_processes_write_past_one_that_is_held_and_every_follower_sees_all(
    log: PostgresLog, postgres_url: str, monkeypatch
):
    monkeypatch.setattr(postgres_log, "POLL", 0.02)
    async with AsyncExitStack() as stack:
        gate = await stack.enter_async_context(Gate.built(postgres_url, Ours.table, Ours.held))
        processes = [Elsewhere(postgres_url, tasks=8, appends=6) for _ in range(4)]
        await asyncio.gather(*(stack.enter_async_context(process) for process in processes))
        total = 1 + sum(process.events for process in processes)
        await stack.enter_async_context(asyncio.timeout(PATIENCE))
        group = await stack.enter_async_context(asyncio.TaskGroup())
        early = group.create_task(followed(log.follow(), total))
        async with gate.closed():
            held = group.create_task(log.append([said(HELD)], by(HELD)))
            await gate.until_held()
            for process in processes:
                process.begin()
            resumed = await overtaking(log, gate, len(processes))
        midway = group.create_task(followed(log.follow(), total))
        resumed += await followed(log.follow(resumed[-1].position if resumed else 0), total)
        answered = [position for process in processes for position in await process.done()]
        late = await followed(log.follow(), total)
    assert await held == 1
    assert dense(late)
    assert early.result() == midway.result() == resumed == late
    assert len(set(answered)) == len(answered) == (total - 1) // 2


async def test_a_node_that_starts_waits_for_nobody_who_writes(log: PostgresLog, postgres_url: str):
    async with asyncio.timeout(PATIENCE), await psycopg.AsyncConnection.connect(postgres_url) as writer:
        await writer.execute("lock table log_head, events, event_tags in row exclusive mode")
        async with PostgresLog.opened(postgres_url) as other:
            assert await other.head() == 0
