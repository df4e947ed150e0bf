"""Voice in a deployment of two nodes that serve: one is killed, and people hear each other again."""

import asyncio
import logging
import time
from contextlib import AsyncExitStack

import pytest

from tests.realtime.guests import Guest, fresh, room_with
from tests.realtime.test_api_voice import offered
from tests.story.test_nodes import nodes  # noqa: F401 - a fixture
from tests.voice.client import Client, tone

logger = logging.getLogger(__name__)


@pytest.fixture(autouse=True)
def loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aioice.ice.get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"])


async def heard(stack: AsyncExitStack, guest: Guest, room: str) -> tuple[Client, str]:
    """Somebody who plays a tone in the room's voice, and the voice's id."""
    client = Client(tone(60_000))
    stack.push_async_callback(client.close)
    answer = await offered(guest, room, await client.offer())
    assert answer.status_code == 201, answer.text
    await client.take(answer.text)
    return client, answer.headers["location"].rpartition("/")[2]


async def test_two_on_two_nodes_hear_each_other_and_again_after_the_node_that_carries_is_killed(
    nats_url,
    redis_url,
    nodes,  # noqa: F811
):
    here, there = nodes
    async with AsyncExitStack() as stack:
        root = await stack.enter_async_context(here.client("root", "admin"))
        guests = []
        for name, node in (("ada", here), ("ben", there), ("cem", there)):
            person = fresh(name)
            http = await stack.enter_async_context(node.client(person))
            guests.append(Guest(node, person, "student", http))
            await root.post("/people", json={"person": person, "name": name.title()})
            await guests[-1].put("/people/me/consents/voice")
        ada, ben, cem = guests
        room = await room_with(Guest(here, "root", "admin", root), *guests)
        feed = await stack.enter_async_context(ben.stream(f"/rooms/{room}/feed"))
        _, first = await heard(stack, ada, room)
        listener, voice = await heard(stack, ben, room)
        assert voice.partition("-")[0] == first.partition("-")[0]
        slots = await feed.until("slots", lambda data: any(s["person"] == ada.person for s in data["slots"]))
        await listener.hears(next(s["mid"] for s in slots["slots"] if s["person"] == ada.person))

        await ada.delete("/people/me/consents/voice")
        await feed.until("slots", lambda data: all(s["person"] != ada.person for s in data["slots"]))

        here.kill()
        killed = time.monotonic()
        gone = await feed.until("voice-gone")
        assert gone["node"] in voice
        async with asyncio.timeout(20):
            listener, voice = await heard(stack, ben, room)
            await heard(stack, cem, room)
            found = lambda data: any(s["person"] == cem.person for s in data["slots"])  # noqa: E731
            slots = await feed.until("slots", found)
            await listener.hears(next(s["mid"] for s in slots["slots"] if s["person"] == cem.person))
        logger.info("heard again %.2f s after the kill", time.monotonic() - killed)
        assert gone["node"] not in voice
