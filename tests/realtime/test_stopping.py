"""A house that stops while people are in it, and one that is started twice."""

import asyncio
from collections.abc import Iterator

import httpx
import psutil
import pytest

from tests.house import RunningHouse, home
from tests.realtime.guests import guests, room_with


@pytest.fixture
def own_house() -> Iterator[RunningHouse]:
    """A house with servers of its own, which is stopped by the test."""
    with home() as folder:
        house = RunningHouse(folder).start()
        yield house
        if house.process and house.process.poll() is None:
            house.stop()


async def test_a_house_in_use_stops_within_seconds_loses_nothing_and_leaves_nothing_running(own_house):
    started = psutil.Process(own_house.process.pid).children(recursive=True)
    assert started, "it has started its servers"
    async with guests(own_house, ada="student") as (ada,):
        room = await room_with(ada)
        path = f"/learners/{ada.person}/live"
        async with (
            ada.stream(f"/rooms/{room}/feed") as feed,
            ada.stream(path) as live,
            ada.board(room) as board,
        ):
            await feed.next()
            await board.write("the last word")
            async with ada.board(room) as other:
                await other.until("the last word")  # the house has it; the log may not have it yet
            async with asyncio.TaskGroup() as group:
                stopping = group.create_task(asyncio.to_thread(own_house.stop, 10))
                code, _ = await board.closed()
                await feed.ended()
                await live.ended()
    assert stopping.result() == 0
    assert code == 1012, "so that clients come back"
    assert not [process for process in started if process.is_running()]
    assert "Traceback" not in own_house.errors()
    again = RunningHouse(own_house.home).start()
    try:
        ada.house = again
        async with ada.board(room) as board:
            await board.until("the last word")
    finally:
        assert again.stop() == 0


def test_a_second_house_on_the_same_home_is_refused_in_a_sentence_and_harms_nobody(own_house):
    said = RunningHouse(own_house.home).run(status=1)
    assert "Traceback" not in said
    assert str(own_house.home) in said
    assert "use" in said
    assert httpx.get(f"{own_house.url}/health").json()["status"] == "ok"
    assert own_house.stop() == 0
