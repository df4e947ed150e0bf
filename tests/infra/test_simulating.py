"""Simulated tutors: the same seed makes the same ones, each event says what it is, and none is real."""

from datetime import UTC, datetime

import pytest

from adapters.postgres_log import PostgresLog
from adapters.postgres_views import PostgresViews
from domain.commands import ROUTES
from domain.events import Context, Query, about
from domain.measures import PriorFitted, RiskFitted
from domain.rooms import RoomOpened
from domain.simulation import ACTOR, SimulationBegun
from infra.made_up import made_up
from infra.measuring import Measuring
from infra.simulating import HoldsEvents, simulate
from infra.upkeep import rebuild
from projections.measures import MEASURES
from projections.reliability import RELIABILITY
from realtime.perform import Performer

UNTIL = datetime(2026, 11, 21, tzinfo=UTC)


def untold(done: int, of: int) -> None:
    pass


def test_the_same_seed_makes_the_same_lessons():
    assert made_up(7, 5, UNTIL).events == made_up(7, 5, UNTIL).events
    assert made_up(7, 5, UNTIL).events != made_up(8, 5, UNTIL).events


async def test_it_goes_into_an_organisation_of_its_own_and_says_what_it_is(log: PostgresLog):
    real = Context(org="school", actor="tia", role="tutor", at=UNTIL)
    await log.append([RoomOpened(room="r", title="Real", capacity=3, host="tia")], real)
    options = {"seed": 7, "tutors": 25, "until": UNTIL, "progress": untold}
    with pytest.raises(HoldsEvents):
        await simulate(log, "school", **options)
    done = await simulate(log, "made-up", **options)
    events = [each async for batch in log.read(org="made-up") for each in batch]
    assert len(events) == done
    begun = events[0].event
    assert isinstance(begun, SimulationBegun)
    assert {(each.actor, each.cause) for each in events} == {(ACTOR, begun.simulation)}
    assert max(each.at for each in events) <= UNTIL
    with pytest.raises(HoldsEvents):
        await simulate(log, "made-up", **options)
    await fitted_from(log)


async def fitted_from(log: PostgresLog) -> None:
    """What is fitted to it is put on record once, and the view of it follows."""
    views = PostgresViews(log.rows)
    await rebuild(log, views, RELIABILITY, untold)
    performer = Performer(log, ROUTES)
    for _ in range(2):
        await Measuring(log, views, performer.perform, lambda: UNTIL).look()
    query = Query((about("measure:rescheduled", PriorFitted), about("measure:no-show", RiskFitted)))
    found = [each.event async for batch in log.read(query, org="made-up") for each in batch]
    assert [type(event) for event in found] == [PriorFitted, RiskFitted]
    await rebuild(log, views, MEASURES, untold)
    assert (await views.many("measures", "made-up", ["rescheduled"])).rows
