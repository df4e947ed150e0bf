"""Two students and a tutor meet; an auditor looks at it later; everything dies and comes back."""

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import msgspec
import psutil
import pytest
from msgspec.structs import replace
from playwright.async_api import async_playwright, expect

from infra.demo import PROBLEMS
from rooms.facilitator.policy import STANDARD
from tests.house import PROJECT, RunningHouse, home
from tests.need import need, need_folder
from tests.story.browsers import Person, browser
from tests.story.speech import LITTLE, MUCH, silence, speech

ROOM = "algebra"
OTHERS = ("consensus", "stuck", "reasons", "alone", "overlap", "silence", "drift")
QUICK = replace(STANDARD.scaled(1 / 15, "story"), hold_out=0.0, off=OTHERS)
"""The standard policy in a fifteenth of its time, about who is left out: windows of twelve seconds."""


@pytest.fixture
def own_house(tmp_path: Path) -> Iterator[RunningHouse]:
    """A house with servers of its own, which may all be killed."""
    need_folder(PROJECT / "web" / "dist", "the built pages (make web)")
    policy = tmp_path / "policy.json"
    policy.write_bytes(msgspec.json.encode(QUICK))
    with home() as folder:
        house = RunningHouse(folder, arguments=("up", "--no-demo", "--policy", str(policy)))
        yield house.start()
        if house.process and house.process.poll() is None:
            house.stop()


@pytest.fixture
async def people(own_house: RunningHouse, tmp_path: Path) -> AsyncIterator[dict[str, Person]]:
    """Ada speaks much, Ben is silent, Tia, the tutor, says little: a browser and a microphone each."""
    chromium, espeak = need("chromium"), need("espeak-ng")
    microphones = {
        "ada": speech(tmp_path, "ada", MUCH, espeak),
        "ben": silence(tmp_path, "ben"),
        "tia": speech(tmp_path, "tia", LITTLE, espeak, pause=2),
    }
    async with async_playwright() as playwright, AsyncExitStack() as stack:
        yield {
            who: await stack.enter_async_context(browser(playwright, chromium, microphone))
            for who, microphone in microphones.items()
        }


async def test_two_students_and_a_tutor_meet_an_auditor_looks_and_everything_survives_a_kill(
    own_house: RunningHouse, people: dict[str, Person], tmp_path: Path
):
    house, ada, ben, tia = own_house, people["ada"], people["ben"], people["tia"]
    async with house.client("root", "admin") as admin, house.client("tia", "tutor") as tutor:
        await furnish(admin)

        await they_meet(house, ada, ben, tia)
        await they_write_on_one_board(ada, ben)
        await they_hear_each_other(ada, ben, tia, tutor)
        await answers_move_the_figures_on_screen(tutor, ada, ben)
        await the_silent_student_is_addressed(ben, ada)
        middle = await the_room_now(house)
        await the_reschedule_rate_follows(admin, tutor)

        await ada.write("Written after the middle. ")
        await ben.sees_on_board("Written after the middle.")
        await expect(ada.part("saved-state")).to_have_attribute("data-state", "saved")
        await an_auditor_sees_the_middle(house, middle, tmp_path)

        upto = await head(house)
        before = await everything(house, upto)
        await everything_is_killed_and_starts_again(house)
        assert await everything(house, upto) == before
        await ben.write("Back again. ")
        await ada.sees_on_board("Back again.", "Written after the middle.", "Half is three sixths.")
        for person in (ada, ben, tia):
            assert person.errors == []
    assert house.stop() == 0
    verified = RunningHouse(house.home, arguments=("verify",)).run()
    assert "every view equals a rebuild" in verified


async def furnish(admin: httpx.AsyncClient) -> None:
    """People, a room, problems."""
    for person, name, role in (("ada", "Ada", "student"), ("ben", "Ben", "student"), ("tia", "Tia", "tutor")):
        await ok(admin.post("/people", json={"person": person, "name": name, "role": role}))
    await ok(admin.post("/rooms", json={"room": ROOM, "title": "Algebra"}))
    for problem in PROBLEMS:
        body = msgspec.to_builtins(problem)
        await ok(admin.post("/problems", json={name: body[name] for name in body if name != "type"}))


async def they_meet(house: RunningHouse, ada: Person, ben: Person, tia: Person) -> None:
    """They open the page, consent to be heard, and are in the room together."""
    for person, name, role in ((ada, "ada", "student"), (ben, "ben", "student"), (tia, "tia", "tutor")):
        await person.enter(f"{house.url}/room?id={ROOM}&token={house.token(name, role)}")
    for person in (ada, ben, tia):
        for name in ("ada", "ben", "tia"):
            await expect(person.part(f"member-{name}")).to_be_visible()


async def they_write_on_one_board(ada: Person, ben: Person) -> None:
    """Both write at once; each sees the other's text and cursor."""
    await ada.write("Half is three sixths. ")
    await ben.write("A third is two sixths. ")
    for person in (ada, ben):
        await person.sees_on_board("Half is three sixths.", "A third is two sixths.")
    assert await ada.board() == await ben.board()
    await expect(ada.page.locator(".cm-ySelectionInfo", has_text="Ben")).to_have_count(1)
    await expect(ben.page.locator(".cm-ySelectionInfo", has_text="Ada")).to_have_count(1)


async def they_hear_each_other(ada: Person, ben: Person, tia: Person, tutor: httpx.AsyncClient) -> None:
    """Voices arrive as sound, and turns of speech in the log."""
    for person in (ada, ben, tia):
        await person.hears_more_than(0.01)
    await expect(ben.part("member-ada")).to_have_attribute("data-speaking", "true", timeout=15_000)
    await tutor_sees_turns(tutor)


async def tutor_sees_turns(tutor: httpx.AsyncClient) -> None:
    """Follow the room's feed until Ada has taken a turn."""
    async with tutor.stream("GET", f"/rooms/{ROOM}/feed", headers={"Last-Event-ID": "1"}) as feed:
        async for line in feed.aiter_lines():
            if line.startswith("data: ") and '"turn.taken.v1"' in line:
                event = json.loads(line[6:])["event"]
                assert event["ended"] > event["started"]
                if event["person"] == "ada":
                    return


async def answers_move_the_figures_on_screen(tutor: httpx.AsyncClient, ada: Person, ben: Person) -> None:
    """Mastery, XP, quest and leaderboard change by themselves: the page asks for none of them again."""
    await ok(tutor.post(f"/rooms/{ROOM}/problem", json={"problem": "half-plus-third"}))
    await expect(ada.part("problem")).to_have_attribute("data-problem", "half-plus-third")
    asked = len(ada.requests)

    assert await (await ada.answers("5/6")).get_attribute("data-correct") == "true"
    await expect(ada.part("xp")).to_contain_text("10")
    await expect(ada.part("mastery-fractions")).to_have_attribute("data-answers", "1")
    await expect(ada.part("quest-daily-five")).to_contain_text("1 of 5")
    await expect(ada.part("leaderboard-row-ada")).to_contain_text("10")
    await expect(ben.part("leaderboard-row-ada")).to_contain_text("10")

    assert await (await ben.answers("2/5")).get_attribute("data-correct") == "false"
    await expect(ben.part("xp")).to_contain_text("1")
    await expect(ada.part("leaderboard-row-ben")).to_be_visible()

    figures = [url for url in ada.requests[asked:] if "/learners/" in url or "/leaderboards/" in url]
    assert figures == []


async def the_silent_student_is_addressed(ben: Person, ada: Person) -> None:
    """The facilitator invites Ben by name, where all can read it, and says why."""
    for person in (ben, ada):
        said = person.page.locator("[data-testid=facilitator-message][data-person=ben]").first
        await expect(said).to_contain_text("Ben", timeout=45_000)
        await said.get_by_test_id("why-button").click()
        await expect(said.get_by_test_id("why-text")).to_contain_text(" s")


async def the_room_now(house: RunningHouse) -> dict[str, object]:
    """The room as the auditor sees it at this moment."""
    async with house.client("uma", "auditor") as auditor:
        return (await ok(auditor.get(f"/audit/rooms/{ROOM}"))).json()


async def the_reschedule_rate_follows(admin: httpx.AsyncClient, tutor: httpx.AsyncClient) -> None:
    """The tutor moves one lesson and completes another: one of two was moved."""
    now = datetime.now(UTC)
    for session, learner, ahead in (
        ("first", "ada", timedelta(minutes=10)),
        ("second", "ben", timedelta(days=2)),
    ):
        times = {
            "starts": (now + ahead).isoformat(),
            "ends": (now + ahead + timedelta(minutes=45)).isoformat(),
        }
        await ok(
            admin.post("/sessions", json={"session": session, "tutor": "tia", "learner": learner, **times})
        )
    moved = {
        "starts": (now + timedelta(days=3)).isoformat(),
        "ends": (now + timedelta(days=3, minutes=45)).isoformat(),
        "reason": "illness",
    }
    await ok(tutor.post("/sessions/second/reschedule", json=moved))
    await ok(tutor.post("/sessions/first/start"))
    done = await ok(tutor.post("/sessions/first/complete"))
    scores = await ok(tutor.get("/tutors/tia/scores", params={"at_least": done.json()["position"]}))
    assert (scores.json()["rescheduled_by_tutor"], scores.json()["completed"]) == (1, 1)
    assert scores.json()["rate"] == 0.5


async def an_auditor_sees_the_middle(house: RunningHouse, middle: dict[str, object], folder: Path) -> None:
    """The room at the middle's position is the room that was there, by the API and on the page."""
    position = middle["position"]
    async with house.client("uma", "auditor") as auditor:
        then = (await ok(auditor.get(f"/audit/rooms/{ROOM}", params={"at": position}))).json()
    for part in ("board", "members", "messages", "facilitator", "authors"):
        assert then[part] == middle[part], part
    assert {m["person"] for m in then["members"]} == {"ada", "ben", "tia"}
    assert any(speaker["person"] == "ada" and speaker["talk_ms"] > 0 for speaker in then["spoke"])
    assert any("Ben" in word["text"] and word["why"] for word in then["facilitator"])
    assert "Written after the middle." not in then["board"]["text"]
    async with (
        async_playwright() as playwright,
        browser(playwright, need("chromium"), None) as uma,
    ):
        token = house.token("uma", "auditor")
        await uma.page.goto(f"{house.url}/audit?id={ROOM}&token={token}")
        await expect(uma.part("audit-board")).to_contain_text("Written after the middle.")
        slider = uma.part("audit-slider")
        await slider.evaluate(
            "(s, p) => { s.value = p; for (const e of ['input', 'change']) s.dispatchEvent(new Event(e)); }",
            position,
        )
        await expect(uma.part("audit-board")).not_to_contain_text("Written after the middle.")
        await expect(uma.part("audit-board")).to_contain_text("Half is three sixths.")
        await expect(uma.part("audit-facilitator")).to_contain_text("Ben")
        assert uma.errors == []


async def head(house: RunningHouse) -> int:
    """The last position of the log."""
    async with house.client("uma", "auditor") as auditor:
        return (await auditor.get("/health")).json()["parts"]["log"]["head"]


async def everything(house: RunningHouse, upto: int) -> dict[str, object]:
    """What the views show, once they have come to the head; what the facilitator said, up to a position."""
    async with house.client("uma", "auditor") as auditor, house.client("tia", "tutor") as tutor:
        at_least = await head(house)
        answers = {}
        for client, path in (
            (auditor, "/learners/ada/mastery"),
            (auditor, "/learners/ada/quests"),
            (auditor, "/learners/ben/quests"),
            (auditor, "/leaderboards/xp"),
            (tutor, "/tutors/tia/scores"),
        ):
            answers[path] = (await ok(client.get(path, params={"at_least": at_least}))).json()
        room = (await ok(auditor.get(f"/rooms/{ROOM}", params={"at_least": at_least}))).json()
        heard = [each for each in room["interventions"] if each["position"] <= upto]
        answers["said"] = (room["messages"], heard, room["problem"], room["title"])
        return answers


async def everything_is_killed_and_starts_again(house: RunningHouse) -> None:
    """SIGKILL to every process at once, none of which has time to write anything."""
    assert house.process is not None
    whole = psutil.Process(house.process.pid)
    family = [whole, *whole.children(recursive=True)]
    assert {"postgres", "nats-server", "redis-server"} <= {process.name() for process in family}
    for process in family:
        with suppress(psutil.NoSuchProcess):  # the servers go down with the house, on Linux
            process.kill()
    psutil.wait_procs(family)
    house.kill()
    house.environment = {**house.environment, "LYCEUM_PORT": str(urlsplit(house.url).port)}
    house.start()


async def ok(request) -> httpx.Response:
    """The response, which must be a success."""
    response = await request
    assert response.is_success, response.text
    return response
