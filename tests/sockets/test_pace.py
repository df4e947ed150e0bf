"""Writing waits while the core is busy, and only then."""

import pytest

from realtime.sockets.pace import BUSY, EASY, WAIT, Pace
from tests.sockets.served import served


def waits(*shares: float) -> list[float]:
    """How long is waited after each second in which so much of the core was used."""
    pace, found, used = Pace(100.0, 7.0), [], 7.0
    for second, share in enumerate(shares, 101):
        used += share
        pace.look(float(second), used)
        found.append(pace.wait)
    return found


def test_writing_waits_while_the_core_is_busy():
    assert waits(0.1, BUSY + 0.1, 0.1) == [0.0, WAIT, 0.0]


def test_that_waiting_lowers_the_load_does_not_end_it_at_once():
    between = (BUSY + EASY) / 2
    assert waits(between, BUSY + 0.1, between, EASY - 0.1, between) == [0.0, WAIT, WAIT, 0.0, 0.0]


def test_a_look_at_the_same_instant_changes_nothing():
    pace = Pace(1.0, 0.0)
    pace.look(1.0, 5.0)
    assert pace.wait == 0.0


@pytest.mark.parametrize("wait", [0.0, 0.02])
async def test_what_is_sent_in_several_turns_comes_whole_and_in_order_however_long_it_waits(wait):
    async with served() as running, running.connect() as client:
        session = await running.session()
        running.sockets._pace.wait = wait
        sent = [bytes([n]) * (1 + n * 501) for n in range(40)]
        for each in sent:
            session.transport.send(each)
            if each[0] % 3 == 0:
                await client.ping()
        assert [await client.recv() for _ in sent] == sent
