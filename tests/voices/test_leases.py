"""A node that may no longer count on its lease carries nothing; whoever is left carries the room."""

import asyncio
import json
from functools import partial

import nats
import pytest

from rooms.voice.engine import May
from rooms.voices.spanning import VoiceUnavailable
from tests.voice.client import hush, script, tone
from tests.voices.nodes import LEASE, ROOM, carried_by


@pytest.fixture
async def hasty(node):
    """Starts a node whose lease is short."""
    return partial(node, lease=LEASE, answer=2.0)


async def until(true) -> None:
    """Waits for what nobody tells."""
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_a_node_that_loses_the_bus_ends_its_voices_before_another_carries_the_room(hasty, client):
    here, there = await hasty(), await hasty()
    voice = await here.join(client(tone(20_000)), "ada")
    await there.join(client(hush(20)), "ben")
    assert carried_by(here, there) == [2, 0]
    async with here.without_bus():
        await here.ears.until(lambda: len(here.ears.gone) == 2)
        await there.hears_of(voice)
        await here.hears_of(voice)
        again = await there.join(client(hush(20)), "ben")
        assert carried_by(here, there) == [0, 1]
        assert again.partition("-")[0] != voice.partition("-")[0]


async def test_who_spoke_when_the_node_that_carried_them_was_lost_has_ended_on_every_feed(hasty, client):
    here, there, third = [await hasty() for _ in range(3)]
    with (
        there.hub.listening(("room", "school", "algebra")) as feed,
        third.hub.listening(("room", "school", "algebra")) as other,
    ):
        await here.join(client(script((200, 20_000))), "ada")
        for told in (feed, other):
            assert b'"person":"ada","speaking":true' in (await told.next(10)).data
        async with here.without_bus():
            for told in (feed, other):
                assert b'"person":"ada","speaking":false' in (await told.next(10)).data
        assert there.switchboard.speaking("school", "algebra") == []


async def test_a_node_whose_bus_hangs_ends_its_voices_too(hasty, client):
    here, there = await hasty(), await hasty()
    voice = await here.join(client(tone(20_000)), "ada")
    with here.line.hanging():
        await here.hears_of(voice)
        assert carried_by(here) == [0]
        await there.join(client(tone(20_000)), "ada")
        assert carried_by(there) == [1]


async def test_a_node_that_has_the_bus_back_carries_again_under_another_name(hasty, client):
    here = await hasty()
    voice = await here.join(client(tone(20_000)), "ada")
    async with here.without_bus():
        await here.hears_of(voice)
    again = await here.join(client(tone(20_000)), "ada")
    assert carried_by(here) == [1]
    assert again.partition("-")[0] != voice.partition("-")[0]


async def test_a_short_loss_of_the_bus_ends_nothing(node, client):
    here, there = await node(lease=6.0), await node(lease=6.0)
    voice = await here.join(client(tone(20_000)), "ada")
    async with here.without_bus():
        await asyncio.sleep(0.3)
    await there.join(client(hush(20)), "ben")
    assert await there.engine.whose(voice) == (ROOM, "ada")
    assert carried_by(here, there) == [2, 0]


async def test_without_the_bus_a_held_room_goes_on_and_another_cannot_be_joined(node, client):
    here = await node(lease=3.0, answer=0.5)
    await here.join(client(tone(20_000)), "ada")
    async with here.without_bus():
        await here.join(client(hush(20)), "ben")
        assert carried_by(here) == [2]
        with pytest.raises(VoiceUnavailable):
            await here.engine.join("school/biology", "cem", await client(None).offer())
    assert here.ears.gone


async def test_a_right_that_the_carrying_node_could_not_be_told_of_is_told_once_it_can(node, client):
    here, there = await node(), await node()
    await here.join(client(tone(20_000)), "ada")
    await there.join(client(hush(20)), "ben")
    await here.ears.until(lambda: here.ears.hears("ada") == {"ben"})
    async with there.without_bus():
        await there.engine.permit(ROOM, "ben", May(speak=False))
        assert here.ears.hears("ada") == {"ben"}
    await here.ears.until(lambda: here.ears.hears("ada") == set())


async def test_a_bus_that_has_lost_its_data_costs_the_lease_and_nothing_more(hasty, client, nats_url):
    here = await hasty()
    voice = await here.join(client(tone(20_000)), "ada")
    stranger = await nats.connect(nats_url)
    for stream in await stranger.jetstream().streams_info():
        await stranger.jetstream().delete_stream(str(stream.config.name))
    await stranger.close()
    await here.hears_of(voice)
    await here.join(client(tone(20_000)), "ada")
    assert carried_by(here) == [1]


async def test_a_node_that_hangs_for_longer_than_its_lease_has_lost_it(hasty, client, monkeypatch):
    here, there = await hasty(), await hasty()
    voice = await here.join(client(tone(20_000)), "ada")
    term = here.engine._ownership.term
    assert term is not None
    term.until -= LEASE  # as if it had slept so long
    assert here.engine._ownership.holds(ROOM) is None
    await here.hears_of(voice)
    assert carried_by(here) == [0]
    await there.join(client(tone(20_000)), "ada")
    assert carried_by(there) == [1]


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"\xff\xfe",
        b"{}",
        b"[" * 10_000,
        b'{"type":"voice.leave","voice":"a.b"}',
        b'{"type":"voice.leave","voice":"abc","more":1}',
        b'{"type":"voice.silence","scope":"*","person":"ada"}',
        json.dumps({"type": "voice.leave", "voice": "a" * 65}).encode(),
        b" " * 800_000,
    ],
    ids=range(9),
)
async def test_garbage_from_the_bus_is_refused_and_counted(node, client, nats_url, garbage):
    here = await node()
    voice = await here.join(client(tone(20_000)), "ada")
    stranger = await nats.connect(nats_url)
    answer = await stranger.request(f"lyceum.nodes.{voice.partition('-')[0]}.voice", garbage, timeout=5)
    await stranger.publish("lyceum.nodes.voices", garbage)
    await stranger.close()
    assert json.loads(answer.data)["type"] == "voice.refusal"
    counted = (b"undecodable-call", b"undecodable-signal")
    await until(lambda: all(reason in here.metrics.text() for reason in counted))
    assert await here.engine.whose(voice) == (ROOM, "ada")


async def test_what_a_node_answers_must_make_sense(node, nats_url):
    here = await node()

    async def answer(message) -> None:
        await message.respond(b"{}")

    async with await nats.connect(nats_url) as stranger:
        await stranger.subscribe("lyceum.nodes.0123456789ab.voice", cb=answer)
        await stranger.flush()
        with pytest.raises(VoiceUnavailable):
            await here.engine.whose("0123456789ab-0123456789ab-x")
