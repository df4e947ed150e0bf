"""Voice by LiveKit: its own SDK listens, against a server on loopback that speaks its protocol."""

import asyncio
from collections.abc import AsyncIterator

import pytest

pytest.importorskip("livekit.rtc")

from adapters.livekit_engine import LiveKitEngine
from adapters.livekit_names import Names
from adapters.livekit_server import LiveKitServer
from rooms.voice.engine import May
from tests.fakes.livekit import KEY, SECRET, LiveKit, livekit
from tests.voice.client import script
from tests.voice.conftest import now

ROOM = "main/algebra"


@pytest.fixture
async def server() -> AsyncIterator[LiveKit]:
    async with livekit() as server:
        yield server


@pytest.fixture
async def lively(server, ears) -> AsyncIterator[LiveKitEngine]:
    engine = LiveKitEngine(LiveKitServer(server.url, KEY, SECRET), Names("secret"), ears, now)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(engine.run())
        yield engine
        running.cancel()


async def test_the_turns_of_a_person_in_livekit_are_told_with_their_times(server, lively, ears):
    ada = await lively.admit(ROOM, "ada", may=May())
    person = await server.join(ada.token, script((1000, 1500), (1000, 600), (3000, 0)))
    await ears.until(lambda: len(ears.turns) == 2, seconds=15)
    zero = person.zero
    for turn, (started, ended) in zip(ears.turns, [(1000, 2500), (3500, 4100)], strict=True):
        assert turn.person == "ada"

        assert abs(turn.started - zero - started) <= 250
        assert abs(turn.ended - zero - ended) <= 250
