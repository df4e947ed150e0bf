"""A tutor to begin with, and a house that complains of nothing."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.house import RunningHouse
from tests.realtime.guests import Guest, guests


@pytest.fixture
async def tia(house: RunningHouse) -> AsyncIterator[Guest]:
    async with guests(house, tia="tutor") as (tia,):
        yield tia


@pytest.fixture
def without_complaint(house: RunningHouse) -> Iterator[None]:
    """Whatever is refused is refused by design: the house writes nothing to its log of errors."""
    before = house.errors()
    yield
    assert house.errors() == before
