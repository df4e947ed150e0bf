"""A stage in three browsers: hands, the floor, a mute, a camera; their statistics say what is heard."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from playwright.async_api import async_playwright, expect

from tests.house import PROJECT, RunningHouse
from tests.need import need, need_folder
from tests.realtime.guests import fresh
from tests.story.browsers import Person, browser
from tests.story.speech import MUCH, silence, speech

RECEIVED = """async who => {
  const { peer, slots } = window.lyceum ?? {};
  const line = peer && slots.find(slot => slot.person === who.person && slot.what === who.what);
  if (!line) return { energy: 0, pictures: 0 };
  const reports = [...(await peer.getStats()).values()];
  const lines = reports.filter(r => r.type === "inbound-rtp" && r.mid === line.mid);
  const sum = name => lines.reduce((all, line) => all + (line[name] ?? 0), 0);
  return { energy: sum("totalAudioEnergy"), pictures: sum("framesDecoded") };
}"""
"""What came of somebody, on the line where they are now."""
QUIET = """async tutor => {
  const { peer, slots } = window.lyceum;
  if (!peer) return false;
  const hers = slots.find(slot => slot.person === tutor)?.mid;
  const lines = [...(await peer.getStats()).values()].filter(r => r.type === "inbound-rtp" && r.mid !== hers);
  const packets = lines.reduce((all, line) => all + line.packetsReceived, 0);
  const quiet = packets === window.packetsBefore;
  window.packetsBefore = packets;
  return quiet;
}"""
"""Whether no packet came since it was asked last, but the tutor's: who says nothing sends some, too."""


class Seat(Person):
    """Somebody in the room."""

    name: str
    id: str

    async def hears(self, other: "Seat") -> None:
        """Wait until more of somebody's voice arrives."""
        voice = {"person": other.id, "what": "voice"}
        heard = await self.page.evaluate(f"({RECEIVED})({voice})")
        more = f"async e => (await ({RECEIVED})({voice})).energy > e + 0.001"
        await self.until(more, heard["energy"])

    async def hears_nobody_but(self, tutor: "Seat") -> None:
        """Wait until no packets of others come any more, for the better part of a second."""
        await self.page.evaluate("window.packetsBefore = -1")
        await self.until(QUIET, tutor.id, pause=700)

    async def sees(self, other: "Seat") -> None:
        """Wait until ten pictures were seen."""
        camera = {"person": other.id, "what": "camera"}
        await self.until(f"async () => (await ({RECEIVED})({camera})).pictures >= 10")


@pytest.fixture
async def class_(house: RunningHouse, tmp_path: Path) -> AsyncIterator[tuple[Seat, Seat, Seat]]:
    """Tia, the tutor, is silent; Ada talks, and Ben would. Each agreed to be heard, and is in the room."""
    need_folder(PROJECT / "web" / "dist", "the built pages (make web)")
    chromium, espeak, room = need("chromium"), need("espeak-ng"), fresh("stage")
    microphones = {
        "tia": silence(tmp_path, "tia"),
        "ada": speech(tmp_path, "ada", MUCH, espeak),
        "ben": silence(tmp_path, "ben"),
    }
    async with async_playwright() as playwright, AsyncExitStack() as stack:
        admin = await stack.enter_async_context(house.client("root", "admin"))
        seats = []
        for name, microphone in microphones.items():
            person = await stack.enter_async_context(browser(playwright, chromium, microphone))
            seat, role = Seat(person.page), "tutor" if name == "tia" else "student"
            seat.name, seat.id = name, f"{name}-{room}"
            body = {"person": seat.id, "name": name.title(), "role": role}
            (await admin.post("/people", json=body)).raise_for_status()
            if not seats:
                opened = await admin.post("/rooms", json={"room": room, "title": "Office hour"})
                opened.raise_for_status()
            await seat.enter(f"{house.url}/room?id={room}&token={house.token(seat.id, role)}")
            seats.append(seat)
        yield tuple(seats)


async def test_on_a_stage_one_is_heard_with_the_floor_alone_and_nobody_who_is_muted(
    class_: tuple[Seat, Seat, Seat],
):
    tia, ada, ben = class_
    await ben.hears(ada)
    await the_floor_is_given_and_taken_back(tia, ada, ben)
    await a_mute_holds_until_it_is_lifted(tia, ada, ben)
    await a_camera_is_seen_while_it_is_allowed(tia, ada, ben)
    await a_change_of_network_is_outlived_by_the_same_voice(ada, ben)
    assert [seat.errors for seat in class_] == [[], [], []]


async def the_floor_is_given_and_taken_back(tia: Seat, ada: Seat, ben: Seat) -> None:
    """Nobody hears Ada without the floor, nor with it until she opens her microphone."""
    await tia.part("mode-stage").click()
    await ben.hears_nobody_but(tia)
    await expect(ada.part("mute-button")).to_be_disabled()
    await hands_go_up_in_order(tia, ada, ben)

    await tia.part(f"give-{ada.id}").click()
    await expect(ada.part("mute-button")).to_have_text("Unmute")
    await expect(ben.part(f"speakers-{ada.id}")).to_be_visible()
    await ben.hears_nobody_but(tia)
    await ada.part("mute-button").click()
    for listener in (tia, ben):
        await listener.hears(ada)

    await tia.part(f"take-{ada.id}").click()
    for listener in (tia, ben):
        await listener.hears_nobody_but(tia)
    await expect(ada.part("mute-button")).to_be_disabled()


async def a_mute_holds_until_it_is_lifted(tia: Seat, ada: Seat, ben: Seat) -> None:
    """Everybody speaks, and Ada is heard no longer once she is muted."""
    await tia.part("mode-open").click()
    await ada.part("mute-button").click()
    await ben.hears(ada)
    await decide(tia, ada, "mute")
    await ben.hears_nobody_but(tia)
    await expect(ada.part("mute-button")).to_have_text("You were muted")
    await expect(ben.part(f"member-{ada.id}")).to_have_attribute("data-muted", "true")
    await decide(tia, ada, "unmute")
    await ada.part("mute-button").click()
    await ben.hears(ada)


async def a_camera_is_seen_while_it_is_allowed(tia: Seat, ada: Seat, ben: Seat) -> None:
    """Off for everybody until the tutor allows it to one."""
    await expect(ada.part("camera-button")).to_have_count(0)
    await decide(tia, ada, "allow")
    await ada.part("camera-button").click()
    for seat in (tia, ben):
        await expect(seat.part(f"tile-{ada.id}-camera")).to_be_visible()
        await seat.sees(ada)
    await decide(tia, ada, "end")
    for seat in (tia, ben, ada):
        await expect(seat.part(f"tile-{ada.id}-camera")).to_have_count(0)
    await expect(ada.part("camera-button")).to_have_count(0)


async def hands_go_up_in_order(tia: Seat, ada: Seat, ben: Seat) -> None:
    """Both raise a hand; all see who was first."""
    for seat in (ada, ben):
        await seat.part("hand-button").click()
        await expect(seat.part("hand-button")).to_have_attribute("aria-pressed", "true")
    for seat in (tia, ada, ben):
        await expect(seat.part("hands").locator("li")).to_have_count(2)
        first = seat.part("hands").locator("li").first
        await expect(first).to_have_attribute("data-testid", f"hands-{ada.id}")


async def decide(tia: Seat, about: Seat, act: str) -> None:
    """The tutor decides something about somebody, in the menu beside their name."""
    await tia.part(f"more-{about.id}").click()
    await tia.part(f"{act}-choice").click()


async def a_change_of_network_is_outlived_by_the_same_voice(ada: Seat, ben: Seat) -> None:
    """The browser says that its network has changed: ICE is restarted, nobody joins anew."""
    joined: list[str] = []
    ada.page.on("request", lambda request: joined.append(request.method))
    async with ada.page.expect_response(lambda answer: answer.request.method == "PATCH") as answered:
        await ada.page.evaluate("dispatchEvent(new Event('online'))")
    assert (await answered.value).status == 200
    await expect(ada.part("voice-state")).to_have_attribute("data-state", "on")
    await ben.hears(ada)
    assert "POST" not in joined


async def test_whoever_may_not_use_their_microphone_is_told_what_to_do_and_listens(house: RunningHouse):
    need_folder(PROJECT / "web" / "dist", "the built pages (make web)")
    room, flags = fresh("stage"), ["--use-fake-ui-for-media-stream=deny"]
    async with house.client("root", "admin") as admin, async_playwright() as playwright:
        (await admin.post("/people", json={"person": room, "name": "Cyd"})).raise_for_status()
        (await admin.post("/rooms", json={"room": room, "title": "Quiet"})).raise_for_status()
        async with browser(playwright, need("chromium"), None, flags) as cyd:
            await cyd.enter(f"{house.url}/room?id={room}&token={house.token(room)}")
            await expect(cyd.part("voice-state")).to_have_text("No microphone")
            await expect(cyd.part("toast")).to_contain_text("does not let this page use the microphone")
            await cyd.part("sound-button").click()
            await expect(cyd.part("microphone-trouble")).to_be_visible()
            assert cyd.errors == []
