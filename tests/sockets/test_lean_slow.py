"""Clients that do not read: what waits for them is bounded, and nobody else notices."""

import asyncio

from realtime.sockets import frames
from realtime.sockets.frames import BINARY
from realtime.sockets.lean import HIGH, PATIENCE
from tests.sockets.client import Sent
from tests.sockets.served import Echo, served, until

SMALL = 8 * 1024
"""What the systems of both ends buffer, about, so that little is sent before it shows."""
TIMES = 160
QUESTION = Sent(BINARY, bytes(1000)).encoded()
ANSWER = frames.binary(bytes(1000) * TIMES)
MANY = 120


def slow(tick: float = 1.0):
    return served(tick, sends=SMALL)


async def choked(running) -> Echo:
    """The client asks for far more than it takes, until it is no longer read from; its session."""
    session = await running.session(TIMES)
    await until(lambda: session.transport.pending() > HIGH)
    return session


async def test_who_asks_and_does_not_read_is_no_longer_read_from_and_gets_all_once_they_do():
    async with (
        slow(tick=0.01) as running,
        running.connect() as other,
        running.raw(f"/many/{TIMES}", receives=SMALL) as raw,
        asyncio.TaskGroup() as group,
    ):
        group.create_task(raw.send(QUESTION * MANY))
        session = await choked(running)
        taken = len(session.received)
        await running.ticks(3)
        assert len(session.received) == taken < MANY // 10
        await other.send(b"meanwhile")
        assert await other.recv() == b"meanwhile"
        assert await raw.exactly(MANY * len(ANSWER)) == ANSWER * MANY
        assert len(session.received) == MANY
        assert session.highest <= HIGH + len(ANSWER)


async def test_who_never_reads_is_cut_off():
    async with slow(tick=0.005) as running, running.raw(f"/many/{TIMES}", receives=SMALL) as raw:
        await raw.send(QUESTION * 20)
        session = await choked(running)
        await session.until(lambda: session.over)


async def test_who_reads_slowly_but_reads_stays():
    async with slow(tick=0.005) as running, running.raw(f"/many/{TIMES}", receives=SMALL) as raw:
        await raw.send(QUESTION * 20)
        session = await choked(running)
        for _ in range(2 * PATIENCE):
            assert await raw.receive(2048)
            await running.ticks(1)
        assert session.transport.pending() > HIGH // 4, "it was behind all the time"
        assert not session.over


async def test_who_is_sent_away_while_behind_gets_all_that_was_sent_before_and_hears_why():
    async with slow() as running, running.raw(f"/many/{TIMES}", receives=SMALL) as raw:
        await raw.send(QUESTION * 20)
        session = await choked(running)
        session.transport.close(1013, "Too slow.")
        told = await raw.rest()
        assert told == ANSWER * len(session.received) + frames.close(1013, "Too slow.")


async def test_who_is_sent_away_and_does_not_even_read_that_is_cut_off():
    async with slow(tick=0.005) as running, running.raw(f"/many/{TIMES}", receives=SMALL) as raw:
        await raw.send(QUESTION * 20)
        session = await choked(running)
        session.transport.close(1013, "Too slow.")
        await session.until(lambda: session.over)
        assert len(running.sockets) == 0
