"""A path, a goal, and what to do next, over HTTP."""

from datetime import UTC, datetime, timedelta

import httpx
from icalendar import Calendar

from tests.realtime.guests import fresh, guests


async def test_a_plan_says_what_to_do_next_and_can_be_subscribed_to_until_its_link_is_renewed(house):
    async with guests(house, tia="tutor", ada="student", eve="student") as (tia, ada, eve):
        easy, hard, path = fresh("easy"), fresh("hard"), fresh("path")
        contents = [{"kind": "video", "title": "Look"}, {"kind": "text", "title": "Read"}]
        steps = [
            {"skill": hard, "title": "Hard", "requires": [easy], "minutes": 120},
            {"skill": easy, "title": "Easy", "contents": contents},
        ]
        body = {"title": "A path", "steps": steps}
        assert (await ada.http.put(f"/paths/{path}", json=body)).status_code == 403
        assert (await tia.http.put(f"/paths/{path}", json=body)).is_success
        circle = {"title": "?", "steps": [{"skill": "a", "title": "A", "requires": ["a"]}]}
        refused = await tia.http.put(f"/paths/{path}", json=circle)
        assert refused.status_code == 400
        assert "a → a" in refused.json()["detail"]

        by = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
        goal = {"path": path, "by": by, "minutes": 60, "prefers": "text"}
        at = (await ada.http.put("/learners/me/goal", json=goal)).json()["position"]
        plan = await ada.get(f"/learners/{ada.person}/plan", at_least=at)
        assert [(each["step"]["do"], each["step"]["skill"]) for each in plan["steps"]] == [
            ("learn", easy),
            ("later", hard),
        ]
        assert [each["kind"] for each in plan["steps"][0]["contents"]] == ["text", "video"]
        assert plan["steps"][0]["suggested"]["kind"] in ("text", "video")
        assert plan["pace"]["minutes_left"] == sum(week["minutes"] for week in plan["weeks"]) == 180
        await ada.post("/learners/me/contents", skill=easy, kind="video")

        url = (await ada.post("/learners/me/calendar"))["url"]
        async with httpx.AsyncClient(base_url=house.url) as stranger:
            feed = await stranger.get(url)
            assert feed.headers["content-type"].startswith("text/calendar")
            entries = Calendar.from_ical(feed.content).walk("VEVENT")
            assert [str(entry["summary"]) for entry in entries][-1] == "Goal: A path"
            assert len(entries) == len(plan["weeks"]) + 1
            assert (await stranger.get(url.replace(ada.person, eve.person))).status_code == 404
            renewed = await ada.post("/learners/me/calendar")
            await ada.get(f"/learners/{ada.person}/plan", at_least=renewed["position"])
            assert (await stranger.get(url)).status_code == 404
            assert (await stranger.get(renewed["url"])).is_success

        dropped = (await ada.http.delete(f"/learners/me/goal/{path}")).json()["position"]
        plan = await ada.get(f"/learners/{ada.person}/plan", at_least=dropped)
        assert (plan["path"], plan["steps"], plan["pace"]) == (None, [], None)
        assert await eve.refused("GET", f"/learners/{ada.person}/plan") == (403, "only-for-yourself")
