"""Whoever wrote reads it: a query waits until the views have come to its position."""

import asyncio

import pytest

from realtime import progress as module
from realtime.progress import NotThereYet, Progress


class Views:
    """Where the views really are; how often somebody looked."""

    def __init__(self, position: int = 0) -> None:
        self.position = position
        self.looks = 0

    async def __call__(self) -> int:
        self.looks += 1
        return self.position


async def test_what_is_known_to_be_reached_is_not_looked_up():
    progress, views = Progress(), Views()
    progress.moved("views", 7)
    await progress.wait("views", 7, views)
    assert views.looks == 0


async def test_a_signal_that_was_missed_is_made_up_for_by_one_look():
    progress, views = Progress(), Views(7)
    await progress.wait("views", 7, views)
    await progress.wait("views", 5, views)
    assert views.looks == 1
    assert progress.reached("views") == 7


async def test_a_query_waits_for_the_signal():
    progress, views = Progress(), Views(6)
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(progress.wait("views", 8, views))
        await asyncio.sleep(0)
        progress.moved("views", 7)
        await asyncio.sleep(0)
        assert not waiting.done()
        progress.moved("views", 8)
    assert waiting.done()


async def test_a_signal_that_comes_while_it_looks_is_not_lost():
    progress = Progress()

    async def look() -> int:
        progress.moved("views", 8)
        return 3

    await progress.wait("views", 8, look)
    assert progress.reached("views") == 8


async def test_views_and_leaderboards_move_each_for_itself(monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", 0)
    progress = Progress()
    progress.moved("boards", 9)
    with pytest.raises(NotThereYet):
        await progress.wait("views", 9, Views(8))
    await progress.wait("boards", 9, Views())


async def test_nothing_moves_back():
    progress = Progress()
    progress.moved("views", 9)
    progress.moved("views", 4)
    assert progress.reached("views") == 9


async def test_after_some_seconds_the_answer_is_to_come_again(monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", 0.01)
    with pytest.raises(NotThereYet) as refused:
        await Progress().wait("views", 1, Views())
    assert (refused.value.status, refused.value.code) == (503, "not-there-yet")


async def test_a_hundred_wait_for_different_positions_and_each_goes_in_its_turn():
    progress, views = Progress(), Views()
    gone: list[int] = []

    async def one(position: int) -> None:
        await progress.wait("views", position, views)
        gone.append(position)

    async with asyncio.TaskGroup() as group:
        for position in range(100, 0, -1):
            group.create_task(one(position))
        await asyncio.sleep(0)
        for position in range(1, 101):
            progress.moved("views", position)
            for _ in range(3):
                await asyncio.sleep(0)
            assert gone[-1] == position
