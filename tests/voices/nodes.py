"""One node in a test: an engine of its own, and its part of what nodes do together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from adapters.nats_bus import NatsBus
from infra.keeping import kept
from infra.voices import ending, voices
from realtime.hub import Hub, Listener
from realtime.metrics import Metrics
from realtime.outbox import Outbox
from realtime.progress import Progress
from realtime.signals import VOICES, Switchboard
from realtime.speech import Speech
from rooms.voice.engine import USUAL, May
from rooms.voice.ice_lite import IceLiteEngine
from rooms.voices.ownership import Times
from tests.voice.client import Client
from tests.voice.conftest import now
from tests.voice.ears import Ears
from tests.voices.line import Line

ROOM = "school/algebra"
LEASE = 1.2
"""Seconds, where a test waits until a lease is over; elsewhere a busy machine must not end any."""


async def _recorded(*_: object) -> None:
    """Turns of these tests are not written down."""


class Node:
    """Make one with `Node.running`."""

    def __init__(self, bus: NatsBus, line: Line) -> None:
        self.bus, self.line = bus, line
        self.ears = Ears()
        self.hub = Hub()
        self.metrics = Metrics()
        self.outbox = Outbox(bus)
        self.speech = Speech(self.outbox, _recorded, now, [self.ears])
        self.media = IceLiteEngine("127.0.0.1", 0, ["127.0.0.1"], self.speech, now)
        self._stopping = AsyncExitStack()

    @classmethod
    @asynccontextmanager
    async def running(cls, nats: str, **times: float) -> AsyncIterator["Node"]:
        """A node that is in no hurry, unless told otherwise."""
        async with Line.to(nats) as line, NatsBus.opened(line.url) as bus:
            node = cls(bus, line)
            async with node._stopping as stack:
                await node._start(stack, Times(**{"lease": 30.0, "idle": 60.0, "answer": 20.0, **times}))
                yield node

    async def _start(self, stack: AsyncExitStack, times: Times) -> None:
        self.switchboard = Switchboard(self.hub, Progress(), self.metrics)
        await self.switchboard.connect(self.bus)
        gone = ending(self.switchboard, self.outbox, now)
        self.engine = await voices(self.bus, self.media, gone, self.metrics, times)
        self.speech.node = self.engine.name
        self.told: Listener = stack.enter_context(self.hub.listening(VOICES))
        parts = {"outbox": self.outbox.run, "voice": self.media.run, "voices": self.engine.run}
        await stack.enter_async_context(kept(parts))

    async def stop(self) -> None:
        """As at the end of a process that was asked to stop."""
        await self._stopping.aclose()

    @asynccontextmanager
    async def without_bus(self) -> AsyncIterator[None]:
        """Within the block it has no connection to NATS; it has one again afterwards."""
        async with self.line.cut():
            yield
        async with asyncio.timeout(10):
            while not self.bus.connected:  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.01)

    async def join(self, client: Client, person: str, may: May = USUAL) -> str:
        """Joins by way of this node; the voice's id."""
        joined = await self.engine.join(ROOM, person, await client.offer(), may=may)
        await client.take(joined.sdp)
        client.voice = joined.voice
        return joined.voice

    async def hears_of(self, voice: str) -> None:
        """Waits until feeds are told that the node that carried this voice is gone."""
        async with asyncio.timeout(10):
            while True:
                told = await self.told.next(10)
                if voice.partition("-")[0].encode() in told.data:
                    return


def carried_by(*nodes: Node) -> list[int]:
    """How many voices each carries."""
    return [node.media.voices for node in nodes]
