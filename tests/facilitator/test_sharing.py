"""Several facilitators: each has its share of the rooms, and those of one that died are taken over."""

import asyncio

import pytest

from domain.interventions import InterventionDelivered
from rooms.facilitator.sharing import LOST, MOST, Sharing
from tests.facilitator.house import House, Time
from tests.facilitator.script import lecture

ROOMS = [("main", f"room{number}") for number in range(300)]
NAMES = ("one", "two", "three")


class Clock:
    """Seconds, moved on by the test."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def company(clock: Clock) -> list[Sharing]:
    sharing = [Sharing(name, clock) for name in NAMES]
    for each in sharing:
        for name in NAMES:
            each.heard(name)
    return sharing


def test_each_room_is_one_facilitators_and_each_has_about_as_many():
    shares = [{place for place in ROOMS if each.mine(place)} for each in company(Clock())]
    assert sum(map(len, shares)) == len(set.union(*shares)) == len(ROOMS)
    assert min(map(len, shares)) > 60


def test_the_rooms_of_one_that_died_go_to_the_others_and_no_other_room_moves():
    clock = Clock()
    one, two, three = company(clock)
    before = [{place for place in ROOMS if each.mine(place)} for each in (one, two, three)]
    clock.now += LOST
    one.heard("two")
    two.heard("one")
    after = [{place for place in ROOMS if each.mine(place)} for each in (one, two)]
    assert before[0] < after[0]
    assert before[1] < after[1]
    assert after[0] | after[1] == set(ROOMS)
    assert not after[0] & after[1]


def test_whoever_hears_of_nobody_looks_after_all():
    sharing = Sharing("one", Clock())
    sharing.heard("one")
    assert sharing.living() == ("one",)
    assert all(map(sharing.mine, ROOMS))


def test_no_flood_of_names_takes_the_memory():
    sharing = Sharing("one", Clock())
    for number in range(10 * MOST):
        sharing.heard(f"other{number}")
    assert len(sharing.living()) == MOST + 1


@pytest.mark.parametrize("dies", [True, False])
async def test_one_looks_after_a_room_and_another_takes_over_when_it_dies(log, dies):
    house, clock = House(log), Clock()
    await house.register(ada="Ada Lovelace", bo="Bo Diddley")
    await house.play(lecture("ada"), upto=100)
    keeper = max(company(clock), key=lambda each: each.mine(("main", "algebra")))
    other = next(each for each in company(clock) if each.name != keeper.name)
    first, second = Time(100), Time(100)
    async with House(log).facilitator(second, sharing=other) as standing_by:
        await second.looked()
        async with house.facilitator(first, sharing=keeper):
            await first.looked()
            await house.play(lecture("ada"), after=100)
            await house.heard()
            assert standing_by._rooms == {}
            if not dies:
                await first.move(200)
        if dies:
            clock.now += LOST
        await second.move(210)
        await asyncio.sleep(0)
        assert set(standing_by._rooms) == ({("main", "algebra")} if dies else set())
        await second.move(1)
    assert len(await house.happened(InterventionDelivered)) == 1
