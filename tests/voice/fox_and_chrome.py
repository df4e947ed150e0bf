"""A meeting of Firefox and Chromium; fails if they do not hear each other. Run by `test_firefox.py`."""

import asyncio
import tempfile
from pathlib import Path

from playwright.async_api import async_playwright, expect

from tests.house import RunningHouse, home
from tests.need import need
from tests.story.browsers import browser
from tests.story.speech import MUCH, speech
from tests.voice.firefox import PART, firefox

HEARS = """(async () => {
  const { peer, slots } = window.lyceum;
  const mid = slots.find(slot => slot.person && slot.what === "voice")?.mid;
  if (!peer || mid === undefined) return false;
  const lines = [...(await peer.getStats()).values()].filter(r => r.type === "inbound-rtp" && r.mid === mid);
  const energy = lines.reduce((all, line) => all + (line.totalAudioEnergy ?? 0), 0);
  const more = energy > (window.energyBefore ?? 0) + 0.001;
  if (more) window.energyBefore = energy;
  return more;
})()"""
"""Whether more of somebody's voice has come than when it was asked last."""


ON = f"{PART}('voice-state')?.dataset.state === 'on'"
UFRAG = "window.lyceum.peer.localDescription.sdp.match(/ice-ufrag:.*/)[0]"


async def furnish(house: RunningHouse) -> None:
    """Ada and Fay, and a room; Fay agrees to be heard."""
    async with house.client("root", "admin") as admin, house.client("fay") as fay:
        for name in ("ada", "fay"):
            (await admin.post("/people", json={"person": name, "name": name.title()})).raise_for_status()
        (await admin.post("/rooms", json={"room": "fox", "title": "Fox"})).raise_for_status()
        (await fay.put("/people/me/consents/voice")).raise_for_status()


async def meet(house: RunningHouse, folder: Path) -> None:
    """Ada in Chromium and Fay in Firefox hear each other, also after Fay's network has changed."""
    await furnish(house)
    link = f"{house.url}/room?id=fox&token="
    microphone = speech(folder, "ada", MUCH, need("espeak-ng"))
    async with (
        async_playwright() as playwright,
        browser(playwright, need("chromium"), microphone) as ada,
        firefox(need("firefox-esr"), folder) as fox,
    ):
        await ada.enter(link + house.token("ada"))
        await fox.goto(link + house.token("fay"))
        await fox.click("join-button")
        await fox.until(ON)
        await fox.until(HEARS)
        await ada.until(f"() => {HEARS}")
        await expect(ada.part("member-fay")).to_have_attribute("data-voice", "true")

        before = await fox.evaluate(UFRAG)
        await fox.evaluate("dispatchEvent(new Event('online'))")
        await fox.until(f"{UFRAG} !== {before!r} && {ON}")
        await fox.until(HEARS)
        await ada.until(f"() => {HEARS}")


def main() -> None:
    """In a network where nobody else is: pages over loopback, since only there microphones are allowed."""
    address = {"LYCEUM_HOST": "0.0.0.0", "LYCEUM_MEDIA_ADDRESSES": "10.9.9.1"}
    with home() as folder, tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as own:
        house = RunningHouse(folder, address).start()
        house.url = house.url.replace("0.0.0.0", "127.0.0.1")
        asyncio.run(meet(house, Path(own)))
        assert house.stop() == 0


if __name__ == "__main__":
    main()
