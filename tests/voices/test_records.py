"""Records in NATS: what a lease is made of."""

import asyncio

import pytest

from adapters.nats_bus import NatsBus
from adapters.nats_voices import NatsLeases
from rooms.voices.ports import Taken


async def test_a_record_is_written_by_whoever_knows_its_newest_revision_alone(nats_url):
    async with NatsBus.opened(nats_url) as bus:
        rooms = NatsLeases(bus.client, 5.0).rooms
        first = await rooms.put("school/algebra", "one", 0)
        for old in (0, first + 1):
            with pytest.raises(Taken):
                await rooms.put("school/algebra", "two", old)
        assert await rooms.get("school/algebra") == ("one", first)
        assert await rooms.get("school/biology") is None


async def test_a_lease_of_another_length_than_an_earlier_version_had_is_taken_over(nats_url):
    async with NatsBus.opened(nats_url) as bus:
        await NatsLeases(bus.client, 60.0).nodes.put("older", "here", 0)
        nodes = NatsLeases(bus.client, 0.4).nodes
        await nodes.put("newer", "here", 0)
        async with asyncio.timeout(10):
            while await nodes.get("newer") or await nodes.get("older"):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
