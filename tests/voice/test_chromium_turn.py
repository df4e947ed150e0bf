"""A real browser that may go by a TURN server alone."""

from pathlib import Path

from playwright.async_api import Browser

from rooms.voice.ice_lite import IceLiteEngine
from tests.voice.client import script
from tests.voice.coturn import coturn
from tests.voice.ears import Ears
from tests.voice.test_chromium import browser, site
from tests.voice.test_turn import minted
from tests.voice.test_voices import slot_of

__all__ = ["browser", "site"]


async def test_chromium_hears_and_is_heard_where_only_a_turn_server_can_be_reached(
    engine: IceLiteEngine, ears: Ears, site: str, browser: Browser, client, tmp_path: Path
):
    async with coturn(tmp_path) as port:
        [server] = minted(port, "udp")
        given = {"urls": list(server.urls), "username": server.username, "credential": server.credential}
        page, ben = await browser.new_page(), client(script(*[(300, 1200)] * 30), 1)
        await page.goto(site)
        relay = {"iceServers": [given], "iceTransportPolicy": "relay"}
        await page.evaluate("relay => join('ada', 1, relay)", relay)
        await ben.join(engine, "algebra", "ben")
        await ears.until(lambda: ears.hears("ada") == {"ben"} and ears.hears("ben") == {"ada"})
        await page.evaluate("hears('1', 50, 0.001)")
        await ben.hears(slot_of(ears, "ben", "ada"))
        assert await page.evaluate("way()") == "relay"
        await page.close()
