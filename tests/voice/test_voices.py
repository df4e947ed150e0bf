"""Voices through the engine, with real clients."""

import asyncio

import pytest

from domain.rooms import LARGEST
from rooms.voice.engine import Limits, May, SpeakerIsThere, VoiceIsFull
from rooms.voice.ice_lite import IceLiteEngine
from tests.voice.client import hush, script, tone
from tests.voice.conftest import now
from tests.voice.ears import Ears


def slot_of(ears: Ears, listener: str, speaker: str) -> str:
    return next(mid for mid, person in ears.bound[listener].items() if person == speaker)


async def test_two_people_hear_each_other_and_a_third_who_comes_later_hears_both(engine, ears, client):
    ada, ben = client(tone(20_000)), client(tone(20_000, 660))
    await ada.join(engine, "algebra", "ada")
    await ben.join(engine, "algebra", "ben")
    await ears.until(lambda: ears.hears("ada") == {"ben"} and ears.hears("ben") == {"ada"})
    await ada.hears(slot_of(ears, "ada", "ben"))
    await ben.hears(slot_of(ears, "ben", "ada"))

    cem = client(hush(20))
    await cem.join(engine, "algebra", "cem")
    await ears.until(lambda: ears.hears("cem") == {"ada", "ben"} and "cem" in ears.hears("ada"))
    await cem.hears(slot_of(ears, "cem", "ada"))
    await cem.hears(slot_of(ears, "cem", "ben"))


async def test_nobody_hears_another_room(engine, ears, client):
    ada, ben = client(tone(20_000)), client(hush(20))
    await ada.join(engine, "algebra", "ada")
    await ben.join(engine, "biology", "ben")
    await ears.until(lambda: bool(ears.began))
    assert ears.hears("ben") == set()
    assert engine.counts["rtp-in"] > 0
    assert engine.counts["rtp-out"] == 0


async def test_turns_are_told_with_the_times_at_which_they_were_played(engine, ears, client):
    ada = client(script((1000, 1500), (1000, 400), (1500, 2000), (4000, 0)))
    await ada.join(engine, "algebra", "ada")
    await ears.until(lambda: len(ears.turns) == 3, seconds=15)
    zero = ada.playing.zero
    played = [(zero + 1000, zero + 2500), (zero + 3500, zero + 3900), (zero + 5400, zero + 7400)]
    for turn, (started, ended) in zip(ears.turns, played, strict=True):
        assert abs(turn.started - started) <= 150 + ada.playing.late
        assert abs(turn.ended - ended) <= 150 + ada.playing.late
    assert [(person, turn, at) for person, turn, at in ears.began] == [
        (turn.person, turn.turn, turn.started) for turn in ears.turns
    ]
    assert len({turn.turn for turn in ears.turns}) == 3


async def test_whoever_leaves_is_gone_and_their_turn_ends(engine, ears, client):
    ada, ben = client(script((500, 20_000))), client(hush(20))
    await ada.join(engine, "algebra", "ada")
    await ben.join(engine, "algebra", "ben")
    await ears.until(lambda: bool(ears.began) and ears.hears("ben") == {"ada"})
    await engine.leave(ada.voice)
    assert ears.gone == [("ada", "left")]
    assert ears.hears("ben") == set()
    assert [turn.person for turn in ears.turns] == ["ada"]
    await engine.leave(ada.voice)
    assert ears.gone == [("ada", "left")]


async def test_a_client_that_says_goodbye_is_gone_at_once(engine, ears, client):
    ada = client(tone(5000))
    await ada.join(engine, "algebra", "ada")
    await ears.until(lambda: engine.counts["rtp-in"] > 5 or bool(ears.began))
    await ada.close()
    await ears.until(lambda: ears.gone == [("ada", "left")], seconds=2)


async def test_a_second_voice_of_the_same_person_replaces_the_first(engine, ears, client):
    first, ben = client(tone(20_000)), client(hush(20))
    await first.join(engine, "algebra", "ada")
    await ben.join(engine, "algebra", "ben")
    await ears.until(lambda: ears.hears("ben") == {"ada"})
    second = client(tone(20_000))
    await second.join(engine, "algebra", "ada")
    assert ears.gone == [("ada", "replaced")]
    await ears.until(lambda: ears.hears("ben") == {"ada"})
    await ben.hears(slot_of(ears, "ben", "ada"))
    assert engine.voices == 2


async def test_silencing_stops_forwarding_and_measuring_but_not_hearing(engine, ears, client):
    ada, ben = client(script((500, 20_000))), client(tone(20_000, 660))
    await ada.join(engine, "algebra", "ada")
    await ben.join(engine, "algebra", "ben")
    await ears.until(lambda: "ada" in [b[0] for b in ears.began] and ears.hears("ben") == {"ada"})
    await engine.silence("algebra", "ada")
    assert ears.hears("ben") == set()
    assert [turn.person for turn in ears.turns] == ["ada"]
    began = [b for b in ears.began if b[0] == "ada"]
    before = await ben.received()
    await ada.hears(slot_of(ears, "ada", "ben"))
    await asyncio.sleep(1)
    assert [b for b in ears.began if b[0] == "ada"] == began
    assert await ben.received() - before <= 2  # what was under way
    await engine.silence("algebra", "nobody")


async def test_whoever_may_not_speak_only_listens(engine, ears, client):
    ada, ben = client(tone(20_000)), client(tone(20_000, 660))
    await ada.join(engine, "algebra", "ada")
    joined = await engine.join("algebra", "ben", await ben.offer(), may=May(speak=False))
    await ben.take(joined.sdp)
    await ears.until(lambda: ears.hears("ben") == {"ada"})
    await ben.hears(slot_of(ears, "ben", "ada"))
    assert ears.hears("ada") == set()


async def test_a_listener_needs_no_sending_line(engine, ears, client):
    ada, ben = client(tone(20_000)), client(None, slots=1)
    await ada.join(engine, "algebra", "ada")
    await ben.join(engine, "algebra", "ben")
    await ears.until(lambda: ears.hears("ben") == {"ada"})
    await ben.hears(slot_of(ears, "ben", "ada"))


async def test_with_too_few_slots_whoever_begins_to_speak_gets_one(engine, ears, client):
    ada, ben = client(script((300, 700), (15_000, 0))), client(script((3000, 2000), (10_000, 0)))
    cem = client(hush(20), slots=1)
    for who, name in ((ada, "ada"), (ben, "ben"), (cem, "cem")):
        await who.join(engine, "algebra", name)
    await ears.until(lambda: ears.hears("cem") == {"ada"})
    await ears.until(lambda: ears.hears("cem") == {"ben"})
    assert ears.began[-1][0] == "ben"
    await cem.hears(slot_of(ears, "cem", "ben"))


async def test_a_full_room_refuses_the_next_voice(ears, client, engine):
    small = IceLiteEngine("127.0.0.1", 0, ["127.0.0.1"], ears, now, Limits(peers_per_room=1))
    async with asyncio.TaskGroup() as group:
        running = group.create_task(small.run())
        await small.join("algebra", "ada", await client(hush(20)).offer())
        with pytest.raises(VoiceIsFull) as refused:
            await small.join("algebra", "ben", await client(hush(20)).offer())
        assert refused.value.code == "voice-is-full"
        running.cancel()
    assert ears.gone == [("ada", "stopped")]


async def test_all_members_of_the_largest_room_may_be_in_its_voice(ears, client, engine):
    offer = await client(None).offer()
    for number in range(LARGEST):
        await engine.join("algebra", f"p{number}", offer)
    with pytest.raises(VoiceIsFull):
        await engine.join("algebra", "late", offer)
    await engine.join("geometry", "late", offer)


async def test_the_engine_stops_without_leaving_a_task_or_a_socket(ears, monkeypatch):
    engine = IceLiteEngine("127.0.0.1", 0, ["127.0.0.1"], ears, now)
    before = asyncio.all_tasks()
    async with asyncio.TaskGroup() as group:
        running = group.create_task(engine.run())
        port = await engine.opened()
        running.cancel()
    assert asyncio.all_tasks() == before
    again = IceLiteEngine("127.0.0.1", port, ["127.0.0.1"], ears, now)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(again.run())
        assert await again.opened() == port
        running.cancel()


async def test_a_port_that_is_taken_is_an_error_and_not_a_silence(engine, ears):
    second = IceLiteEngine("127.0.0.1", engine.port, ["127.0.0.1"], ears, now)
    with pytest.raises(OSError, match="in use"):
        await second.run()


async def test_what_somebody_may_do_changes_without_a_new_offer(engine, ears, client):
    ada, ben = client(tone(20_000)), client(hush(20))
    joined = await engine.join("algebra", "ada", await ada.offer(), may=May(speak=False))
    await ada.take(joined.sdp)
    await ben.join(engine, "algebra", "ben")
    await ears.until(lambda: ears.hears("ada") == {"ben"})
    assert ears.hears("ben") == set()
    await engine.permit("algebra", "ada", May())
    await ears.until(lambda: ears.hears("ben") == {"ada"})
    await ben.hears(slot_of(ears, "ben", "ada"))
    await engine.permit("algebra", "ada", May(speak=False))
    assert ears.hears("ben") == set()
    await engine.permit("algebra", "nobody", May())


async def test_whoever_withdrew_consent_is_not_heard_by_being_permitted_to_speak(engine, ears, client):
    ada, ben = client(tone(20_000)), client(hush(20))
    await ada.join(engine, "algebra", "ada")
    await ben.join(engine, "algebra", "ben")
    await ears.until(lambda: ears.hears("ben") == {"ada"})
    await engine.silence("algebra", "ada")
    await engine.permit("algebra", "ada", May())
    assert ears.hears("ben") == set()


async def test_a_tap_hears_what_may_be_forwarded_also_of_a_voice_that_joins_later(engine, ears, client):
    heard = []
    end = engine.tap("algebra", "ada", lambda packet, at: heard.append((packet, at)))
    ada = client(tone(20_000))
    await ada.join(engine, "algebra", "ada")
    await ears.until(lambda: bool(ears.began))
    assert len(heard) >= 3
    assert all(packet.payload and at > 1_600_000_000_000 for packet, at in heard)
    await engine.silence("algebra", "ada")
    after = len(heard)
    end()
    end()
    came = engine.counts["rtp-in"]
    async with asyncio.timeout(5):
        while engine.counts["rtp-in"] < came + 5:  # noqa: ASYNC110 - a packet that is refused tells nobody
            await asyncio.sleep(0.01)
    assert len(heard) == after


async def test_a_speaker_without_a_transport_is_heard_like_a_person(engine, ears, client):
    ada, ben, heard = client(tone(20_000)), client(hush(20)), []
    await ada.join(engine, "algebra", "ada")
    engine.tap("algebra", "ada", lambda packet, at: heard.append(packet.payload))
    await ben.join(engine, "algebra", "ben")
    await ears.until(lambda: ears.hears("ben") == {"ada"})
    await ben.hears(slot_of(ears, "ben", "ada"))
    await engine.silence("algebra", "ada")
    speaker = engine.speaker("algebra", "guide")
    assert ears.hears("ben") == {"guide"}
    with pytest.raises(SpeakerIsThere):
        engine.speaker("algebra", "guide")
    async with asyncio.TaskGroup() as group:
        hears = group.create_task(ben.hears(slot_of(ears, "ben", "guide")))
        while not hears.done():
            speaker.speak(heard[-1], 20)
            await asyncio.sleep(0.02)
    speaker.close()
    speaker.speak(heard[0], 20)
    assert ears.hears("ben") == set()
    assert "guide" in {person for person, _, _ in ears.began}
    assert [turn.person for turn in ears.turns][-1] == "guide"
