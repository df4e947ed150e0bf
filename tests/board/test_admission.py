"""A storm of clients is let in at a bounded rate, in order, and nobody stands in line for ever."""

from dataclasses import replace

import pytest

from rooms.board.admission import Admission
from rooms.board.closing import Overloaded
from rooms.board.limits import DEFAULTS

LIMITS = replace(DEFAULTS, admitted=100.0, admitted_at_once=50.0, admitted_within=2.0)


class Door:
    def __init__(self, limits=LIMITS):
        self.now = 0.0
        self.waited = []
        self.admission = Admission(limits, lambda: self.now, self.sleep)

    async def sleep(self, seconds):
        self.waited.append(seconds)

    async def come(self, number):
        """How long each of so many waits who come now."""
        self.waited = []
        for _ in range(number):
            async with self.admission.turn():
                pass
        return self.waited


async def test_whoever_comes_when_few_do_is_let_in_at_once():
    door = Door()
    assert await door.come(50) == []
    door.now += 0.5
    assert await door.come(50) == []


async def test_a_storm_is_let_in_one_after_the_other():
    door = Door()
    waited = await door.come(150)
    assert waited == sorted(waited)
    assert waited[-1] == pytest.approx(0.99)
    door.now += 0.5
    assert (await door.come(1))[0] == pytest.approx(0.5)


async def test_whoever_would_wait_for_too_long_is_told_to_come_back():
    door = Door()
    await door.come(250)
    with pytest.raises(Overloaded) as refused:
        await door.come(2)
    assert refused.value.code == 1013
    door.now += 1
    await door.come(1)


async def test_only_so_many_are_on_their_way_in_at_a_time():
    door = Door(replace(LIMITS, admitted_together=1, admitted_within=0))
    async with door.admission.turn():
        with pytest.raises(Overloaded):
            await door.come(1)
    await door.come(1)


async def test_two_thousand_are_in_within_ten_seconds():
    waited = await Door(DEFAULTS).come(2000)
    assert max(waited) < 5
