"""The parameters of mastery, fitted to a log."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.postgres_log import PostgresLog
from domain.commands import ROUTES
from domain.events import Context, Recorded
from domain.mastery import MOST, MasteryFitted
from infra.fitting import Fitting, fits_of, parts, until_night
from projections.fitting import Answer
from realtime.perform import Performer
from tests.projections.given import START, answer


def test_the_night_comes_once_a_day():
    evening = datetime(2026, 11, 21, 22, 30, tzinfo=UTC)
    assert until_night(evening) == timedelta(hours=4, minutes=30)
    assert until_night(evening.replace(hour=3, minute=0)) == timedelta(days=1)


def test_a_fit_of_many_skills_is_as_many_events_as_it_takes():
    fits = fits_of([Answer("ada", f"s{number:03}", True) for number in range(2 * MOST + 1)])
    assert [len(part) for part in parts(fits)] == [MOST, MOST, 1]
    assert fits == sorted(fits, key=lambda each: each.skill)


@pytest.mark.parametrize("only", [None, "school"])
async def test_each_school_is_fitted_to_its_own_answers_and_the_same_change_nothing(log: PostgresLog, only):
    for org, right in (("school", True), ("club", False)):
        context = Context(org=org, actor="ada", role="student", at=START)
        await log.append([answer(person=f"p{n}", correct=right) for n in range(30)], context)
    fitting = Fitting(log, Performer(log, ROUTES).perform, lambda: START)
    assert await fitting.fit("monday", only) == (1 if only else 2)
    found = await fits_in(log)
    priors = {each.org: each.event.skills[0].prior for each in found}
    assert priors.keys() == ({"school"} if only else {"school", "club"})
    assert priors["school"] > priors.get("club", 0)
    await fitting.fit("tuesday", only)
    assert await fits_in(log) == found


async def fits_in(log: PostgresLog) -> list[Recorded]:
    return [each async for batch in log.read() for each in batch if isinstance(each.event, MasteryFitted)]
