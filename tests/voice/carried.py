"""Media engines as a test uses them: people join with a script of sound, whatever carries it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Protocol

import pytest

from rooms.voice.engine import USUAL, Limits, May, MediaEngine
from rooms.voice.ice_lite import IceLiteEngine
from tests.voice.client import Client, Samples, close_all
from tests.voice.conftest import now
from tests.voice.ears import Ears

LIMITS = Limits(peers_per_room=3)


class Carried(Protocol):
    """An engine that runs, and who uses it."""

    engine: MediaEngine
    ears: Ears

    async def join(self, room: str, person: str, samples: Samples, may: May = USUAL) -> str:
        """Somebody joins, and plays their script; the voice's id."""
        ...


class ByIceLite:
    def __init__(self) -> None:
        self.ears = Ears()
        self.engine = IceLiteEngine("127.0.0.1", 0, ["127.0.0.1"], self.ears, now, LIMITS)
        self.clients: list[Client] = []

    async def join(self, room: str, person: str, samples: Samples, may: May = USUAL) -> str:
        client = Client(samples, 3)
        self.clients.append(client)
        joined = await self.engine.join(room, person, await client.offer(), may=may)
        await client.take(joined.sdp)
        return joined.voice


@asynccontextmanager
async def by_ice_lite() -> AsyncIterator[Carried]:
    carried = ByIceLite()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("aioice.ice.get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"])
        try:
            async with ran(carried.engine.run):
                await asyncio.wait_for(carried.engine.opened(), 5)
                yield carried
        finally:
            await close_all(carried.clients)


@asynccontextmanager
async def by_livekit() -> AsyncIterator[Carried]:
    pytest.importorskip("livekit.rtc")
    from tests.voice.nodes import Nodes  # noqa: PLC0415  an extra

    async with Nodes.opened() as nodes, nodes.node(LIMITS) as node:
        yield node


@asynccontextmanager
async def ran(run: Callable[[], object]) -> AsyncIterator[None]:
    """The part runs within the block, and is cancelled then."""
    async with asyncio.TaskGroup() as group:
        running = group.create_task(run())
        yield
        running.cancel()
