"""At the page: why a message came, whether it helped, how the group works, and what an auditor sees of it."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import async_playwright, expect

from tests.house import PROJECT
from tests.need import need, need_folder
from tests.realtime.guests import guests, room_with
from tests.realtime.invited import WHY, invited
from tests.story.browsers import Person, browser


@pytest.fixture
async def visitor() -> AsyncIterator[Person]:
    need_folder(PROJECT / "web" / "dist", "the built pages (make web)")
    async with (
        async_playwright() as playwright,
        browser(playwright, need("chromium"), None) as person,
    ):
        yield person


async def test_a_member_reads_why_and_rates_it_and_others_see_what_concerns_them(house, visitor):
    async with guests(house, tia="tutor", ada="student", kim="auditor") as (tia, ada, kim):
        room = await room_with(tia, ada)
        await invited(house, room, ada.person)
        page = f"{house.url}/room?id={room}&token="
        await visitor.page.goto(page + house.token(ada.person))
        await visitor.part("join-silent-button").click()
        await visitor.part("why-button").click()
        await expect(visitor.part("why-text")).to_contain_text(WHY)
        await expect(visitor.part("why-text")).to_contain_text("no sound")
        await visitor.part("helped-yes").click()
        await expect(visitor.part("helped-yes")).to_have_attribute("aria-pressed", "true")
        await expect(visitor.part("dynamics-figures")).to_have_count(0)
        await visitor.page.goto(page + house.token(tia.person, "tutor"))
        await visitor.part("join-silent-button").click()
        await expect(visitor.part(f"dynamics-{ada.person}")).to_contain_text("Ada")
        await expect(visitor.part("dynamics-decisions")).to_contain_text("helped 1, did not 0")
        await visitor.page.goto(f"{house.url}/audit?id={room}&token={house.token(kim.person, 'auditor')}")
        await visitor.part("model-calls-show").click()
        await expect(visitor.part("model-calls")).to_contain_text("rejected (answer)")
        await expect(visitor.part("model-costs")).to_contain_text("1 call, $0.000021")
        assert visitor.errors == []
