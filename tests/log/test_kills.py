"""SIGKILL to a writer and to PostgreSQL under load: what was acknowledged is there, once and whole."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import psycopg
import pytest

from adapters.postgres_log import PostgresLog
from infra import keeping
from infra.embedded.errors import ServerNotStarted
from infra.embedded.postgres import postgres
from infra.embedded.process import Server
from tests.log.given import by, joined, left
from tests.log.load import whole
from tests.log.tally import Answers, Load, Tally, Watcher, read_again, tally

PATIENCE = 30.0
ROUNDS = 3


@pytest.fixture
async def mortal(tmp_path: Path) -> AsyncIterator[tuple[Server, str]]:
    """A PostgreSQL that may be killed, and its URL."""
    program, url = await postgres(tmp_path)
    server = Server(program)
    await server.start()
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        # The disk is not waited for: what a killed process has written is safe with the kernel.
        await connection.execute("alter system set fsync = off")
        await connection.execute("select pg_reload_conf()")
    yield server, url
    await server.stop()


async def killed(server: Server) -> None:
    """SIGKILL, and a new start where it was."""
    assert server._process is not None
    server._process.kill()
    await server._process.wait()
    while True:
        with suppress(ServerNotStarted):  # its backends outlive it by a moment, and hold its memory
            return await server.start()


async def test_whatever_is_killed_all_that_was_acknowledged_is_there_once(mortal, monkeypatch):
    monkeypatch.setattr(keeping, "PAUSE", 0.05)
    server, url = mortal
    answers = Answers()
    async with asyncio.timeout(PATIENCE), AsyncExitStack() as stack:
        log = await stack.enter_async_context(PostgresLog.opened(url))
        watcher = Watcher(log)
        await stack.enter_async_context(watcher.keeping())
        async with Load(url, "steady", answers).running():
            for number in range(ROUNDS):
                async with Load(url, f"mortal{number}", answers).running() as victim:
                    await answers.more(50)
                    victim.kill()
                    await answers.more(50)
                    await killed(server)
            await answers.more(50)
        recorded = await read_again(log)
        await watcher.until(len(recorded))
    found = tally(recorded, answers)
    assert found == Tally(len(answers.acknowledged), found.found, 0, 0, 0, 0, 0)
    assert found.found <= found.acknowledged + len(answers.unknown) + ROUNDS * 5
    assert watcher.breaks == 0
    assert watcher.seen == recorded


async def test_what_is_doubled_half_there_or_lost_is_counted(log: PostgresLog):
    answers = Answers()
    for name in ("once", "twice", "twice"):
        answers.take(f"{name} {await log.append(whole(name), by(name))}")
    for half in (whole("torn")[:2], [joined(person="mixed")], [left(person="mixed")]):
        await log.append(half, by(half[0].person))
    for line in ("gone 18", "once refused", "cut of"):
        answers.take(line)
    assert tally(await read_again(log), answers) == Tally(
        acknowledged=3, found=4, doubled=1, half=2, lost=1, refused_but_found=1, gaps=0
    )
