"""From sound to the feed and the log, and from the facilitator's words to sound, on the whole house."""

from collections.abc import Iterator
from pathlib import Path

import aioice.ice
import msgspec
import psycopg
import pytest
from playwright.async_api import async_playwright, expect

from infra.embedded import Servers
from tests.house import PROJECT, RunningHouse, home
from tests.need import need, need_folder
from tests.realtime.guests import Guest, guests, room_with
from tests.realtime.test_api_voice import voice
from tests.story.browsers import browser
from tests.story.speech import LITTLE, speech

SHORT, LONG = "What is the next step?", "Why do we divide by two?"


@pytest.fixture(scope="module")
def speaking_house(
    embedded: Servers, databases: psycopg.Connection, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RunningHouse]:
    """A house that writes down what its script says to utterances of a length."""
    databases.execute("CREATE DATABASE speaking TEMPLATE template0")
    script = tmp_path_factory.mktemp("script") / "script.json"
    lines = [{"text": SHORT, "most": 2400, "least": 1}, {"text": LONG, "least": 2401, "language": "de"}]
    script.write_bytes(msgspec.json.encode(lines))
    settings = {
        "LYCEUM_POSTGRES": embedded.postgres.replace("/lyceum?", "/speaking?"),
        "LYCEUM_RECOGNISER": "scripted",
        "LYCEUM_RECOGNISER_MODEL": str(script),
        "LYCEUM_LOG": "INFO",
    }
    with home() as folder:
        running = RunningHouse(folder, settings)
        yield running.start()
        assert running.stop() == 0
        for words in (SHORT, LONG):
            assert words not in running.errors()


@pytest.fixture(autouse=True)
def loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """The WebRTC library of these clients leaves 127.0.0.1 out otherwise."""
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"])


async def agree(*people: Guest) -> None:
    for who in people:
        for scope in ("voice", "transcript"):
            await who.put(f"/people/me/consents/{scope}")


async def test_what_is_said_is_read_by_the_room_and_by_the_audit_and_is_gone_with_its_speaker(speaking_house):
    async with guests(speaking_house, tia="tutor", ada="student", kim="auditor", root="admin") as people:
        tia, ada, kim, root = people
        room = await room_with(tia, ada)
        await agree(ada)
        assert await ada.get(f"/rooms/{room}/spoken") == {
            "transcripts": False,
            "text_to_model": False,
            "facilitator_voice": False,
        }
        await tia.post(f"/rooms/{room}/transcripts", on=True)
        async with (
            tia.stream(f"/rooms/{room}/feed") as feed,
            voice(ada, room, (500, 1000), (1500, 3000), (2000, 0)),
        ):
            heard = [(await feed.until("turn.transcribed.v1"))["event"] for _ in range(2)]
        assert [(one["text"], one["language"]) for one in heard] == [(SHORT, "en"), (LONG, "de")]
        for one, length in zip(heard, (1000, 3000), strict=True):
            assert (one["person"], one["piece"], one["recogniser"]) == (ada.person, 0, "scripted")
            assert one["ended"] - one["started"] == pytest.approx(length, abs=300)
        assert (await ada.get(f"/rooms/{room}/spoken"))["transcripts"]
        then = await kim.get(f"/audit/rooms/{room}")
        assert [(one["person"], one["text"]) for one in then["transcripts"]] == [
            (ada.person, SHORT),
            (ada.person, LONG),
        ]
        before = await kim.get(f"/audit/rooms/{room}", at=then["transcripts"][1]["position"] - 1)
        assert [one["text"] for one in before["transcripts"]] == [SHORT]

        await root.post(f"/people/{ada.person}/erase")
        then = await kim.get(f"/audit/rooms/{room}")
        assert [one["text"] for one in then["transcripts"]] == ["[erased]", "[erased]"]


async def test_only_who_agreed_is_written_down_and_only_while_the_room_wants_it(speaking_house):
    async with guests(speaking_house, tia="tutor", ada="student", ben="student", kim="auditor") as people:
        tia, ada, ben, kim = people
        room = await room_with(tia, ada, ben)
        await agree(ada)
        await ben.put("/people/me/consents/voice")
        await tia.post(f"/rooms/{room}/transcripts", on=True)
        async with tia.stream(f"/rooms/{room}/feed") as feed:
            async with (
                voice(ben, room, (500, 700), (1500, 0)),
                voice(ada, room, (900, 700), (2500, 1000), (3000, 0)),
            ):
                await feed.until("turn.transcribed.v1", lambda data: data["event"]["person"] == ada.person)
                await tia.post(f"/rooms/{room}/transcripts", on=False)
                await feed.until("room.transcripts-set.v1", lambda data: not data["event"]["on"])
                await feed.until("turn.taken.v1", lambda data: data["event"]["person"] == ada.person)
            await tia.post(f"/rooms/{room}/messages", text="All has been said.")
            await feed.until("room.message-sent.v1")
        then = await kim.get(f"/audit/rooms/{room}")
        assert sum(one["turns"] for one in then["spoke"]) == 3
        assert [one["person"] for one in then["transcripts"]] == [ada.person]


async def test_students_do_not_turn_it_on(speaking_house):
    async with guests(speaking_house, ada="student", tia="tutor") as (ada, tia):
        room = await room_with(ada)
        for what in ("transcripts", "text-to-model", "facilitator-voice"):
            assert await ada.refused("POST", f"/rooms/{room}/{what}", json={"on": True}) == (
                403,
                "only-for-tutors",
            )
            assert await tia.refused("POST", f"/rooms/{room}/{what}", json={"on": 1}) == (400, "invalid")
            assert await tia.refused("POST", f"/rooms/nowhere/{what}", json={"on": True}) == (
                404,
                "unknown-room",
            )


async def test_where_nothing_writes_down_it_cannot_be_turned_on(house):
    async with guests(house, tia="tutor") as (tia,):
        room = await room_with(tia)
        refused = await tia.refused("POST", f"/rooms/{room}/transcripts", json={"on": True})
        assert refused == (409, "no-recogniser")
        await tia.post(f"/rooms/{room}/transcripts", on=False)


async def test_on_the_page_a_tutor_turns_it_on_and_all_read_what_was_said(
    speaking_house: RunningHouse, tmp_path: Path
):
    need_folder(PROJECT / "web" / "dist", "the built pages (make web)")
    chromium, espeak = need("chromium"), need("espeak-ng")
    microphone = speech(tmp_path, "ada", LITTLE, espeak, pause=2)
    async with guests(speaking_house, tia="tutor", ada="student") as (tia, ada):
        room = await room_with(tia, ada)

        def link(guest: Guest) -> str:
            return (
                f"{speaking_house.url}/room?id={room}&token={speaking_house.token(guest.person, guest.role)}"
            )

        async with (
            async_playwright() as playwright,
            browser(playwright, chromium, None) as tias,
            browser(playwright, chromium, microphone) as adas,
        ):
            await tias.page.goto(link(tia))
            await tias.part("join-silent-button").click()
            await tias.part("set-transcripts").click(timeout=10_000)
            await expect(tias.part("set-transcripts")).to_be_checked()
            await adas.page.goto(link(ada))
            await adas.part("consent-transcript").check()
            await adas.enter(link(ada))
            for page in (tias, adas):
                await expect(page.part("captions")).to_contain_text(f"Ada {SHORT}", timeout=15_000)
            await expect(adas.part("set-transcripts")).to_have_count(0)
            await tias.part("set-transcripts").click()
            for page in (tias, adas):
                await expect(page.part("captions")).to_have_count(0)
            await tias.part("set-text-to-model").click()
            await expect(adas.part("read-along")).to_be_visible()
            await tias.part("set-text-to-model").click()
            await expect(adas.part("read-along")).to_have_count(0)
            assert (tias.errors, adas.errors) == ([], [])
