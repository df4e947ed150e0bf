"""What every media engine promises, whatever carries the sound."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from itertools import pairwise

import pytest
import pytest_asyncio

from rooms.voice.engine import May, UnknownVoice, VoiceIsFull
from rooms.voice.rtp import Packet
from tests.voice.carried import Carried, by_ice_lite, by_livekit
from tests.voice.client import hush, script, tone
from tests.voice.ears import Turn

pytestmark = pytest.mark.asyncio(loop_scope="module")
ENGINES = {"ice-lite": by_ice_lite, "livekit": by_livekit}
TALK = script((300, 30_000))
A_WORD = script((300, 900), (5_000, 0))


@pytest.fixture(scope="module", params=ENGINES)
def way(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def carried(way: str) -> AsyncIterator[Carried]:
    async with ENGINES[way]() as carried:
        yield carried


@pytest.fixture
def room() -> str:
    """A room of an organisation that no other test uses."""
    return f"org-{secrets.token_hex(4)}/algebra"


@pytest.fixture
def names() -> tuple[str, str]:
    tag = secrets.token_hex(4)
    return f"ada-{tag}", f"ben-{tag}"


def turns(carried: Carried, person: str) -> list[Turn]:
    return [turn for turn in carried.ears.turns if turn.person == person]


def began(carried: Carried, person: str) -> int:
    return sum(person == who for who, _, _ in carried.ears.began)


async def somebody_else_speaks(carried: Carried, room: str, person: str) -> None:
    """A word of another person comes through: whatever was to come of others has come."""
    await carried.join(room, person, A_WORD)
    await carried.ears.until(lambda: bool(turns(carried, person)))


async def test_those_who_join_find_each_other(carried, room, names):
    ada, ben = names
    voice = await carried.join(room, ada, TALK)
    await carried.join(room, ben, hush(20))
    await carried.ears.until(lambda: carried.ears.hears(ada) == {ben} and carried.ears.hears(ben) == {ada})
    assert {content.person for content in await carried.engine.slots(room, ben)} - {None} == {ada}
    assert await carried.engine.whose(voice) == (room, ada)
    assert list(await carried.engine.slots(room, "nobody")) == []


async def test_a_turn_is_told_when_it_begins_and_when_it_has_ended(carried, room, names):
    ada, _ = names
    await carried.join(room, ada, script((500, 800), (4_000, 0)))
    await carried.ears.until(lambda: bool(turns(carried, ada)))
    [turn] = turns(carried, ada)
    assert [(turn.turn, turn.started)] == [(t, at) for who, t, at in carried.ears.began if who == ada]
    assert turn.ended - turn.started == pytest.approx(800, abs=400)  # how long exactly: test_voices.py


async def test_whoever_leaves_is_gone_and_their_turn_ends(carried, room, names):
    ada, ben = names
    voice = await carried.join(room, ada, TALK)
    await carried.join(room, ben, hush(20))
    await carried.ears.until(lambda: began(carried, ada) == 1 and carried.ears.hears(ben) == {ada})
    await carried.engine.leave(voice)
    await carried.ears.until(lambda: (ada, "left") in carried.ears.gone and not carried.ears.hears(ben))
    assert len(turns(carried, ada)) == 1
    with pytest.raises(UnknownVoice):
        await carried.engine.whose(voice)
    await carried.engine.leave(voice)


async def test_a_second_voice_of_a_person_replaces_the_first(carried, room, names):
    ada, _ = names
    first = await carried.join(room, ada, TALK)
    await carried.ears.until(lambda: began(carried, ada) == 1)
    second = await carried.join(room, ada, TALK)
    await carried.ears.until(lambda: (ada, "replaced") in carried.ears.gone and began(carried, ada) == 2)
    assert await carried.engine.whose(second) == (room, ada)
    with pytest.raises(UnknownVoice):
        await carried.engine.whose(first)


async def test_whoever_is_expelled_is_gone_and_may_join_anew(carried, room, names):
    ada, _ = names
    voice = await carried.join(room, ada, TALK)
    await carried.ears.until(lambda: began(carried, ada) == 1)
    await carried.engine.expel(room, ada)
    await carried.engine.expel(room, "nobody")
    await carried.ears.until(lambda: (ada, "left") in carried.ears.gone and len(turns(carried, ada)) == 1)
    with pytest.raises(UnknownVoice):
        await carried.engine.whose(voice)
    await carried.join(room, ada, TALK)
    await carried.ears.until(lambda: began(carried, ada) == 2)


async def test_whoever_is_silenced_is_neither_heard_nor_measured_until_they_join_anew(carried, room, names):
    ada, ben = names
    await carried.join(room, ada, TALK)
    await carried.ears.until(lambda: began(carried, ada) == 1)
    await carried.engine.silence("another-org/", ada)
    await carried.engine.silence(room.split("/")[0] + "/", ada)
    await carried.ears.until(lambda: len(turns(carried, ada)) == 1)
    await somebody_else_speaks(carried, room, ben)
    assert began(carried, ada) == 1
    assert ada not in carried.ears.hears(ben)
    await carried.ears.until(lambda: carried.ears.hears(ada) == {ben})
    await carried.join(room, ada, TALK)
    await carried.ears.until(lambda: began(carried, ada) == 2 and carried.ears.hears(ben) == {ada})


async def test_what_another_organisation_withdraws_silences_nobody_here(carried, room, names):
    ada, ben = names
    await carried.engine.silence("another-org/", ada)
    await carried.join(room, ada, TALK)
    await carried.engine.silence("another-org/", ada)
    await carried.join(room, ben, hush(20))
    await carried.ears.until(lambda: began(carried, ada) == 1 and carried.ears.hears(ben) == {ada})


async def test_a_right_to_speak_is_taken_and_given_live(carried, room, names):
    ada, ben = names
    await carried.join(room, ada, TALK, May(speak=False))
    await somebody_else_speaks(carried, room, ben)
    assert began(carried, ada) == 0
    assert ada not in carried.ears.hears(ben)
    await carried.engine.permit(room, ada, May(speak=True))
    await carried.ears.until(lambda: began(carried, ada) == 1 and carried.ears.hears(ben) == {ada})
    await carried.engine.permit(room, ada, May(speak=False))
    await carried.ears.until(lambda: len(turns(carried, ada)) == 1 and not carried.ears.hears(ben))
    await carried.engine.permit(room, "nobody", May(speak=True))


async def test_a_tap_has_the_packets_of_one_person_until_it_is_ended(carried, room, names):
    ada, ben = names
    enough, heard = asyncio.Event(), list[tuple[Packet, int]]()

    def hear(packet: Packet, at: int) -> None:
        heard.append((packet, at))
        if len(heard) == 50:
            enough.set()

    end = carried.engine.tap(room, ada, hear)
    await carried.join(room, ada, tone(30_000))
    await asyncio.wait_for(enough.wait(), 10)
    assert all(packet.payload for packet, _ in heard)
    steps = [(b.sequence - a.sequence, b.timestamp - a.timestamp) for (a, _), (b, _) in pairwise(heard)]
    assert {(sequence % 65536, timestamp % 2**32) for sequence, timestamp in steps} == {(1, 960)}
    assert min(packet.level for packet, _ in heard) < 30
    end()
    count = len(heard)
    await somebody_else_speaks(carried, room, ben)
    assert len(heard) == count


async def test_a_full_room_takes_nobody_until_somebody_leaves(carried, room, names):
    voices = [await carried.join(room, f"{names[0]}-{n}", hush(20)) for n in range(3)]
    with pytest.raises(VoiceIsFull):
        await carried.join(room, names[1], hush(20))
    await carried.join(room, f"{names[0]}-0", hush(20))  # in one's own place
    await carried.engine.leave(voices[1])
    await carried.join(room, names[1], hush(20))
