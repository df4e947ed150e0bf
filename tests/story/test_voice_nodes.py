"""Voice in a deployment of two nodes that serve: one is killed, and people hear each other again."""

import asyncio
import logging
import time
from contextlib import AsyncExitStack

import pytest

from tests.realtime.guests import Guest, fresh, room_with
from tests.realtime.test_api_voice import offered
from tests.story.test_nodes import nodes  # noqa: F401 - a fixture
from tests.voice.client import Client, script

logger = logging.getLogger(__name__)


@pytest.fixture(autouse=True)
def loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("aioice.ice.get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"])


def always(_: object) -> bool:
    return True


async def heard(
    stack: AsyncExitStack, guest: Guest, room: str, *pauses_and_tones: tuple[int, int]
) -> tuple[Client, str]:
    """Somebody who plays tones in the room's voice, and the voice's id."""
    client = Client(script(*pauses_and_tones or ((0, 60_000),)))
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
        listener, voice = await heard(stack, ben, room, *[(300, 1200)] * 40)  # one long turn
        assert voice.partition("-")[0] == first.partition("-")[0]
        slots = await feed.until("slots", lambda data: any(s["person"] == ada.person for s in data["slots"]))
        await listener.hears(next(s["mid"] for s in slots["slots"] if s["person"] == ada.person))

        await ada.delete("/people/me/consents/voice")
        await feed.until("slots", lambda data: all(s["person"] != ada.person for s in data["slots"]))
        spoken = await feed.until("speaking", lambda data: data["speaking"] and data["person"] == ben.person)

        here.kill()
        killed = time.monotonic()
        told = await feed.every({"voice-gone": always, "turn.taken.v1": always})
        gone, turn = told["voice-gone"], told["turn.taken.v1"]["event"]
        assert gone["node"] in voice
        assert (turn["person"], turn["started"]) == (ben.person, spoken["at"])
        assert turn["ended"] > turn["started"]
        async with asyncio.timeout(20):
            listener, voice = await heard(stack, ben, room)
            await heard(stack, cem, room)
            found = lambda data: any(s["person"] == cem.person for s in data["slots"])  # noqa: E731
            slots = await feed.until("slots", found)
            await listener.hears(next(s["mid"] for s in slots["slots"] if s["person"] == cem.person))
        logger.info("heard again %.2f s after the kill", time.monotonic() - killed)
        assert gone["node"] not in voice
