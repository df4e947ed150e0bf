"""The same with a real browser: two tabs of headless Chromium with a fake microphone that speaks."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import Browser, async_playwright

from rooms.voice.ice_lite import IceLiteEngine
from tests.need import need
from tests.voice.ears import Ears

PAGE = Path(__file__).with_name("page.html")
SPEECH = "The sum of the angles of a triangle is two right angles. Let us see why that is so. " * 4
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--allow-loopback-in-peer-connection",
    "--disable-background-networking",
    "--autoplay-policy=no-user-gesture-required",
]


class Site:
    """The page, and the three voice requests, over just enough HTTP."""

    def __init__(self, engine: IceLiteEngine) -> None:
        self._engine = engine

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        method, target, _ = head.split("\r\n")[0].split(" ")
        lengths = [line for line in head.lower().split("\r\n") if line.startswith("content-length:")]
        body = await reader.readexactly(int(lengths[0].split(":")[1])) if lengths else b""
        headers, content = await self._answer(method, target, body.decode())
        data = content.encode()
        writer.write(
            f"HTTP/1.1 200 OK\r\n{headers}Connection: close\r\nContent-Length: {len(data)}\r\n\r\n".encode()
        )
        writer.write(data)
        await writer.drain()
        writer.close()

    async def _answer(self, method: str, target: str, body: str) -> tuple[str, str]:
        url = urlsplit(target)
        if method == "POST":
            joined = await self._engine.join("algebra", parse_qs(url.query)["person"][0], body)
            return f"Location: /voice/{joined.voice}\r\n", joined.sdp
        if method == "PATCH":
            return "", await self._engine.restart(url.path.rsplit("/", 1)[1], body)
        return "Content-Type: text/html\r\n", PAGE.read_text() if url.path == "/" else ""


@pytest.fixture
async def site(engine: IceLiteEngine) -> AsyncIterator[str]:
    server = await asyncio.start_server(Site(engine).serve, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    server.close()
    await server.wait_closed()


@pytest.fixture
async def browser(tmp_path: Path) -> AsyncIterator[Browser]:
    chromium, espeak = need("chromium"), need("espeak-ng")
    wav = tmp_path / "speech.wav"
    subprocess.run([espeak, "-w", str(wav), SPEECH], check=True)  # noqa: ASYNC221 - nothing else runs yet
    flags = [*FLAGS, f"--use-file-for-fake-audio-capture={wav}"]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, headless=True, args=flags)
        yield browser
        await browser.close()


async def test_two_tabs_hear_each_other_and_go_on_hearing_after_an_ice_restart(
    engine: IceLiteEngine, ears: Ears, site: str, browser: Browser
):
    ada, ben = await browser.new_page(), await browser.new_page()
    for page, person in ((ada, "ada"), (ben, "ben")):
        await page.goto(site)
        await page.evaluate("person => join(person, 3)", person)
    await ears.until(lambda: ears.hears("ada") == {"ben"} and ears.hears("ben") == {"ada"})
    assert list(ears.bound["ada"]) == ["1", "2", "3"]
    for page in (ada, ben):
        heard = await page.evaluate("hears('1', 50, 0.001)")
        assert heard["lost"] == 0
    assert await ada.evaluate("level('1')") is not None
    await ears.until(lambda: {person for person, _, _ in ears.began} == {"ada", "ben"})

    ufrags = await ada.evaluate("answer.match(/ice-ufrag:(.*)/)[1]")
    before = await ben.evaluate("hears('1', 50, 0.001)")
    await ada.evaluate("restart()")
    assert await ada.evaluate("answer.match(/ice-ufrag:(.*)/)[1]") != ufrags
    after = await ben.evaluate(f"hears('1', {before['packets'] + 150}, {before['energy']})")
    assert after["lost"] - before["lost"] <= 3
    assert await ada.evaluate("pc.connectionState") == "connected"
    assert ears.gone == []

    await ada.close()
    await ears.until(lambda: ears.gone != [], seconds=7)
    assert ears.gone[0][0] == "ada"
    assert ears.hears("ben") == set()
    assert {turn.person for turn in ears.turns} >= {"ada"}
