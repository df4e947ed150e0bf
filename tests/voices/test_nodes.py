"""A room is carried by one node, whichever its people reach, and by another when that one is gone."""

import asyncio

import pytest

from rooms.voice.engine import May, NotAnOffer, NotARestart, UnknownVoice
from tests.voice.client import hush, script, tone
from tests.voices.nodes import ROOM, carried_by

NAME = "0123456789ab"
FRAGMENT = "a=ice-ufrag:abcd\r\na=ice-pwd:0123456789abcdef01234567\r\n"


async def test_two_who_reach_two_nodes_hear_each_other_on_one(node, client):
    here, there = await node(), await node()
    ada, ben = client(tone(20_000)), client(tone(20_000, 660))
    await here.join(ada, "ada")
    await there.join(ben, "ben")
    assert carried_by(here, there) == [2, 0]
    await here.ears.until(lambda: here.ears.hears("ada") == {"ben"} and here.ears.hears("ben") == {"ada"})
    slot = next(slot.mid for slot in await there.engine.slots(ROOM, "ben") if slot.person == "ada")
    await ben.hears(slot)
    slot = next(slot.mid for slot in await here.engine.slots(ROOM, "ada") if slot.person == "ben")
    await ada.hears(slot)


async def test_of_many_who_join_at_once_on_three_nodes_all_are_carried_by_one(node, client):
    nodes = [await node() for _ in range(3)]
    offers = [await client(None).offer() for _ in range(9)]
    async with asyncio.TaskGroup() as group:
        for number, offer in enumerate(offers):
            group.create_task(nodes[number % 3].engine.join(ROOM, f"p{number}", offer))
    assert sorted(carried_by(*nodes)) == [0, 0, 9]


async def test_a_voice_is_found_by_its_id_on_every_node(node, client):
    here, there = await node(), await node()
    voice = await here.join(client(tone(5000)), "ada")
    assert await there.engine.whose(voice) == (ROOM, "ada")
    assert "a=ice-ufrag:" in await there.engine.restart(voice, FRAGMENT)
    with pytest.raises(NotARestart):
        await there.engine.restart(voice, "hello")
    await there.engine.leave(voice)
    assert here.ears.gone == [("ada", "left")]
    for engine in (here.engine, there.engine):
        await engine.leave(voice)
        with pytest.raises(UnknownVoice):
            await engine.whose(voice)


@pytest.mark.parametrize(
    "voice",
    ["", "nothing", f"{NAME}-x", f"{NAME}-{NAME}-x", "*-*-x", f"a.b-{NAME}-x", ">--", f"{NAME}-{NAME}-"],
)
async def test_a_voice_of_no_node_is_unknown(node, voice):
    here = await node()
    with pytest.raises(UnknownVoice):
        await here.engine.whose(voice)
    with pytest.raises(UnknownVoice):
        await here.engine.restart(voice, FRAGMENT)
    await here.engine.leave(voice)


async def test_a_refusal_travels_as_itself(node, client):
    here, there = await node(), await node()
    await here.join(client(tone(5000)), "ada")
    with pytest.raises(NotAnOffer) as told:
        await there.engine.join(ROOM, "ben", "v=0")
    with pytest.raises(NotAnOffer) as own:
        await here.engine.join(ROOM, "ben", "v=0")
    assert str(told.value) == str(own.value)


async def test_rights_that_end_at_another_node_end_at_the_one_that_carries(node, client):
    here, there = await node(), await node()
    ears = here.ears
    await here.join(client(script((200, 20_000))), "ada")
    await there.join(client(hush(20)), "ben")
    await ears.until(lambda: ears.hears("ben") == {"ada"} and ears.hears("ada") == {"ben"})
    await there.engine.permit(ROOM, "ben", May(speak=False))
    assert ears.hears("ada") == set()
    await there.engine.permit(ROOM, "ben", May())
    await ears.until(lambda: ears.hears("ada") == {"ben"})
    await there.engine.silence("school/", "ada")
    assert ears.hears("ben") == set()
    await there.engine.expel(ROOM, "ben")
    assert ears.gone == [("ben", "left")]


async def test_what_a_node_says_of_somebody_who_joined_anew_by_another_counts_no_more(node, client):
    here, there = await node(), await node()
    await here.join(client(tone(20_000)), "ada")
    await here.join(client(hush(20)), "ben")
    ears = here.ears
    await ears.until(lambda: ears.hears("ada") == {"ben"})
    await there.engine.permit(ROOM, "ben", May(speak=False))
    assert ears.hears("ada") == {"ben"}
    await here.engine.permit(ROOM, "ben", May(speak=False))
    assert ears.hears("ada") == set()


async def test_who_joined_by_a_node_that_is_gone_joins_anew_since_nobody_answers_for_them(node, client):
    here, there = await node(), await node()
    await here.join(client(tone(5000)), "ada")
    voice = await there.join(client(hush(20)), "ben")
    await there.stop()
    await here.ears.until(lambda: here.ears.gone == [("ben", "left")])
    assert (await here.told.next(10)).data.decode().split('"')[3] in voice


async def test_what_nobody_carries_has_no_slots_and_nobody_to_expel(node):
    here, _ = await node(), await node()
    assert list(await here.engine.slots(ROOM, "ada")) == []
    await here.engine.expel(ROOM, "ada")
    await here.engine.permit(ROOM, "ada", May())


async def test_a_node_that_stops_hands_its_rooms_over_at_once(node, client):
    here, there = await node(), await node()
    voice = await here.join(client(tone(5000)), "ada")
    ben = client(hush(20))
    await there.join(ben, "ben")
    async with asyncio.timeout(5):
        await here.stop()
        await there.hears_of(voice)
        await there.join(client(hush(20)), "ben")
    assert carried_by(there) == [1]


async def test_an_idle_room_is_let_go_of_and_anybody_may_carry_it(node, client):
    here, there = await node(idle=0.2, lease=3.0), await node()
    voice = await here.join(client(tone(5000)), "ada")
    await here.engine.leave(voice)
    async with asyncio.timeout(5):
        while await there.engine._ownership.known(ROOM):  # noqa: ASYNC110 - NATS tells nobody
            await asyncio.sleep(0.05)
    await there.join(client(tone(5000)), "ada")
    assert carried_by(here, there) == [0, 1]


async def test_a_room_in_use_is_held_for_longer_than_a_lease(node, client):
    here, there = await node(idle=0.1, lease=2.0), await node(lease=2.0)
    voice = await here.join(client(tone(20_000)), "ada")
    name = here.engine.name()
    await asyncio.sleep(2.5)
    await there.join(client(hush(20)), "ben")
    if here.engine.name() != name:
        pytest.skip("this machine stood still for longer than a lease")
    assert carried_by(here, there) == [2, 0]
    assert await there.engine.whose(voice) == (ROOM, "ada")
