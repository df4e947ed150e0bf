"""Whoever looks back at a room hears what was said when it was said, and sees who speaks, and the board."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from playwright.async_api import async_playwright, expect

from tests.house import PROJECT, RunningHouse
from tests.need import need, need_folder
from tests.realtime.guests import guests, room_with
from tests.recording.spoken import encoded, packets
from tests.recording.stored import stored
from tests.story.browsers import Person, browser

HEARD = """async (ms) => {
  const found = [], page = document.querySelector("ly-audit-page").shadowRoot;
  for (const end = performance.now() + ms; performance.now() < end; ) {
    await new Promise(resume => setTimeout(resume, 40));
    const voices = window.lyceumVoices, now = voices.now, heard = {}, shown = {};
    for (const {person} of voices.people) {
      const ear = voices.ear(person), bins = new Float32Array(ear.frequencyBinCount);
      ear.getFloatFrequencyData(bins);
      const peak = bins.indexOf(Math.max(...bins));
      heard[person] = voices.loudness(person) > 0.02 ? peak * ear.context.sampleRate / ear.fftSize : 0;
      const row = page.querySelector(`[data-testid="voice-${person}"]`);
      shown[person] = row?.dataset.speaking === "true";
    }
    const board = page.querySelector('[data-testid="audit-board"]');
    found.push({now, heard, shown, board: board.textContent});
  }
  return found;
}"""


@dataclass
class Past:
    """A room with two who were recorded: from `began` on Ada for 2 s at 400 Hz, 1.5 s later Ben at 1000."""

    room: str
    ada: str
    ben: str
    eve: str
    began: int


@pytest.fixture
async def past(house: RunningHouse) -> AsyncIterator[Past]:
    need_folder(PROJECT / "web" / "dist", "the built pages (make web)")
    people = {"tia": "tutor", "ada": "student", "ben": "student", "eve": "student", "root": "admin"}
    async with guests(house, **people) as (tia, ada, ben, eve, root):
        for guest, name in ((ada, "Ada"), (ben, "Ben")):
            await root.post("/people", person=guest.person, name=name)
        room = await room_with(tia, ada, ben, eve)
        async with ada.board(room) as board:
            await board.write("Thirds")
        then = {"board": {"text": ""}}
        async with asyncio.timeout(10):
            while then["board"]["text"] != "Thirds":  # it is in the log a moment later
                then = await tia.get(f"/rooms/{room}/board")
        began = round(datetime.fromisoformat(then["time"]).timestamp() * 1000)
        await stored(house, room, ada.person, packets(encoded((400, 2000))), began)
        await stored(house, room, ben.person, packets(encoded((1000, 2500))), began + 1500)
        await eve.post(f"/rooms/{room}/leave")
        yield Past(room, ada.person, ben.person, eve.person, began)


@pytest.fixture
async def visitor() -> AsyncIterator[Person]:
    async with async_playwright() as playwright, browser(playwright, need("chromium"), None) as person:
        yield person


def between(samples: list[dict[str, Any]], past: Past, start: int, end: int) -> list[dict[str, Any]]:
    """Those of an interval, in ms since it began, without its edges."""
    found = [each for each in samples if start + 250 < each["now"] - past.began < end - 250]
    assert found
    return found


def mostly(found: list[dict[str, Any]], person: str, hertz: int) -> bool:
    """Whether a pitch was heard, or silence, but for the moment in which a voice is set right."""
    right = [each for each in found if abs(each["heard"][person] - hertz) < 60]
    return len(right) >= 0.8 * len(found)


async def open_past(visitor: Person, house: RunningHouse, past: Past, token: str) -> None:
    await visitor.page.goto(f"{house.url}/audit?id={past.room}&token={token}")
    await expect(visitor.part(f"voice-{past.ada}")).to_be_visible()
    first = await visitor.page.evaluate("document.querySelector('ly-audit-page').moment.first")
    await visitor.part("audit-slider").fill(str(first))
    await expect(visitor.part("audit-time")).to_have_attribute("data-position", str(first))


async def test_an_auditor_hears_what_was_said_when_it_was_said(house, past, visitor):
    await open_past(visitor, house, past, house.token("uma", "auditor"))
    await visitor.part("audit-play").click()
    await visitor.page.wait_for_function("at => window.lyceumVoices.now > at", arg=past.began - 300)
    samples = await visitor.page.evaluate(HEARD, 4300)
    alone = between(samples, past, 0, 1500)
    assert mostly(alone, past.ada, 400)
    assert mostly(alone, past.ben, 0)
    both = between(samples, past, 1400, 2100)
    assert mostly(both, past.ada, 400)
    assert mostly(both, past.ben, 1000)
    after = between(samples, past, 2000, 4000)
    assert mostly(after, past.ada, 0)
    assert mostly(after, past.ben, 1000)
    assert sum(each["shown"][past.ada] for each in alone) > 0.6 * len(alone)
    assert not any(each["shown"][past.ben] for each in alone)
    assert {each["board"] for each in after} == {"Thirds"}
    assert visitor.errors == []


async def test_who_listens_can_pause_and_go_elsewhere(house, past, visitor):
    await open_past(visitor, house, past, house.token("uma", "auditor"))
    await visitor.part("audit-play").click()
    await visitor.page.wait_for_function("at => window.lyceumVoices.now > at", arg=past.began + 300)
    await visitor.part("audit-play").click()
    stopped = await visitor.page.evaluate(HEARD, 300)
    assert len({each["now"] for each in stopped}) == 1
    assert {each["heard"][past.ada] for each in stopped} == {0}
    await visitor.page.evaluate("at => window.lyceumVoices.start(at)", past.began + 2200)
    assert mostly(await sampled_while_ben_speaks(visitor), past.ben, 1000)


async def sampled_while_ben_speaks(visitor: Person) -> list[dict[str, Any]]:
    anybody = "() => window.lyceumVoices.people.some(({person}) => window.lyceumVoices.speaks(person))"
    await visitor.page.wait_for_function(anybody)
    return await visitor.page.evaluate(HEARD, 600)


async def test_the_absent_hear_it_too_and_see_the_board_of_then_alone(house, past, visitor):
    await open_past(visitor, house, past, house.token(past.eve, "student"))
    await visitor.part("audit-play").click()
    await visitor.page.wait_for_function("at => window.lyceumVoices.now > at", arg=past.began + 250)
    samples = await visitor.page.evaluate(HEARD, 900)
    assert mostly(between(samples, past, 200, 1300), past.ada, 400)
    await expect(visitor.part("audit-messages")).to_have_count(0)
    await expect(visitor.part("audit-board")).to_have_text("Thirds")
    assert visitor.errors == []
