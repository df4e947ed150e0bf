"""Two people at all parts of one board, with one timer, an edit that is refused, and a line that breaks."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import async_playwright, expect

from tests.house import PROJECT, RunningHouse
from tests.need import need, need_folder
from tests.realtime.guests import fresh
from tests.story.browsers import Person, browser

MARGIN = 0.25
"""Where drawing begins, as a share of the whiteboard."""


@pytest.fixture
async def two(house: RunningHouse) -> AsyncIterator[tuple[Person, Person]]:
    """Ada at a desk and Ben at a telephone, in a room of their own."""
    need_folder(PROJECT / "web" / "dist", "the built pages (make web)")
    chromium, room = need("chromium"), fresh("parts")
    async with house.client("root", "admin") as admin:
        for person in ("ada", "ben"):
            body = {"person": f"{person}-{room}", "name": person.title(), "role": "student"}
            (await admin.post("/people", json=body)).raise_for_status()
        (await admin.post("/rooms", json={"room": room, "title": "Parts"})).raise_for_status()
    async with async_playwright() as playwright, AsyncExitStack() as stack:
        ada = await stack.enter_async_context(browser(playwright, chromium, None))
        phone = {"viewport": {"width": 390, "height": 760}, "has_touch": True}
        ben = await stack.enter_async_context(browser(playwright, chromium, None, **phone))
        for person, name in ((ada, "ada"), (ben, "ben")):
            link = f"{house.url}/room?id={room}&token={house.token(f'{name}-{room}')}"
            await person.page.goto(link)
            await person.part("join-button").click()
            await expect(person.part("saved-state")).to_have_attribute("data-state", "saved")
        yield ada, ben


async def test_two_people_share_all_parts_of_a_board(house: RunningHouse, two: tuple[Person, Person]):
    ada, ben = two
    await one_timer_ticks_for_both(ada, ben)
    await they_write_code(ada, ben)
    await they_draw(ada, ben)
    await mathematics_is_worked_out(ada, ben)
    await a_message_leads_to_its_place(ada, ben)
    await what_is_refused_is_said_and_the_page_goes_on(house, ada, ben)
    await what_was_written_without_a_line_outlives_a_reload(ada, ben)
    assert (ada.errors, ben.errors) == ([], [])


async def one_timer_ticks_for_both(ada: Person, ben: Person) -> None:
    """Both pages count down to one instant."""
    await ada.part("timer-start").click()
    await expect(ben.part("timer")).to_have_attribute("data-phase", "work")
    ends = await ben.part("timer").get_attribute("data-ends")
    assert ends
    await expect(ada.part("timer")).to_have_attribute("data-ends", ends)


async def they_write_code(ada: Person, ben: Person) -> None:
    """The language that one chooses is the other's, too."""
    for person in (ada, ben):
        await person.part("part-code").click()
    await ada.part("code-language").select_option("python")
    await ada.write("def half(x): return x / 2")
    await expect(ben.page.locator(".cm-content")).to_contain_text("def half(x): return x / 2")
    await expect(ben.part("code-language")).to_have_value("python")
    keyword = ben.page.locator(".cm-line span", has_text="def").first
    await expect(keyword).to_have_css("color", "rgb(109, 59, 184)")
    await expect(ben.page.locator(".cm-ySelectionInfo", has_text="Ada")).to_have_count(1)


async def they_draw(ada: Person, ben: Person) -> None:
    """A shape is seen by both, moves for both, and is taken back for both."""
    for person in (ada, ben):
        await person.part("part-shapes").click()
    await draw(ada, "rectangle")
    shape = ben.page.locator("[data-testid=shape][data-kind=rectangle]")
    await expect(shape).to_have_count(1)
    await expect(ben.part("pointer")).to_contain_text("Ada")

    await ben.part("tool-select").click()
    await shape.focus()
    before = await where(ada)
    await ben.page.keyboard.press("ArrowRight")
    await ada.page.wait_for_function(f"before => ({WHERE})() === before + 10", arg=before)

    await draw(ada, "pen")
    await expect(ben.part("shape")).to_have_count(2)
    await ada.part("tool-undo").click()
    await expect(ben.part("shape")).to_have_count(1)


async def draw(person: Person, tool: str) -> None:
    """Draw with the mouse, from a quarter of the whiteboard to its middle."""
    await person.part(f"tool-{tool}").click()
    box = await person.part("whiteboard").bounding_box()
    assert box is not None
    mouse = person.page.mouse
    await mouse.move(box["x"] + box["width"] * MARGIN, box["y"] + box["height"] * MARGIN)
    await mouse.down()
    await mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.5, steps=5)
    await mouse.up()


WHERE = "() => [...window.lyceum.doc.getMap('shapes').values()][0].get('points')[0]"


async def where(person: Person) -> float:
    """How far to the right the first shape begins."""
    return await person.page.evaluate(WHERE)


async def mathematics_is_worked_out(ada: Person, ben: Person) -> None:
    """Both see what the server makes of their lines."""
    for person in (ada, ben):
        await person.part("part-scratchpad").click()
    await ada.write("1/3 + 1/4\n= 7/12\n= 2/7")
    for person in (ada, ben):
        results = person.part("scratchpad-result")
        await expect(results).to_have_text(["= 7/12 ≈ 0.583333", "✓ right", "✗ not equal"])


async def a_message_leads_to_its_place(ada: Person, ben: Person) -> None:
    """Ada points at her line; Ben is led there from wherever he is. It is marked, wherever it moves."""
    await ada.page.locator(".cm-line", has_text="2/7").click()
    await ada.part("message-anchor").click()
    await ada.part("message-input").fill("Why is this wrong?")
    await ada.part("message-send").click()
    await ben.part("part-text").click()
    await ben.part("tab-talk").click()
    await ben.part("message-place").click()
    await expect(ben.part("board")).to_have_attribute("data-part", "scratchpad")
    line = ben.page.locator(".cm-line", has_text="2/7")
    await expect(line.get_by_test_id("remark")).to_be_visible()
    await ada.write("# so\n")
    await expect(ben.page.locator(".cm-line")).to_have_count(4)
    await line.get_by_test_id("remark").click()
    await expect(ben.part("remarks")).to_contain_text("Why is this wrong?")
    await ben.part("remark-lead").click()
    await expect(ben.part("message")).to_be_focused()
    await ben.part("tab-board").click()


async def what_is_refused_is_said_and_the_page_goes_on(house: RunningHouse, ada: Person, ben: Person) -> None:
    """Nobody may draw any more: who draws reads why it is not there, and writes on."""
    room = parse_qs(urlsplit(ada.page.url).query)["id"][0]
    async with house.client("root", "admin") as admin:
        rule = {"part": "shapes", "right": "read"}
        (await admin.post(f"/rooms/{room}/board/rights", json=rule)).raise_for_status()
    await ada.part("part-shapes").click()
    await draw(ada, "ellipse")
    await expect(ada.part("board-discarded")).to_contain_text("You may not write on this part of the board.")
    await expect(ada.part("shape")).to_have_count(1)
    await expect(ada.part("saved-state")).to_have_attribute("data-state", "saved")
    assert await ben.page.evaluate("window.lyceum.doc.getMap('shapes').size") == 1


KEPT = """async () => {
  const requests = [];
  for (const name of await caches.keys()) requests.push(...(await (await caches.open(name)).keys()));
  return requests.map(({ url }) => url.slice(location.origin.length));
}"""
"""What the service worker keeps: addresses with all that stands in them."""


async def what_was_written_without_a_line_outlives_a_reload(ada: Person, ben: Person) -> None:
    """Ada writes while she is cut off, loads the page again, writes on, and comes back: all texts are one."""
    for person in (ada, ben):
        await person.part("part-text").click()
    await ada.write("Before. ")
    await ben.sees_on_board("Before.")
    await ada.page.evaluate("navigator.serviceWorker.ready.then(() => 0)")
    await ada.page.context.set_offline(True)
    await expect(ada.part("saved-state")).to_have_attribute("data-state", "offline")
    await ada.write("Without a line. ")
    await ben.write("Meanwhile. ")
    await ada.page.reload()
    await expect(ada.part("board")).to_be_visible()
    await ada.sees_on_board("Before.", "Without a line.")
    await expect(ada.part("message")).to_contain_text("Why is this wrong?")
    await ada.write("Again. ")
    await expect(ada.part("saved-state")).to_have_attribute("data-state", "offline")
    kept = await ada.page.evaluate(KEPT)
    assert {path for path in kept if not path.startswith("/assets/")} == {"/room"}
    await ada.page.context.set_offline(False)
    ends = await ben.part("timer").get_attribute("data-ends")
    await expect(ada.part("timer")).to_have_attribute("data-ends", str(ends))
    for person in (ada, ben):
        await person.sees_on_board("Before.", "Without a line.", "Again.", "Meanwhile.")
    await expect(ada.part("saved-state")).to_have_attribute("data-state", "saved", timeout=15_000)
