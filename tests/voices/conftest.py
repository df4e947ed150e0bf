"""Nodes that carry voices, on one NATS, and clients that stay on loopback."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

import pytest

from tests.voice.client import Client, Samples, close_all
from tests.voices.nodes import Node


@pytest.fixture
async def node(nats_url: str) -> AsyncIterator[Callable]:
    """Starts a node; all that still run are stopped at the end."""
    async with AsyncExitStack() as stack:

        async def start(**times: float) -> Node:
            return await stack.enter_async_context(Node.running(nats_url, **times))

        yield start


@pytest.fixture
async def client(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Callable[..., Client]]:
    monkeypatch.setattr("aioice.ice.get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"])
    clients: list[Client] = []

    def make(samples: Samples | None = None, slots: int = 2) -> Client:
        clients.append(Client(samples, slots))
        return clients[-1]

    yield make
    await close_all(clients)
