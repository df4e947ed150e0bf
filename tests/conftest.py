"""Real servers for the tests: one set for each process of the run, started when the first test needs it."""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from infra.embedded import Servers, servers
from infra.settings import Settings
from tests.house import RunningHouse, home
from tests.need import need_folder

PROJECT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def embedded() -> Iterator[Servers]:
    """PostgreSQL, NATS and Redis as Lyceum itself starts them."""
    with tempfile.TemporaryDirectory(prefix="lyceum-tests-") as home, asyncio.Runner() as runner:
        settings = Settings.from_environment({"LYCEUM_HOME": home})
        stack = AsyncExitStack()
        yield runner.run(stack.enter_async_context(servers(settings)))
        runner.run(stack.aclose())


@pytest.fixture(scope="session")
def databases(embedded: Servers) -> Iterator[psycopg.Connection]:
    """A connection to make databases with; the disk is not waited for, since no test survives its machine."""
    with psycopg.connect(embedded.postgres, dbname="postgres", autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
        yield connection


names = count(1)


@pytest.fixture
def postgres_url(embedded: Servers, databases: psycopg.Connection) -> Iterator[str]:
    """A fresh, empty database."""
    name = f"test_{next(names)}"
    databases.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    yield embedded.postgres.replace("/lyceum?", f"/{name}?")
    databases.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
async def nats_url(embedded: Servers) -> str:
    """A NATS with JetStream, and no streams in it."""
    import nats  # noqa: PLC0415 - slow to import, and most tests do without

    connection = await nats.connect(embedded.nats)
    jetstream = connection.jetstream()
    for stream in await jetstream.streams_info():
        await jetstream.delete_stream(str(stream.config.name))
    await connection.close()
    return embedded.nats


@pytest.fixture
async def redis_url(embedded: Servers) -> str:
    """An empty Redis."""
    from redis.asyncio import Redis  # noqa: PLC0415 - as above

    async with Redis.from_url(embedded.redis) as connection:
        await connection.flushall()
    return embedded.redis


@pytest.fixture
async def log(postgres_url: str) -> AsyncIterator:
    """An open, empty log."""
    from adapters.postgres_log import PostgresLog  # noqa: PLC0415 - as above

    async with PostgresLog.opened(postgres_url) as opened:
        yield opened


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real input: LYCEUM_DATA, or beside the project."""
    folder = Path(os.environ.get("LYCEUM_DATA") or PROJECT.parent / "shared" / "data")
    return need_folder(folder, "the real input (LYCEUM_DATA)")


@pytest.fixture(scope="session")
def house(embedded: Servers, databases: psycopg.Connection) -> Iterator[RunningHouse]:
    """A whole house in a process of its own, shared by the tests of a worker: use ids of your own."""
    databases.execute("CREATE DATABASE house TEMPLATE template0")
    # NATS and Redis of its own: other tests empty those that they share.
    postgres = embedded.postgres.replace("/lyceum?", "/house?")
    with home() as folder:
        running = RunningHouse(folder, {"LYCEUM_POSTGRES": postgres})
        yield running.start()
        assert running.stop() == 0
