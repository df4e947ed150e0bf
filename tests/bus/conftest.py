"""A bus on a real NATS, without streams of former tests, and what it has refused."""

from collections.abc import AsyncIterator

import pytest

from adapters import nats_bus
from adapters.nats_bus import NatsBus


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """Faults are noticed sooner than in a house."""
    monkeypatch.setattr(nats_bus, "PATIENCE", 1.0)
    monkeypatch.setattr(nats_bus, "LINGER", 0.3)


@pytest.fixture
def refused() -> list[str]:
    return []


@pytest.fixture
async def bus(nats_url: str, refused: list[str], impatient: None) -> AsyncIterator[NatsBus]:
    async with NatsBus.opened(nats_url, refused.append) as opened:
        yield opened
