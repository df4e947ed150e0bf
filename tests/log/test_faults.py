"""What is acknowledged is there once, and nothing is half there, whatever happens to connections."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from os import kill
from pathlib import Path
from signal import SIGKILL

import psycopg
import pytest

from adapters import postgres_rows, postgres_writer
from adapters.appends import Append, parameters
from adapters.postgres_connection import connected
from adapters.postgres_log import PostgresLog
from adapters.postgres_writer import Writer
from adapters.sql import sql
from adapters.stored import Row
from domain.errors import BoundaryMoved, LogUnavailable
from infra.embedded.postgres import postgres
from infra.embedded.process import Server
from infra.keeping import kept
from tests.log.given import NOON, by, dense, events, followed, joined, left, read, said, unless_joined

PATIENCE = 20.0
OTHERS = "select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()"
WRITERS = OTHERS + " and query like '%log_append%'"
BLOCKED = WRITERS + " and wait_event_type = 'Lock'"


class Database:
    """Somebody else at the database."""

    def __init__(self, url: str, connection: psycopg.AsyncConnection) -> None:
        self._url = url
        self._connection = connection

    async def pids(self, query: str) -> list[int]:
        return [pid for (pid,) in await (await self._connection.execute(query)).fetchall()]

    async def terminate(self, query: str) -> None:
        """End the backends that the query finds, as soon as it finds any."""
        async with asyncio.timeout(PATIENCE):
            while not (pids := await self.pids(query)):
                pass
        for pid in pids:
            await self._connection.execute("select pg_terminate_backend(%s)", (pid,))

    @asynccontextmanager
    async def holding_the_head(self) -> AsyncIterator[None]:
        """No append can be recorded within the block, nor fail."""
        async with await psycopg.AsyncConnection.connect(self._url) as holder:
            await holder.execute("select from log_head for update")
            yield


@pytest.fixture
async def database(log: PostgresLog, postgres_url: str) -> AsyncIterator[Database]:
    async with await psycopg.AsyncConnection.connect(postgres_url, autocommit=True) as connection:
        yield Database(postgres_url, connection)


async def until_blocked(database: Database) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await database.pids(BLOCKED):
            pass


async def test_an_append_whose_connection_is_killed_on_its_way_is_recorded_once_all_the_same(log, database):
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group, database.holding_the_head():
        on_its_way = group.create_task(log.append([joined(), left()], by()))
        await until_blocked(database)
        beside = group.create_task(log.append([said("m1")], by()))
        await database.terminate(BLOCKED)
    assert (on_its_way.result(), beside.result()) in ((2, 3), (3, 1))
    assert await events(log) in ([joined(), left(), said("m1")], [said("m1"), joined(), left()])


async def test_an_append_that_was_recorded_when_its_connection_was_lost_is_answered_so(
    log, database, monkeypatch
):
    """The commit arrives, its answer does not."""
    send = Writer._send

    async def sent_and_cut(self, connection, batch):
        monkeypatch.undo()
        await send(self, connection, batch)
        connection.pgconn.finish()
        raise psycopg.OperationalError("cut")

    monkeypatch.setattr(Writer, "_send", sent_and_cut)
    async with asyncio.timeout(PATIENCE):
        assert await log.append([joined(), left()], by()) == 2
        with pytest.raises(BoundaryMoved):
            await log.append([said("m0")], by(), unless_joined(after=0))
    assert await events(log) == [joined(), left()]


async def test_a_batch_that_was_given_up_is_never_recorded_afterwards(log, postgres_url):
    """A backend that gets its statement late, when the writer has asked and gone on."""
    row = Row(0, NOON, "school", "room.joined.v1", "ada", None, ("room:r",), b"")
    append = Append([row], None, asyncio.get_running_loop().create_future())
    async with connected(postgres_url) as connection:
        assert await (await connection.execute("select log_outcome('writer', 7)")).fetchall() == []
        with pytest.raises(psycopg.Error, match="given up"):
            await connection.execute(sql("log_append").encode(), ("writer", 7, *parameters([append])))
    assert await log.head() == 0


async def refused(append) -> str:
    with pytest.raises(LogUnavailable) as unavailable:
        await append
    return str(unavailable.value)


async def test_a_connection_that_is_lost_while_nobody_writes_costs_one_append_at_most(log, database):
    await log.append([said("m0")], by())
    await database.terminate(WRITERS)
    with suppress(LogUnavailable):
        await log.append([said("m1")], by())
    last = await log.append([said("m2")], by())
    assert last == len(await read(log))
    assert (await events(log))[-1] == said("m2")


async def test_connections_killed_under_load_lose_nothing_and_double_nothing(log, database):
    acknowledged: asyncio.Queue[str] = asyncio.Queue()
    tried: set[str] = set()
    safe: set[str] = set()
    over = asyncio.Event()

    async def writer(number: int) -> None:
        while not over.is_set():
            person = f"p{number}-{len(tried)}"
            tried.add(person)
            with suppress(LogUnavailable):
                await log.append([joined(person=person), left(person=person)], by(person))
                acknowledged.put_nowait(person)

    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
        for number in range(20):
            group.create_task(writer(number))
        for _ in range(8):
            safe.update([await acknowledged.get() for _ in range(40)])
            await database.terminate(OTHERS)
        over.set()
    while not acknowledged.empty():
        safe.add(acknowledged.get_nowait())
    found = await read_again(log)
    assert dense(found)
    assert Counter(each.actor for each in found) == {each.actor: 2 for each in found}
    assert safe <= {each.actor for each in found} <= tried


async def read_again(log: PostgresLog):
    """Reads meet dead connections too, each of them once."""
    while True:
        with suppress(LogUnavailable):
            return await read(log)


async def test_what_is_on_its_way_when_the_log_closes_still_arrives(postgres_url, log, database):
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
        async with PostgresLog.opened(postgres_url) as closing:
            async with database.holding_the_head():
                on_its_way = group.create_task(closing.append([said("m1")], by()))
                await until_blocked(database)
                waiting = group.create_task(refused(closing.append([said("m2")], by())))
                await asyncio.sleep(0)
                closing.rows.close()
            assert await on_its_way == 1
            assert await waiting == "the log is closing"
        assert await refused(closing.append([said("m3")], by())) == "the log is closing"
    assert await events(log) == [said("m1")]


async def test_a_log_that_closes_waits_for_nothing_that_does_not_come(
    postgres_url, log, database, monkeypatch
):
    monkeypatch.setattr(postgres_rows, "PARTING", 0.05)
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group, database.holding_the_head():
        async with PostgresLog.opened(postgres_url) as closing:
            on_its_way = group.create_task(refused(closing.append([said("m1")], by())))
            await until_blocked(database)
            waiting = group.create_task(refused(closing.append([said("m2")], by())))
        assert await waiting == "the log is closing"
        assert await on_its_way == postgres_writer.LOST
    assert await log.append([said("m3")], by()) == 1


async def test_a_database_that_cannot_be_reached_is_named_as_such(tmp_path: Path):
    with pytest.raises(LogUnavailable, match="PostgreSQL cannot be reached"):
        async with PostgresLog.opened(f"postgresql://nobody@/nothing?host={tmp_path}"):
            pass


async def test_a_killed_postgresql_is_gone_for_a_while_and_nothing_else(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(postgres_writer, "DOUBT", 0.1)
    program, url = await postgres(tmp_path)
    server = Server(program)
    await server.start()
    try:
        async with asyncio.timeout(PATIENCE), PostgresLog.opened(url) as log:
            await through_a_kill(log, server)
    finally:
        await server.stop()


async def until_refused(attempt: Callable[[], Awaitable[int]]) -> list[int]:
    """A backend may survive its parent by a moment; what was answered until then."""
    answers: list[int] = []
    with suppress(LogUnavailable):
        while True:
            answers.append(await attempt())
    return answers


async def through_a_kill(log: PostgresLog, server: Server) -> None:
    seen: list[int] = []
    complete = asyncio.Event()

    async def follower() -> None:
        async for batch in log.follow(seen[-1] if seen else 0):
            seen.extend(each.position for each in batch)
            if batch[-1].event == said("last"):
                complete.set()

    async with kept({"follower": follower}):
        acknowledged = [await log.append([said("m1")], by())]
        assert server._process is not None
        kill(server._process.pid, SIGKILL)
        await server._process.wait()
        acknowledged += await until_refused(lambda: log.append([said("m2")], by()))
        await until_refused(log.head)
        enough = len(acknowledged) + 5
        await server.start()
        while len(acknowledged) < enough:
            with suppress(LogUnavailable):
                acknowledged.append(await log.append([said(f"m{len(acknowledged)}")], by()))
        acknowledged.append(await log.append([said("last")], by()))
        await complete.wait()
    found = await read_again(log)
    assert dense(found)
    assert set(acknowledged) <= {each.position for each in found}
    assert seen == [each.position for each in found]
    assert await followed(log.follow(), seen[-1]) == found
