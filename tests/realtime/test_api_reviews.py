"""What is due for review, over HTTP."""

from datetime import UTC, datetime, timedelta

from tests.realtime.guests import fresh, guests


async def test_what_was_answered_comes_back_and_what_was_brought_along_is_due(house, tmp_path):
    async with guests(house, tia="tutor", ada="student") as (tia, ada):
        skill = fresh("s")
        problems = sorted(
            [(await tia.post("/problems", skill=skill, prompt=f"{n}?", key="1"))["problem"] for n in range(3)]
        )
        for problem in problems:
            marked = await ada.post("/answers", problem=problem, given="1")
        shown = await ada.get(f"/learners/{ada.person}/reviews", days=3, at_least=marked["position"])
        assert (shown["cards"], shown["due"], shown["reviews"], shown["next"]) == (3, 0, [], None)
        assert len(shown["forecast"]) == 3
        assert sum(load["cards"] for load in shown["forecast"]) <= 3
        long = await ada.get(f"/learners/{ada.person}/reviews", days=60, zone="Asia/Tokyo")
        assert sum(load["cards"] for load in long["forecast"]) == 3

        old = datetime.now(UTC) - timedelta(days=30)
        file = tmp_path / "cards.csv"
        lines = [
            f"{tia.person},{problem},{old.isoformat()},{days},2.5,0"
            for days, problem in enumerate(problems, 9)
        ]
        file.write_text("\n".join(["person,problem,reviewed,interval,ease,lapses", *lines]))
        run = type(house)(house.home, house.environment, ("import-reviews", str(file)))
        assert "3 cards of 1 person imported" in run.run()
        assert "3 cards of 1 person imported" in run.run()
        done = await tia.post(
            "/answers", problem=problems[2], given="2"
        )  # the same card, reviewed and missed
        path = f"/learners/{tia.person}/reviews"
        page = await tia.get(path, limit=1, at_least=done["position"])
        rest = await tia.get(path, limit=1, after=page["next"])
        assert (page["due"], page["cards"], rest["next"]) == (2, 3, None)
        assert [each["problem"] for each in (*page["reviews"], *rest["reviews"])] == problems[:2]
        assert page["reviews"][0]["recall"] < 0.9
        assert page["reviews"][0]["prompt"].endswith("?")
        assert page["forecast"][0]["cards"] == 2
