"""The leaderboards follow the log, whatever becomes of Redis."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.asyncio import Redis

from adapters.postgres_log import PostgresLog
from adapters.redis_boards import RedisBoards
from domain.events import Context, Event
from domain.people import ConsentGiven
from projections.board_follower import BoardFollower
from tests.projections.given import START, answer

CONTEXT = Context(org="school", actor="ada", role="student", at=START)


@asynccontextmanager
async def following(log: PostgresLog, *boards: RedisBoards) -> AsyncIterator[asyncio.Queue[int]]:
    """A follower at work for each of the boards, and the positions that they announce."""
    announced: asyncio.Queue[int] = asyncio.Queue()

    def announce(_: set[tuple[str, str]], position: int) -> None:
        announced.put_nowait(position)

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(BoardFollower(log, each, announce, pause=0.01).run()) for each in boards]
        yield announced
        for task in tasks:
            task.cancel()


async def append(log: PostgresLog, *events: Event) -> int:
    return await log.append(events, CONTEXT)


async def until(announced: asyncio.Queue[int], position: int) -> None:
    async with asyncio.timeout(10):
        while await announced.get() < position:
            pass


async def points(boards: RedisBoards) -> list[int]:
    return [entry.points for entry in (await boards.page("school", "xp", "all")).entries]


async def test_an_award_in_the_log_is_soon_on_the_board(log: PostgresLog, redis_url: str):
    async with RedisBoards.opened(redis_url) as boards, following(log, boards) as announced:
        last = await append(log, ConsentGiven(person="ada", scope="leaderboard"), answer())
        await until(announced, last)
        assert await points(boards) == [10]


async def test_a_redis_that_lost_everything_is_filled_again(log: PostgresLog, redis_url: str):
    async with RedisBoards.opened(redis_url) as boards, following(log, boards) as announced:
        await until(announced, await append(log, ConsentGiven(person="ada", scope="leaderboard"), answer()))
        async with Redis.from_url(redis_url) as redis:
            await redis.flushall()
        await until(announced, await append(log, answer(xp=3)))
        assert await points(boards) == [13]


async def test_two_followers_count_each_award_once(log: PostgresLog, redis_url: str):
    async with (
        RedisBoards.opened(redis_url) as boards,
        RedisBoards.opened(redis_url) as same,
        following(log, boards, same) as announced,
    ):
        last = await append(log, ConsentGiven(person="ada", scope="leaderboard"))
        for _ in range(30):
            last = await append(log, answer(xp=1))
        await until(announced, last)
        assert await points(boards) == [30]
