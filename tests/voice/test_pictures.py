"""Cameras and screens, with real clients that encode and decode them."""

import asyncio

from rooms.voice.engine import May, SlotContent
from tests.voice.client import Painting, hush
from tests.voice.ears import Ears
from tests.voice.test_hostile import until

SHOWS = May(show=True)


def slot_of(ears: Ears, viewer: str, person: str, what: str) -> str:
    return next(slot.mid for slot in ears.held[viewer] if (slot.person, slot.what) == (person, what))


async def test_a_camera_and_a_screen_are_seen_and_the_slots_say_which_is_which(engine, ears, client):
    ada = client(hush(20), paintings=[Painting(60), Painting(200)])
    ben = client(hush(20), pictures=3)
    await ada.join(engine, "algebra", "ada", may=SHOWS)
    await ben.join(engine, "algebra", "ben")
    await ears.until(lambda: ears.sees("ben") == {("ada", "camera"), ("ada", "screen")})
    await ben.sees(slot_of(ears, "ben", "ada", "camera"), 60)
    await ben.sees(slot_of(ears, "ben", "ada", "screen"), 200)
    assert engine.counts["keyframes-asked"] >= 1
    assert list(await engine.slots("algebra", "ben"))[-1] == SlotContent("5", None, "camera")


async def test_nobody_is_seen_who_may_not_show_and_a_right_counts_at_once(engine, ears, client):
    ada, ben = client(hush(20), paintings=[Painting(60)]), client(hush(20), pictures=1)
    await ada.join(engine, "algebra", "ada")
    await ben.join(engine, "algebra", "ben")
    await ears.until(lambda: ears.hears("ben") == {"ada"})
    await until(lambda: engine.counts["rtp-not-permitted"] > 5)
    assert ears.sees("ben") == set()
    await engine.permit("algebra", "ada", SHOWS)
    await ears.until(lambda: ears.sees("ben") == {("ada", "camera")})
    await ben.sees(slot_of(ears, "ben", "ada", "camera"), 60)
    await engine.permit("algebra", "ada", May())
    assert ears.sees("ben") == set()
    assert ears.hears("ben") == {"ada"}


async def test_another_camera_in_the_same_slot_begins_with_a_whole_picture(engine, ears, client):
    ada, cem = client(hush(20), paintings=[Painting(60)]), client(hush(20), paintings=[Painting(200)])
    ben = client(hush(20), pictures=1)
    await ben.join(engine, "algebra", "ben")
    await ada.join(engine, "algebra", "ada", may=SHOWS)
    await ears.until(lambda: ears.sees("ben") == {("ada", "camera")})
    mid = slot_of(ears, "ben", "ada", "camera")
    await ben.sees(mid, 60)
    await cem.join(engine, "algebra", "cem", may=SHOWS)
    await ears.until(lambda: "cem" in ears.hears("ben"))
    await engine.leave(ada.voice)
    await ears.until(lambda: ears.sees("ben") == {("cem", "camera")})
    assert slot_of(ears, "ben", "cem", "camera") == mid
    await ben.sees(mid, 200)


async def test_whoever_withdraws_consent_is_seen_no_longer(engine, ears, client):
    ada, ben = client(hush(20), paintings=[Painting(60)]), client(hush(20), pictures=1)
    await ada.join(engine, "algebra", "ada", may=SHOWS)
    await ben.join(engine, "algebra", "ben")
    await ears.until(lambda: ears.sees("ben") == {("ada", "camera")})
    await engine.silence("algebra", "ada")
    assert ears.sees("ben") == set()


async def test_a_screen_beyond_what_the_room_may_have_waits_for_the_first_to_end(engine, ears, client):
    ada, cem = (client(hush(20), paintings=[Painting(16), Painting(value)]) for value in (60, 200))
    ben = client(hush(20), pictures=4)
    await ada.join(engine, "algebra", "ada", may=SHOWS)
    await ben.join(engine, "algebra", "ben")
    await ears.until(lambda: ("ada", "screen") in ears.sees("ben"))
    await cem.join(engine, "algebra", "cem", may=SHOWS)
    await ears.until(lambda: ("cem", "camera") in ears.sees("ben"))
    assert ("cem", "screen") not in ears.sees("ben")
    await engine.leave(ada.voice)
    await ears.until(lambda: ears.sees("ben") == {("cem", "camera"), ("cem", "screen")})
    await ben.sees(slot_of(ears, "ben", "cem", "screen"), 200)


async def test_a_viewer_who_has_lost_the_picture_gets_a_whole_one_from_its_source(engine, ears, client):
    ada, ben = client(hush(20), paintings=[Painting(60)]), client(hush(20), pictures=1)
    await ada.join(engine, "algebra", "ada", may=SHOWS)
    await ben.join(engine, "algebra", "ben")
    await ears.until(lambda: ears.sees("ben") == {("ada", "camera")})
    mid = slot_of(ears, "ben", "ada", "camera")
    await ben.sees(mid, 60)
    receiver = next(t.receiver for t in ben.pc.getTransceivers() if t.mid == mid)
    (source,) = receiver.getSynchronizationSources()
    asked = engine.counts["keyframes-asked"]
    await receiver._send_rtcp_pli(source.source)
    async with asyncio.timeout(3):
        while engine.counts["keyframes-asked"] <= asked:
            await ben.sees(mid, 60)
