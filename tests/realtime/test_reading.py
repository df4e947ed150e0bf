"""Whoever oversees others is on record before they see anything of theirs; a route cannot be left out."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec import json

from adapters.postgres_log import PostgresLog
from domain.errors import LogUnavailable
from infra.documents import openapi
from infra.wiring import utc_now
from realtime.access import Access
from realtime.reading import Reading
from tests.realtime.guests import Guest, fresh, guests, room_with, sealed_upto
from tests.realtime.invited import invited
from tests.recording.spoken import encoded, packets
from tests.recording.stored import stored

RECORDED = {
    "/audit/events": "events",
    "/audit/model-calls": "model-calls",
    "/audit/proof/{position}": "proof",
    "/audit/rooms/{room}": "room-history",
    "/audit/rooms/{room}/timeline": "timeline",
    "/audit/views/{view}/{key}": "view-history",
    "/credentials": "credentials",
    "/learners/{person}/live": "learner-live",
    "/learners/{person}/mastery": "mastery",
    "/learners/{person}/plan": "plan",
    "/learners/{person}/predictions": "predictions",
    "/learners/{person}/quests": "quests",
    "/learners/{person}/reviews": "reviews",
    "/people/{person}/export": "export",
    "/rooms/{room}": "room",
    "/rooms/{room}/board": "board-history",
    "/rooms/{room}/board/changes": "board-changes",
    "/rooms/{room}/board/rights": "board-rights",
    "/rooms/{room}/facilitator": "facilitator",
    "/rooms/{room}/dynamics": "dynamics",
    "/rooms/{room}/feed": "feed",
    "/rooms/{room}/interventions/{intervention}": "intervention",
    "/rooms/{room}/participation": "participation",
    "/rooms/{room}/recordings": "recordings",
    "/rooms/{room}/recordings/{segment}": "recording",
    "/rooms/{room}/summary": "summary",
    "/rooms/{room}/summary.md": "summary",
    "/sessions": "sessions",
    "/sessions/{session}/risk": "session-risk",
    "/tutors": "tutors",
    "/tutors/{tutor}/appeals": "tutor-appeals",
    "/tutors/{tutor}/scores": "tutor-scores",
    "/tutors/{tutor}/scores/events": "tutor-events",
}
"""Every address that shows what concerns somebody else, and what it is called on record."""
ADMINS_ONLY = ("/people/{person}/export", "auditor")
OPEN = {
    "/learners/me/partners/{path}",
    "/calendars/{org}/{person}/{name}",
    "/paths",
    "/audit/checkpoint",
    "/audit/consistency",
    "/audit/key",
    "/audit/model-costs",
    "/health",
    "/leaderboards/{board}",
    "/leaderboards/{board}/live",
    "/metrics",
    "/office-hours/{office_hours}",
    "/people/me",
    "/pillars",
    "/problems",
    "/rooms/{room}/spoken",
    "/rooms/{room}/voice",
}
"""Those that show nobody, oneself, or what everybody in the organisation may see."""


@dataclass
class Scene:
    """A student and a tutor with a room and a lesson."""

    ada: Guest
    tia: Guest
    room: str
    position: int
    segment: str = ""
    session: str = ""
    intervention: str = ""

    def path(self, template: str) -> str:
        return template.format(
            person=self.ada.person,
            room=self.room,
            segment=self.segment,
            intervention=self.intervention,
            tutor=self.tia.person,
            session=self.session,
            position=self.position,
            view="participation",
            key=self.room,
        )

    def query(self, template: str) -> dict[str, Any]:
        match template:
            case "/sessions" | "/credentials":
                return {"person": self.ada.person}
            case "/audit/events":
                return {"tag": f"person:{self.ada.person}"}
            case "/learners/{person}/predictions":
                return {"skill": "fractions"}
            case "/tutors":
                return {"limit": 200}
            case "/tutors/{tutor}/scores/events":
                return {"measure": "rescheduled"}
            case _:
                return {}


@pytest.fixture
async def scene(house) -> AsyncIterator[Scene]:
    async with guests(house, ada="student", tia="tutor", root="admin") as (ada, tia, root):
        await root.post("/people", person=tia.person, name="Tia", role="tutor")
        room = await room_with(tia, ada)
        await ada.post(f"/rooms/{room}/messages", text="Hello")
        await tia.post(f"/rooms/{room}/board/rights", person=ada.person, right="comment")
        starts = utc_now() + timedelta(days=1)
        booked = await tia.post(
            "/sessions",
            tutor=tia.person,
            learner=ada.person,
            starts=starts.isoformat(),
            ends=(starts + timedelta(hours=1)).isoformat(),
        )
        await tia.get("/people/me", at_least=booked["position"])
        yield Scene(ada, tia, room, booked["position"], session=booked["session"])


async def reads(by: Guest, of: Guest) -> list[dict[str, Any]]:
    """The reads of one person's data by another, as the log has them."""
    async with guests(by.house, clerk="auditor") as (clerk,):
        query = {"tag": f"person:{of.person}", "type": "personal-data.read.v1", "limit": 100_000}
        lines = (await clerk.http.get("/audit/events", params=query)).text.splitlines()
    return [found["event"] for line in lines if (found := json.decode(line))["actor"] == by.person]


async def summed_up(scene: Scene) -> None:
    """Close the room, and wait for what is left of it."""
    async with scene.tia.stream(f"/rooms/{scene.room}/feed") as feed:
        await feed.until("hello")
        await scene.tia.post(f"/rooms/{scene.room}/close")
        left = await feed.until("room.summarised.v1")
    await scene.tia.get("/people/me", at_least=left["position"])


async def look(who: Guest, scene: Scene, template: str) -> None:
    if "/recordings" in template and not scene.segment:
        scene.segment = await stored(who.house, scene.room, scene.ada.person, packets(encoded((0, 100))), 1)
    if ("/interventions" in template or "model-calls" in template) and not scene.intervention:
        scene.intervention = await invited(who.house, scene.room, scene.ada.person)
    if "/summary" in template:
        await summed_up(scene)
    if template.endswith(("/live", "/feed")):
        async with who.stream(scene.path(template)) as stream:
            assert await stream.next()
    else:
        answer = await who.http.get(scene.path(template), params=scene.query(template))
        assert answer.status_code == 200, answer.text


def test_every_address_that_can_be_read_is_known_here():
    """A new one goes into RECORDED or OPEN; what it goes into is tested below."""
    readable = {path for path, item in openapi()["paths"].items() if "get" in item}
    assert readable == RECORDED.keys() | OPEN


CASES = [(path, role) for path in RECORDED for role in ("auditor", "admin") if (path, role) != ADMINS_ONLY]


@pytest.mark.parametrize(("template", "role"), CASES)
async def test_whoever_oversees_others_is_on_record(house, scene, template, role):
    async with guests(house, kim=role) as (kim,):
        concerned = scene.tia if "utor" in template else scene.ada
        if template == "/audit/proof/{position}":
            await sealed_upto(kim, scene.position)
        await look(kim, scene, template)
        found = await reads(kim, concerned)
        assert {each["what"] for each in found} == {RECORDED[template]}
        assert all(kim.person not in each["persons"] for each in found)
        if "{room}" in template:
            assert scene.room in found[0]["detail"]


@pytest.mark.parametrize(
    "template", [each for each in RECORDED if "audit" not in each and each != ADMINS_ONLY[0]]
)
async def test_what_a_tutor_reads_of_their_learners_is_not(scene, template):
    await look(scene.tia, scene, template)
    assert await reads(scene.tia, scene.ada) == []


async def test_what_one_reads_of_oneself_is_not(house, scene):
    async with guests(house, root="admin") as (root,):
        await look(root, Scene(root, scene.tia, scene.room, 1), "/learners/{person}/mastery")
        assert await reads(root, root) == []


async def test_an_auditor_at_a_board_is_on_record_with_all_who_may_have_written_on_it(house, scene):
    await scene.ada.post(f"/rooms/{scene.room}/leave")
    async with guests(house, kim="auditor") as (kim,):
        async with kim.board(scene.room) as board:
            await board.until("")
        [read] = await reads(kim, scene.ada)
        assert read["what"] == "board"
        assert sorted(read["persons"]) == sorted([scene.ada.person, scene.tia.person])


async def test_an_administrator_who_is_in_the_room_is_one_of_its_members(house, scene):
    async with guests(house, root="admin") as (root,):
        await root.post(f"/rooms/{scene.room}/join")
        for template in ("/rooms/{room}", "/rooms/{room}/feed", "/rooms/{room}/participation"):
            await look(root, scene, template)
        assert await reads(root, scene.ada) == []


async def test_whoever_comes_while_an_auditor_watches_is_on_record_before_they_are_shown(house, scene):
    async with guests(house, kim="auditor", ben="student") as (kim, ben):
        async with kim.stream(f"/rooms/{scene.room}/feed") as feed:
            await ben.post(f"/rooms/{scene.room}/join")
            await ben.post(f"/rooms/{scene.room}/messages", text="And me")
            await feed.until("room.message-sent.v1")
        [read] = await reads(kim, ben)
        assert read["persons"] == [ben.person]


async def test_a_read_names_everybody_once_and_does_not_chase_itself(house, scene):
    async with guests(house, kim="auditor") as (kim,):
        for _ in range(3):
            await kim.http.get("/audit/events", params={"tag": f"room:{scene.room}"})
        assert [sorted(each["persons"]) for each in await reads(kim, scene.ada)] == [
            sorted([scene.ada.person, scene.tia.person])
        ] * 3


async def test_a_crowd_is_several_events(house, scene):
    async with AsyncExitStack() as stack:
        (root, kim) = await stack.enter_async_context(guests(house, root="admin", kim="auditor"))
        crowd = [fresh("p") for _ in range(105)]
        for person in crowd:
            await root.post("/people", person=person, name="Somebody")
        lines = (await kim.http.get("/audit/events", params={"after": 0, "limit": 100_000})).text
        seen = {tag for line in lines.splitlines() for tag in json.decode(line)["tags"]}
        assert {f"person:{person}" for person in crowd} <= seen
        found = {person for each in await reads_by(kim) for person in each["persons"]}
        assert set(crowd) <= found
        assert max(len(each["persons"]) for each in await reads_by(kim)) <= 100


async def reads_by(who: Guest) -> list[dict[str, Any]]:
    async with guests(who.house, clerk="auditor") as (clerk,):
        query = {"type": "personal-data.read.v1", "limit": 100_000}
        lines = (await clerk.http.get("/audit/events", params=query)).text.splitlines()
    return [found["event"] for line in lines if (found := json.decode(line))["actor"] == who.person]


async def test_what_cannot_be_recorded_is_not_shown(postgres_url):
    async with PostgresLog.opened(postgres_url) as log:
        pass  # and now it is closed
    access = Access(sub="kim", role="auditor", exp=0)
    reading = Reading(SimpleNamespace(log=log, clock=utc_now), access, "mastery")
    with pytest.raises(LogUnavailable):
        await reading.of(["ada"])
    with pytest.raises(LogUnavailable):
        await reading.of(["ada"])  # it is not taken for recorded the second time
