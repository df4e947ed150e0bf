"""From a keystroke to the other people at the board: between bare clients, and between real browsers."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from random import Random
from statistics import median

from playwright.async_api import Page, async_playwright

from benchmarks.measuring.clients import PATIENCE, ask, seated
from benchmarks.report import Row, spread
from tests.house import RunningHouse
from tests.story.browsers import Person, browser
from tests.story.speech import silence

KEY_PAUSE = 60
"""Milliseconds between keys in the browser: a fast typist's."""

# The pages' own clocks are compared with the machine's when that ticks over to the next millisecond.
CLOCK = """() => {
  let before = Date.now(), now = before;
  while (now === before) now = Date.now();
  return now - (performance.timeOrigin + performance.now());
}"""
TYPING = """() => {
  const text = window.lyceum.doc.getText('text');
  window.typed = []; let key = 0;
  addEventListener('keydown', e => { key = performance.timeOrigin + e.timeStamp; }, true);
  text.observe(() => { if (key) window.typed.push([text.length, key]); });
}"""
READING = """() => {
  const text = window.lyceum.doc.getText('text'), now = () => performance.timeOrigin + performance.now();
  window.seen = []; window.drawn = [];
  text.observe(() => {
    const length = text.length;
    window.seen.push([length, now()]);
    requestAnimationFrame(() => window.drawn.push([length, now()]));
  });
}"""


async def keystrokes(house: RunningHouse, quick: bool) -> list[Row]:
    """Both ways."""
    bare = await _between_clients(house, 200 if quick else 2000)
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        print("Chromium is not installed: no keystrokes between browsers.")
        return bare
    return [*bare, *await _between_browsers(house, chromium, 40 if quick else 400)]


async def _between_clients(house: RunningHouse, keys: int) -> list[Row]:
    """One types, two read; gaps of 5 to 25 ms, so that nothing settles into a rhythm."""
    room, people, gap = "keys", ("kim", "lou", "max"), Random(1)
    await _meet(house, room, people)
    async with AsyncExitStack() as stack:
        writer, *readers = [await stack.enter_async_context(seated(house, p, room)) for p in people]
        await asyncio.sleep(0.2)
        times: list[float] = []
        for length in range(1, keys + 1):
            typed = await writer.type("a")
            times.append(1000 * (max([await reader.until(length) for reader in readers]) - typed))
            await asyncio.sleep(gap.uniform(0.005, 0.025))
    return spread("keystroke → both other clients (y-websocket, no browser)", times, 20, 100)


async def _between_browsers(house: RunningHouse, chromium: str, keys: int) -> list[Row]:
    async with _two_pages(house, chromium) as (writer, reader):
        await writer.evaluate(TYPING)
        await reader.evaluate(READING)
        await writer.locator(".cm-content").click()
        await writer.keyboard.type("abcdefghij " * (keys // 11 + 1), delay=KEY_PAUSE)
        await reader.wait_for_function(
            "length => window.drawn.some(([n]) => n >= length)",
            arg=await writer.evaluate("window.typed.at(-1)[0]"),
            timeout=1000 * PATIENCE,
        )
        typed = await _noted(writer, "typed")
        seen, drawn = await _noted(reader, "seen"), await _noted(reader, "drawn")
    return [
        *spread("keystroke → the text in the other browser", _apart(typed, seen), 20, 100),
        *spread("keystroke → the next frame of the other browser", _apart(typed, drawn), None, 100),
    ]


async def _noted(page: Page, what: str) -> Sequence[tuple[int, float]]:
    """Lengths of the text and when they were noted, in ms since the epoch by the machine's clock."""
    ahead = median([await page.evaluate(CLOCK) for _ in range(9)])
    return [(length, at + ahead) for length, at in await page.evaluate(f"window.{what}")]


def _apart(typed: Sequence[tuple[int, float]], seen: Sequence[tuple[int, float]]) -> list[float]:
    """Milliseconds from each key to when the text was seen as long as it had made it."""
    return [next(at for reached, at in seen if reached >= length) - key for length, key in typed]


@asynccontextmanager
async def _two_pages(house: RunningHouse, chromium: str) -> AsyncGenerator[tuple[Page, Page], None]:
    """Two people in one room, each with a browser of their own and a microphone that hears nothing."""
    room, people = "pages", ("pia", "quin")
    await _meet(house, room, people)
    async with async_playwright() as playwright, AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        pages: list[Page] = []
        for person in people:
            opened: Person = await stack.enter_async_context(
                browser(playwright, chromium, silence(folder, person))
            )
            await opened.enter(f"{house.url}/room?id={room}&token={house.token(person)}")
            pages.append(opened.page)
        for page in pages:
            await page.get_by_test_id(f"member-{people[1]}").wait_for()
        yield pages[0], pages[1]


async def _meet(house: RunningHouse, room: str, people: Sequence[str]) -> None:
    """A room with these people in it."""
    async with house.client("root", "admin") as admin:
        await ask(admin, "POST", "/rooms", {"room": room, "title": "A study room"})
        for person in people:
            await ask(admin, "POST", "/people", {"person": person, "name": person.title()})
            async with house.client(person) as client:
                await ask(client, "POST", f"/rooms/{room}/join")
