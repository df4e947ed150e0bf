"""An engine that is stopped, whatever carries the sound."""

import asyncio

import pytest

from tests.voice.carried import by_ice_lite, by_livekit
from tests.voice.client import script

OURS = ("/rooms/voice/", "/adapters/")


def ours() -> set[asyncio.Task]:
    """Tasks that run our code, as no library of the clients does."""
    return {
        task
        for task in asyncio.all_tasks()
        if any(folder in task.get_coro().cr_code.co_filename for folder in OURS)
    }


@pytest.mark.parametrize("opened", [by_ice_lite, by_livekit])
async def test_an_engine_that_stops_ends_all_voices_and_leaves_nothing_running(opened):
    async with opened() as carried:
        await carried.join("main/algebra", "ada", script((300, 30_000)))
        await carried.ears.until(lambda: bool(carried.ears.began))
        assert ours()
    assert carried.ears.gone == [("ada", "stopped")]
    assert [turn.person for turn in carried.ears.turns] == ["ada"]
    assert not ours()
