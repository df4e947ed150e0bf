"""People at their browsers: headless Chromium, one for each, with a microphone that plays a file."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Locator, Page, Playwright, expect

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--allow-loopback-in-peer-connection",
    "--autoplay-policy=no-user-gesture-required",
)
PATIENCE = 20
HEARD = """async () => {
  if (!window.lyceum?.peer) return 0;
  const reports = [...(await window.lyceum.peer.getStats()).values()];
  return Math.max(0, ...reports.filter(r => r.type === "inbound-rtp").map(r => r.totalAudioEnergy ?? 0));
}"""


class Person:
    """Somebody at a page."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.requests: list[str] = []
        self.errors: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def part(self, name: str) -> Locator:
        """What the page marks with this test id."""
        return self.page.get_by_test_id(name)

    async def enter(self, link: str) -> None:
        """Open the room's page, agree to be heard and to appear on leaderboards, and join."""
        await self.page.goto(link)
        await self.part("consent-voice").check()
        await self.part("consent-leaderboard").check()
        await self.part("join-button").click()
        await expect(self.part("voice-state")).to_have_attribute("data-state", "on", timeout=15_000)

    async def write(self, text: str) -> None:
        """Write at the top of the board, key by key."""
        await self.page.locator(".cm-content").click()
        await self.page.keyboard.press("Control+Home")
        await self.page.keyboard.type(text, delay=20)

    async def board(self) -> str:
        """The board's text."""
        return await self.page.evaluate("window.lyceum.doc.getText('text').toString()")

    async def sees_on_board(self, *texts: str) -> None:
        """Wait until all of this stands on the board."""
        await self.page.wait_for_function(
            "texts => texts.every(t => window.lyceum.doc.getText('text').toString().includes(t))",
            arg=list(texts),
        )

    async def until(self, condition: str, argument: Any = None, pause: int = 100) -> None:
        """Wait until an asynchronous function of the page says yes, asked every `pause` ms.

        Playwright's own `wait_for_function` takes the promise for a yes.
        """
        asks = """async ([condition, argument, pause]) => {
          const holds = eval(condition);
          while (!(await holds(argument))) await new Promise(resume => setTimeout(resume, pause));
        }"""
        async with asyncio.timeout(PATIENCE):
            await self.page.evaluate(asks, [condition, argument, pause])

    async def hears_more_than(self, energy: float) -> None:
        """Wait until some voice has brought so much sound."""
        await self.until(f"async e => (await ({HEARD})()) > e", energy)

    async def answers(self, text: str) -> Locator:
        """Answer the problem that the room works on; what the page says to it."""
        await self.part("answer-input").fill(text)
        await self.part("answer-submit").click()
        result = self.part("answer-result")
        await result.wait_for()
        return result


@asynccontextmanager
async def browser(
    playwright: Playwright,
    chromium: str,
    microphone: Path | None,
    flags: Sequence[str] = (),
    **options: Any,
) -> AsyncIterator[Person]:
    """A browser of somebody's own, closed at the end. Of two equal flags the later one counts."""
    heard = (f"--use-file-for-fake-audio-capture={microphone}",) if microphone else ()
    launched = await playwright.chromium.launch(executable_path=chromium, args=[*FLAGS, *heard, *flags])
    try:
        context = await launched.new_context(**({"viewport": {"width": 1280, "height": 800}} | options))
        yield Person(await context.new_page())
    finally:
        await launched.close()
