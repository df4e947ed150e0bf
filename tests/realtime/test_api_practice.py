"""Practice, over HTTP and pushed."""

import asyncio
from datetime import UTC, datetime

from tests.realtime.guests import Guest, fresh, guests


async def problem_of(tutor: Guest, skill: str, key: str = "5/6", **fields) -> str:
    made = await tutor.post("/problems", skill=skill, prompt="1/2 + 1/3?", key=key, **fields)
    return made["problem"]


async def test_problems_are_listed_by_skill_page_by_page_and_without_their_answers(house):
    async with guests(house, tia="tutor", ada="student") as (tia, ada):
        skill = fresh("fractions")
        made = [await tia.post("/problems", skill=skill, prompt=f"{n}?", key="secret") for n in range(3)]
        at = made[-1]["position"]
        page = await ada.get("/problems", skill=skill, limit=2, at_least=at)
        rest = await ada.get("/problems", skill=skill, limit=2, after=page["next"])
        assert len(page["problems"]) == 2
        assert rest["next"] is None
        found = [*page["problems"], *rest["problems"]]
        assert {p["problem"] for p in found} == {m["problem"] for m in made}
        assert all("key" not in problem for problem in found)


async def test_students_do_not_add_problems(house):
    async with guests(house, ada="student") as (ada,):
        refused = await ada.refused("POST", "/problems", json={"skill": "s", "prompt": "?", "key": "1"})
        assert refused == (403, "only-tutors-add-problems")


async def test_an_answer_is_marked_once_however_often_it_is_sent(house):
    async with guests(house, tia="tutor", ada="student") as (tia, ada):
        problem = await problem_of(tia, fresh("s"))
        answer = {"answer": fresh("a"), "problem": problem, "given": " 5 / 6 "}
        first = await ada.post("/answers", **answer)
        assert (first["correct"], first["xp"]) == (True, 10)
        assert await ada.post("/answers", **answer) | {"position": 0} == first | {"position": 0}
        wrong = await ada.post("/answers", problem=problem, given="2")
        assert (wrong["correct"], wrong["xp"]) == (False, 0)
        mastery = await ada.get(f"/learners/{ada.person}/mastery", at_least=wrong["position"])
        assert [(skill["answers"], skill["right"]) for skill in mastery["skills"]] == [(2, 1)]


async def test_hints_come_one_by_one_until_there_are_no_more(house):
    async with guests(house, tia="tutor", ada="student") as (tia, ada):
        problem = await problem_of(tia, fresh("s"), hints=["vague", "plain"])
        for level, text in enumerate(("vague", "plain"), start=1):
            hint = await ada.post("/hints", problem=problem)
            assert (hint["level"], hint["hint"]) == (level, text)
        assert await ada.refused("POST", "/hints", json={"problem": problem}) == (409, "no-more-hints")


async def test_a_quest_is_met_claimed_once_and_paid(house):
    async with guests(house, tia="tutor", ada="student") as (tia, ada):
        skill = fresh("s")
        claim = {"zone": "Pacific/Kiritimati"}
        early = await ada.refused("POST", "/quests/daily-three-right/claim", json=claim)
        assert early == (409, "quest-not-met")
        for _ in range(3):
            await ada.post("/answers", problem=await problem_of(tia, skill), given="5/6", **claim)
        claimed = await ada.post("/quests/daily-three-right/claim", **claim)
        assert claimed["xp"] == 30
        assert (await ada.post("/quests/daily-three-right/claim", **claim))["xp"] == 30
        shown = await ada.get(f"/learners/{ada.person}/quests", **claim, at_least=claimed["position"])
        quest = next(quest for quest in shown["quests"] if quest["quest"] == "daily-three-right")
        assert (quest["done"], quest["met"], quest["claimed"]) == (3, True, True)
        assert (shown["xp"], shown["streak"]) == (60, 1)


async def test_mastery_and_quests_are_pushed_when_an_answer_is_given(house):
    async with guests(house, tia="tutor", ada="student") as (tia, ada):
        skill = fresh("s")
        problem = await problem_of(tia, skill)
        async with ada.stream(f"/learners/{ada.person}/live", zone="Asia/Tokyo") as live:
            assert {(await live.next()).event, (await live.next()).event} == {"mastery", "quests"}
            await ada.post("/answers", problem=problem, given="5/6", zone="Asia/Tokyo")
            async with asyncio.timeout(1):
                shown = {sent.event: sent.data for sent in (await live.next(), await live.next())}
        assert [found["skill"] for found in shown["mastery"]["skills"]] == [skill]
        assert shown["mastery"]["skills"][0]["needed"] == 2
        assert shown["quests"]["xp"] == 10


async def test_a_learners_figures_are_for_them_and_the_staff(house):
    async with guests(house, ada="student", eve="student", tia="tutor") as (ada, eve, tia):
        for path in ("mastery", "quests", "live"):
            refused = await eve.refused("GET", f"/learners/{ada.person}/{path}")
            assert refused == (403, "only-for-yourself")
        assert (await tia.get(f"/learners/{ada.person}/mastery"))["skills"] == []


async def test_the_day_is_that_of_the_learners_own_calendar(house):
    async with guests(house, ada="student") as (ada,):
        days = [
            (await ada.get(f"/learners/{ada.person}/quests", zone=zone))["day"]
            for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago")
        ]
        assert days[0] > days[1]
        assert datetime.now(UTC).date().isoformat() in days or days[0] > days[1]
