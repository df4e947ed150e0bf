"""A running engine, and clients that stay on loopback."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime

import pytest

from rooms.voice.ice_lite import IceLiteEngine
from tests.voice.client import Client, Painting, Samples, close_all
from tests.voice.ears import Ears


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def ears() -> Ears:
    return Ears()


@pytest.fixture
async def engine(ears: Ears) -> AsyncIterator[IceLiteEngine]:
    engine = IceLiteEngine("127.0.0.1", 0, ["127.0.0.1"], ears, now)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(engine.run())
        await asyncio.wait_for(engine.opened(), 5)
        yield engine
        running.cancel()
    assert engine.counts["internal"] == 0


@pytest.fixture
async def client(
    engine: IceLiteEngine, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Callable[..., Client]]:
    monkeypatch.setattr("aioice.ice.get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"])
    clients: list[Client] = []

    def make(
        samples: Samples | None = None,
        slots: int = 2,
        paintings: Sequence[Painting] = (),
        pictures: int = 0,
    ) -> Client:
        clients.append(Client(samples, slots, None, paintings, pictures))
        return clients[-1]

    yield make
    await close_all(clients)
