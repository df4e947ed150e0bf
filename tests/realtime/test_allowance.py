"""How much one person may ask for."""

from datetime import UTC, datetime, timedelta

import pytest

from realtime.access import Access
from realtime.allowance import Allowance, TooManyRequests, TooManyStreams

NOON = datetime(2026, 3, 2, 12, 0, 20, tzinfo=UTC)
ADA = Access(sub="ada", role="student", exp=0)


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


def test_after_so_many_requests_one_waits_for_the_next_minute():
    clock = Clock()
    allowance = Allowance(clock, requests=3)
    for _ in range(3):
        allowance.spend(ADA)
    with pytest.raises(TooManyRequests) as refused:
        allowance.spend(ADA)
    assert refused.value.wait == 40
    clock.now += timedelta(seconds=40)
    allowance.spend(ADA)


def test_others_do_not_suffer_nor_does_a_namesake_in_another_organisation():
    allowance = Allowance(Clock(), requests=1)
    for org, person in (("main", "ada"), ("main", "ben"), ("other", "ada")):
        allowance.spend(Access(sub=person, org=org, role="student", exp=0))


@pytest.mark.parametrize("role", ["admin", "service"])
async def test_whoever_asks_on_behalf_of_many_has_no_limit(role):
    allowance = Allowance(Clock(), requests=1, streams=0)
    trusted = Access(sub="bot", role=role, exp=0)
    for _ in range(5):
        allowance.spend(trusted)
    assert [piece async for piece in allowance.streaming(trusted, pieces())] == [b"one", b"two"]


async def test_a_stream_counts_while_it_is_read_whatever_ends_it():
    allowance = Allowance(Clock(), streams=1)
    first = allowance.streaming(ADA, pieces())
    assert await anext(first) == b"one"
    with pytest.raises(TooManyStreams):
        allowance.streaming(ADA, pieces())
    await first.aclose()
    assert [piece async for piece in allowance.streaming(ADA, pieces())] == [b"one", b"two"]
    assert [piece async for piece in allowance.streaming(ADA, pieces())] == [b"one", b"two"]


async def pieces():
    yield b"one"
    yield b"two"
