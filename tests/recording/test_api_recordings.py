"""Recordings over HTTP: who turns them on, who is told, who hears what, and in which parts."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from tests.realtime.guests import Guest, fresh, guests, room_with
from tests.recording.spoken import decoded, encoded, packets, pitch
from tests.recording.stored import stored

NOW = 1_795_000_000_000
SPOKEN = packets(encoded((400, 1000)))


@dataclass
class Scene:
    """A room of a tutor's with two students, one of whom was recorded and has left."""

    tia: Guest
    ada: Guest
    ben: Guest
    room: str
    segment: str

    @property
    def path(self) -> str:
        return f"/rooms/{self.room}/recordings/{self.segment}"


@pytest.fixture
async def scene(house) -> AsyncIterator[Scene]:
    async with guests(house, tia="tutor", ada="student", ben="student", root="admin") as (
        tia,
        ada,
        ben,
        root,
    ):
        await root.post("/people", person=ada.person, name="Ada")
        room = await room_with(tia, ada, ben)
        segment = await stored(house, room, ada.person, SPOKEN, NOW)
        await ada.post(f"/rooms/{room}/leave")
        yield Scene(tia, ada, ben, room, segment)


async def test_everybody_in_the_room_is_told_that_it_is_recorded_and_that_it_is_no_more(house):
    async with guests(house, tia="tutor", ada="student") as (tia, ada):
        room = await room_with(tia, ada)
        async with ada.stream(f"/rooms/{room}/feed") as feed:
            done = await tia.post(f"/rooms/{room}/recording", recording="r1")
            told = await feed.until("recording.started.v1")
            assert (told["event"]["by"], told["position"]) == (tia.person, done["position"])
            assert (await ada.get(f"/rooms/{room}", at_least=done["position"]))["recording"]
            assert (await tia.post(f"/rooms/{room}/recording", recording="r1")) == done
            done = await tia.delete(f"/rooms/{room}/recording")
            assert (await feed.until("recording.stopped.v1"))["event"]["why"] == "asked"
            assert not (await ada.get(f"/rooms/{room}", at_least=done["position"]))["recording"]


async def test_whoever_comes_to_the_door_sees_that_the_room_is_recorded(house):
    async with guests(house, tia="tutor", eve="student") as (tia, eve):
        room = await room_with(tia)
        done = await tia.post(f"/rooms/{room}/recording")
        door = await eve.get(f"/rooms/{room}", at_least=done["position"])
        assert (door["recording"], door["members"]) == (True, [])


async def test_students_turn_nothing_on_or_off(scene):
    for method in ("POST", "DELETE"):
        request = {"json": {}} if method == "POST" else {}
        refused = await scene.ben.refused(method, f"/rooms/{scene.room}/recording", **request)
        assert refused == (403, "not-your-room")


async def test_a_member_a_tutor_and_the_absent_see_what_there_is_to_hear(scene):
    expected = {
        "segment": scene.segment,
        "recording": "r1",
        "person": scene.ada.person,
        "name": "Ada",
        "started": NOW,
        "ended": NOW + 1000,
        "codec": "opus",
    }
    for who in (scene.ben, scene.tia, scene.ada):
        found = await who.get(f"/rooms/{scene.room}/recordings")
        assert [{name: each[name] for name in expected} for each in found["segments"]] == [expected]
        assert found["on"]


async def test_what_is_served_is_what_was_said_and_nobody_may_keep_a_copy(scene):
    answer = await scene.ben.http.get(scene.path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "audio/ogg"
    assert answer.headers["cache-control"] == "private, no-store"
    assert pitch(decoded(answer.content), 500) == pytest.approx(400, abs=20)


async def test_parts_are_served_as_they_are_asked_for(scene):
    whole = (await scene.ben.http.get(scene.path)).content
    size = len(whole)
    for asked, first, last in (
        ("bytes=0-", 0, size - 1),
        ("bytes=100-199", 100, 199),
        (f"bytes=100-{size + 9}", 100, size - 1),
        ("bytes=-100", size - 100, size - 1),
        (f"bytes=-{size + 9}", 0, size - 1),
    ):
        answer = await scene.ben.http.get(scene.path, headers={"Range": asked})
        assert answer.status_code == 206
        assert answer.headers["content-range"] == f"bytes {first}-{last}/{size}"
        assert answer.content == whole[first : last + 1]
    for asked in (f"bytes={size}-", "bytes=-0", "bytes=9-3"):
        answer = await scene.ben.http.get(scene.path, headers={"Range": asked})
        assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{size}")
        assert answer.headers["content-type"] == "application/problem+json"
    for asked in ("bytes=0-1,4-5", "lines=1-2", "bytes=-", "bytes=a-b"):
        assert (await scene.ben.http.get(scene.path, headers={"Range": asked})).content == whole


async def test_strangers_hear_nothing_and_learn_of_nothing(house, scene):
    async with guests(house, eve="student") as (eve,):
        assert await eve.refused("GET", f"/rooms/{scene.room}/recordings") == (403, "not-in-the-room")
        assert await eve.refused("GET", scene.path) == (403, "not-in-the-room")


async def test_a_segment_is_heard_in_its_own_room_alone(house, scene):
    async with guests(house, tom="tutor") as (tom,):
        other = await room_with(tom)
        path = f"/rooms/{other}/recordings/{scene.segment}"
        assert await tom.refused("GET", path) == (404, "unknown-segment")
        unknown = f"/rooms/{scene.room}/recordings/{fresh('s')}"
        assert await tom.refused("GET", unknown) == (404, "unknown-segment")


async def test_of_whoever_is_erased_nothing_is_left_to_hear_or_on_the_disk(house, scene):
    async with guests(house, root="admin") as (root,):
        folder = house.home / "recordings" / "main" / scene.ada.person
        assert [path.suffix for path in folder.iterdir()] == [".sound"]
        await root.post(f"/people/{scene.ada.person}/erase")
        assert (await scene.tia.get(f"/rooms/{scene.room}/recordings"))["segments"] == []
        assert await scene.tia.refused("GET", scene.path) == (404, "sound-is-gone")
        async with asyncio.timeout(10):
            while folder.exists():  # noqa: ASYNC110 - files tell nobody that they are gone
                await asyncio.sleep(0.02)
