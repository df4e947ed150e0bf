"""What a learner knows, and what is predicted, over HTTP."""

from math import log

import pytest

from tests.realtime.guests import fresh, guests


async def test_after_three_answers_a_figure_is_shown_and_every_prediction_adds_up(house):
    async with guests(house, tia="tutor", ada="student") as (tia, ada):
        skill = fresh("fractions")
        problems = [
            (await tia.post("/problems", skill=skill, prompt=f"{n}?", key="1"))["problem"] for n in range(4)
        ]
        for number, problem in enumerate(problems[:3]):
            shown = await ada.post("/answers", problem=problem, given="1" if number else "2", zone="UTC")
        at = shown["position"]
        [found] = (await ada.get(f"/learners/{ada.person}/mastery", at_least=at))["skills"]
        assert (found["answers"], found["right"], found["level"], found["needed"]) == (3, 2, "attempted", 0)
        assert found["low"] < found["known"] < found["high"]
        assert found["next"]["item"] is None
        query = {"items": ",".join(problems), "at_least": at}
        predictions = (await ada.get(f"/learners/{ada.person}/predictions", **query))["predictions"]
        assert [each["problem"] for each in predictions] == problems
        for each in (found["next"], *(each["prediction"] for each in predictions)):
            logit = log(each["probability"] / (1 - each["probability"]))
            told = each["base"] + sum(reason["logits"] for reason in each["reasons"])
            assert told == pytest.approx(logit, abs=0.3)  # what is small is not told
            assert each["low"] < each["probability"] < each["high"]
            assert each["why"].startswith(f"predicted {100 * each['probability']:.0f} %")
        missed, untried = predictions[0]["prediction"], predictions[3]["prediction"]
        assert missed["probability"] < untried["probability"]
        page = await ada.get(f"/learners/{ada.person}/predictions", skill=skill, limit=3, at_least=at)
        rest = await ada.get(f"/learners/{ada.person}/predictions", skill=skill, after=page["next"])
        found = [*page["predictions"], *rest["predictions"]]
        assert sorted(each["problem"] for each in found) == sorted(problems)


async def test_predictions_are_asked_for_by_problems_or_by_a_skill(house):
    async with guests(house, ada="student") as (ada,):
        path = f"/learners/{ada.person}/predictions"
        for query, refusal in (
            ({}, (400, "items-or-skill")),
            ({"items": "p1", "skill": "s"}, (400, "items-or-skill")),
            ({"items": fresh("none")}, (404, "unknown-problem")),
            ({"items": "a b"}, (400, "invalid")),
        ):
            assert await ada.refused("GET", path, params=query) == refusal
