"""Chromium as a client of voice: a page on the node's own origin, and a microphone that plays a file."""

import shutil
from collections.abc import Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, Route, sync_playwright

from benchmarks.measuring.voice_served import Node, person

PAGE = Path(__file__).with_name("voice_page.html")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--allow-loopback-in-peer-connection",
    "--disable-background-networking",
    "--autoplay-policy=no-user-gesture-required",
)


class NoBrowser(Exception):
    """Chromium is not installed."""


@dataclass
class Tab:
    """Somebody's page."""

    node: Node
    page: Page

    def microphone(self) -> int:
        """Ask for it; gives when it was there, in ms since the epoch."""
        return int(self.page.evaluate("microphone()"))

    def join(self, room: str, seat: int, slots: int = 3, via: int = 0) -> dict[str, float]:
        """Join the voice of a room: when it was answered, connected and when something was heard, in ms."""
        url = f"{self.node.house.url}/rooms/{room}/voice"
        token = self.node.house.token(person(room, seat))
        return dict(self.page.evaluate("args => join(...args)", [url, token, slots, via]))

    def restart(self) -> float:
        """Restart ICE; ms until it was agreed."""
        return float(self.page.evaluate("restart()"))

    def leave(self) -> None:
        """Leave the voice."""
        self.page.evaluate("leave()")

    def got(self) -> dict[str, int]:
        """What it has received: packets, lost, samples, concealed, silent (of those concealed)."""
        return dict(self.page.evaluate("got()"))


def since(now: dict[str, int], before: dict[str, int]) -> dict[str, int]:
    """What came in between."""
    return {name: now[name] - before[name] for name in now}


@contextmanager
def tabs(node: Node, microphones: Sequence[Path | None]) -> Generator[list[Tab], None, None]:
    """A browser for each microphone, whose file it plays once (without one: beeps). Raises `NoBrowser`."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        raise NoBrowser(NoBrowser.__doc__)
    with sync_playwright() as playwright, ExitStack() as stack:
        found: list[Tab] = []
        for sound in microphones:
            file = (f"--use-file-for-fake-audio-capture={sound}%noloop",) if sound else ()
            browser = playwright.chromium.launch(executable_path=program, args=[*FLAGS, *file])
            stack.callback(browser.close)
            found.append(Tab(node, _page(browser, node)))
        yield found


def _page(browser: Browser, node: Node) -> Page:
    page = browser.new_page()
    url = f"{node.house.url}/benchmark"

    def fulfil(route: Route) -> Any:
        route.fulfill(body=PAGE.read_text(), content_type="text/html")

    page.route(url, fulfil)
    page.goto(url)
    return page
