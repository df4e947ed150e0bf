"""Followers see every event once and in order, whoever writes, whenever they begin."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing

import pytest

from adapters import postgres_log
from adapters.postgres_log import PostgresLog
from adapters.postgres_rows import LARGEST, PAGE
from adapters.recent import Recent
from tests.log.elsewhere import Elsewhere
from tests.log.given import by, dense, followed, said

NEVER = 1e6
PATIENCE = 10.0


async def append(log: PostgresLog, count: int, name: str = "m") -> int:
    """Append one event at a time; the last position."""
    last = 0
    for n in range(count):
        last = await log.append([said(f"{name}{n}")], by())
    return last


def looks(log: PostgresLog, monkeypatch) -> Callable[[], int]:
    """How often the followers of this log have asked the database."""
    asked: list[int] = []
    page = log.rows.page

    async def counted(after: int, **options):
        asked.append(after)
        return await page(after, **options)

    monkeypatch.setattr(log.rows, "page", counted)
    return lambda: len(asked)


@pytest.fixture
async def other(postgres_url: str, log: PostgresLog):
    """The log of another node, on the same database."""
    async with PostgresLog.opened(postgres_url) as opened:
        yield opened


async def test_followers_that_begin_early_midway_and_late_see_all_while_two_processes_write(
    log: PostgresLog, postgres_url: str, monkeypatch
):
    monkeypatch.setattr(postgres_log, "POLL", 0.02)  # nobody passes signals on here
    async with Elsewhere(postgres_url) as writer, asyncio.timeout(PATIENCE):
        total = 150 + writer.events
        async with asyncio.TaskGroup() as group:
            early = group.create_task(followed(log.follow(), total))
            await append(log, 50, "first")
            writer.begin()
            midway = group.create_task(followed(log.follow(), total))
            rest = [group.create_task(append(log, 20, f"t{task}-")) for task in range(5)]
        await writer.done()
        assert [task.result() for task in rest]
        late = await followed(log.follow(), total)
        behind = await followed(log.follow(100), total)
    assert dense(early.result())
    assert len(early.result()) == total
    assert early.result() == midway.result() == late
    assert behind == late[100:]


async def test_a_commit_of_this_process_wakes_its_followers_without_asking_the_database(log, monkeypatch):
    monkeypatch.setattr(postgres_log, "POLL", NEVER)
    async with aclosing(log.follow()) as following, asyncio.timeout(PATIENCE):
        await append(log, 1)
        [[first]] = [await anext(following)]
        asked = looks(log, monkeypatch)
        await append(log, 5)
        assert [each.position for each in await anext(following)] == [2, 3, 4, 5, 6]
        async with asyncio.TaskGroup() as group:
            next_batch = group.create_task(anext(following))
            await append(log, 1)
        assert [each.position for each in next_batch.result()] == [7]
        assert first.position == 1
        assert asked() == 0


async def test_a_signal_wakes_the_followers_of_another_process_at_once(log, other, monkeypatch):
    monkeypatch.setattr(postgres_log, "POLL", NEVER)
    other.appended.append(log.woken)  # as the bus does
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
        follower = group.create_task(followed(log.follow(), 10))
        await append(other, 5)
        await append(log, 5)
    assert dense(follower.result())


async def test_without_any_signal_a_follower_looks_for_itself(log, other, monkeypatch):
    monkeypatch.setattr(postgres_log, "POLL", 0.02)
    async with asyncio.timeout(PATIENCE), asyncio.TaskGroup() as group:
        follower = group.create_task(followed(log.follow(), 5))
        await append(other, 5)
    assert dense(follower.result())


async def test_a_backlog_that_no_signal_told_of_is_read_without_pauses(log, other, monkeypatch):
    monkeypatch.setattr(postgres_log, "POLL", NEVER)
    await other.append([said(f"m{n}") for n in range(3 * PAGE)], by())
    async with asyncio.timeout(PATIENCE):
        assert dense(await followed(log.follow(), 3 * PAGE))


async def test_a_wrong_signal_neither_makes_followers_spin_nor_deaf_to_right_ones(log, other, monkeypatch):
    monkeypatch.setattr(postgres_log, "POLL", NEVER)
    await append(log, 1)
    asked = looks(log, monkeypatch)
    async with aclosing(log.follow(1)) as following, asyncio.timeout(PATIENCE):
        async with asyncio.TaskGroup() as group:
            next_batch = group.create_task(anext(following))
            await asyncio.sleep(0)
            log.woken(1_000_000)
            for _ in range(20):
                await log.head()  # some time for a follower that would spin
            assert asked() <= 3
            log.woken(await other.append([said("m2")], by()))
        assert [each.position for each in next_batch.result()] == [2]


async def test_a_follower_ahead_of_the_log_waits_and_asks_no_more_than_its_poll(log, monkeypatch):
    """As after a restore from a backup; a house must not burn a core over it."""
    monkeypatch.setattr(postgres_log, "POLL", NEVER)
    asked = looks(log, monkeypatch)
    following = log.follow(1_000)
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(anext(following))
        await append(log, 20)
        assert not waiting.done()
        waiting.cancel()
    assert asked() <= 21


async def test_a_slow_follower_holds_up_nobody_and_gets_bounded_batches(log, postgres_url):
    total = 4 * PAGE
    async with PostgresLog.opened(postgres_url) as small, asyncio.timeout(PATIENCE):
        small._recent = Recent(events=64)
        await append(small, 1)
        async with aclosing(small.follow()) as slow:
            sizes = [len(await anext(slow))]
            await asyncio.gather(*(append(small, 1, f"t{n}-") for n in range(total - 1)))
            assert len(small._recent) <= 64  # all that is kept for it, however far it falls behind
            seen = 1
            while seen < total:
                batch = await anext(slow)
                assert batch[0].position == seen + 1
                assert dense(batch, seen)
                sizes.append(len(batch))
                seen += len(batch)
    assert max(sizes) <= LARGEST


async def test_memory_of_recent_events_is_given_up_when_another_process_writes_in_between(log, other):
    await append(log, 3)
    await append(other, 1)
    await append(log, 1)
    async with asyncio.timeout(PATIENCE):
        assert dense(await followed(log.follow(), 5))
        assert dense(await followed(log.follow(2), 5), 2)
