"""NATS dies in the middle of everything, with and without its data; everything resumes by itself."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from itertools import count
from os import kill
from pathlib import Path
from signal import SIGCONT, SIGKILL, SIGSTOP

import pytest

from adapters.nats_bus import HEAD, NatsBus
from adapters.postgres_followers import PostgresFollowers
from adapters.postgres_log import PostgresLog
from infra import keeping
from infra.embedded.nats import nats
from infra.embedded.process import Server
from infra.keeping import kept
from infra.relay import Relay
from realtime.outbox import Outbox
from realtime.signals import Moved, decode
from tests.bus.given import facts, positions, stored
from tests.log.given import by, said

PATIENCE = 30.0


@pytest.fixture
async def mortal(tmp_path: Path) -> AsyncIterator[tuple[Server, str]]:
    """A NATS that may be killed, and its URL."""
    program, url = await nats(tmp_path)
    server = Server(program)
    await server.start()
    yield server, url
    await server.stop()


async def test_a_nats_that_does_not_answer_holds_nobody_up_for_ever(mortal):
    server, url = mortal
    assert server._process is not None
    async with asyncio.timeout(PATIENCE), NatsBus.opened(url) as bus:
        published = count(1)

        async def publish_for_ever() -> None:
            while True:
                await bus.publish_facts(facts(next(published)))

        server._process.send_signal(SIGSTOP)  # which takes a moment
        with pytest.raises(TimeoutError):
            await publish_for_ever()
        assert bus._jetstream.publish_async_pending() == 0
        server._process.send_signal(SIGCONT)
        last = next(published)
        await bus.publish_facts(facts(last - 1, last))
        assert positions(await stored(url)) == list(range(1, last + 1))


async def die(server: Server) -> None:
    assert server._process is not None
    kill(server._process.pid, SIGKILL)
    await server._process.wait()


@pytest.mark.parametrize("data_too", [False, True], ids=["it keeps its data", "it loses its data"])
async def test_relay_consumer_and_outbox_resume_after_nats_was_killed(
    mortal, log: PostgresLog, tmp_path: Path, monkeypatch, data_too: bool
):
    monkeypatch.setattr(keeping, "PAUSE", 0.05)
    server, url = mortal
    told: asyncio.Queue[int] = asyncio.Queue()
    signals: asyncio.Queue[int] = asyncio.Queue()

    async def hear(subject: str, payload: bytes) -> None:
        signal = decode(payload)
        assert isinstance(signal, Moved)
        signals.put_nowait(signal.position)

    async def until(queue: asyncio.Queue[int], position: int) -> list[int]:
        seen = [await queue.get()]
        while seen[-1] != position:
            seen.append(await queue.get())
        return seen

    async with asyncio.timeout(PATIENCE), NatsBus.opened(url) as bus:

        async def reader() -> None:
            async for fact in bus.facts("reader"):
                told.put_nowait(fact.recorded.position)
                await fact.ack()

        outbox = Outbox(bus)
        log.appended.append(lambda head: outbox.signal(HEAD, Moved("log", head)))
        await bus.listen(HEAD, hear)
        relay = Relay(log, PostgresFollowers(log.rows), bus)
        async with kept({"relay": relay.run, "reader": reader, "outbox": outbox.run}):
            await log.append([said("m1")], by())
            await log.append([said("m2")], by())
            assert await until(told, 2) == [1, 2]
            assert await until(signals, 2) == [1, 2]
            await die(server)
            await log.append([said("m3")], by())  # the log does not care
            if data_too:
                shutil.rmtree(tmp_path / "nats" / "jetstream")
            await server.start()
            await log.append([said("m4")], by())
            again = await until(told, 4)
            last = await log.append([said("m5")], by())
            assert (await until(signals, last))[-1] == 5
            again += await until(told, 5)
    # Facts 1 and 2 come again if they must, or if NATS died before it had read their acknowledgements.
    assert [position for position in again if position > (0 if data_too else 2)] == (
        [1, 2, 3, 4, 5] if data_too else [3, 4, 5]
    )
    assert positions(await stored(url)) == [1, 2, 3, 4, 5]
