"""Nodes whose voice a LiveKit server on loopback carries."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from adapters.livekit_engine import LiveKitEngine
from adapters.livekit_names import Names
from adapters.livekit_server import LiveKitServer
from rooms.voice.engine import USUAL, Limits, May
from tests.fakes.livekit import KEY, SECRET, LiveKit, Person, livekit
from tests.voice.carried import ran
from tests.voice.client import Samples
from tests.voice.conftest import now
from tests.voice.ears import Ears

HOUSE = "the secret of the house, the same on all nodes"


@dataclass
class Node:
    """One node, and the people who joined by it."""

    server: LiveKit
    engine: LiveKitEngine
    ears: Ears
    people: dict[str, Person] = field(default_factory=dict)

    async def join(self, room: str, person: str, samples: Samples, may: May = USUAL) -> str:
        given = await self.engine.admit(room, person, may=may)
        self.people[person] = await self.server.join(given.token, samples)
        return given.voice


@dataclass
class Nodes:
    """The server, and any number of nodes."""

    server: LiveKit

    @classmethod
    @asynccontextmanager
    async def opened(cls) -> AsyncIterator["Nodes"]:
        async with livekit() as server:
            yield cls(server)

    @asynccontextmanager
    async def node(self, limits: Limits | None = None) -> AsyncIterator[Node]:
        """One that runs, and is stopped then."""
        ears = Ears()
        engine = LiveKitEngine(LiveKitServer(self.server.url, KEY, SECRET), Names(HOUSE), ears, now, limits)
        async with ran(engine.run):
            yield Node(self.server, engine, ears)
