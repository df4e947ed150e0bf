"""Every event is folded into every view exactly once, whatever happens to those who fold."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress

import pytest

from adapters import postgres_log
from adapters.postgres_followers import PostgresFollowers
from adapters.postgres_log import PostgresLog
from adapters.postgres_views import PostgresViews
from domain.errors import LogUnavailable
from infra import keeping
from projections import kept
from projections.folding import Folder
from projections.follower import Follower
from projections.store import Head, Key, Overtaken, Shown
from tests.log.given import by, read, said
from tests.views.counting import (
    BOTH,
    JOINS,
    MESSAGES,
    Announced,
    built,
    expected,
    following,
    shown,
    talk,
)


async def must_be_right(log: PostgresLog, store: PostgresViews) -> None:
    for view in BOTH:
        assert await shown(store, view) == await expected(log, view)


async def test_a_view_shows_what_was_recorded_and_the_change_is_announced(log, store):
    async with following(log, store) as announced:
        await announced.until(0)
        last = await log.append([said("m1"), said("m2", room="biology")], by())
        await announced.until(last)
        assert await shown(store, MESSAGES) == [1]
        assert await shown(store, MESSAGES, "biology") == [2]
        assert [Key("messages", "school", "algebra"), Key("messages", "school", "biology")] in [
            list(changed) for changed, _ in announced.said
        ]
        assert await store.heads(BOTH) == {"messages": Head(1, last), "joins": Head(1, last)}


async def test_a_view_also_comes_to_a_position_that_does_not_concern_it(log, store):
    async with following(log, store, views=[JOINS]) as announced:
        await announced.until(await log.append([said("m1")], by()))
        assert await store.position() == 1
        assert await shown(store, JOINS) == []


async def test_organisations_have_rows_of_their_own(log, store):
    async with following(log, store) as announced:
        await talk(log, 3, org="school")
        await announced.until(await talk(log, 2, org="other"))
    for org in ("school", "other"):
        assert await shown(store, MESSAGES, org=org) == await expected(log, MESSAGES, org=org)


async def test_a_follower_that_is_stopped_anywhere_goes_on_exactly_there(log, store):
    async with asyncio.TaskGroup() as group:
        talking = group.create_task(talk(log, 150))
        stopped_after = 0
        while not talking.done():
            stopped_after += 1
            async with following(log, store):
                for _ in range(stopped_after):
                    await asyncio.sleep(0)
    async with following(log, store) as announced:
        await announced.until(talking.result())
    await must_be_right(log, store)


async def test_two_followers_at_once_fold_everything_once(log, store, postgres_url, monkeypatch):
    monkeypatch.setattr(postgres_log, "POLL", 0.02)
    async with PostgresLog.opened(postgres_url) as other:
        second = PostgresViews(other.rows)
        async with following(log, store, second) as announced, asyncio.TaskGroup() as group:
            for room in ("algebra", "biology"):
                group.create_task(talk(log, 60, room))
            group.create_task(talk(other, 60))
        async with following(log, store) as announced:
            await log.append([said("last")], by())
            await announced.until(await log.head())
            async with asyncio.timeout(10):  # one of the views may still be built when the other is told
                while not all([await shown(store, view) for view in BOTH]):  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
    await must_be_right(log, store)
    assert await shown(store, MESSAGES, "biology") == await expected(log, MESSAGES, "biology")


async def test_whoever_is_overtaken_writes_nothing(log, store):
    await talk(log, 3)
    first, second = [Folder(store, BOTH, await built(store, *BOTH)) for _ in range(2)]
    batch = await read(log)
    await first.fold(batch)
    with pytest.raises(Overtaken):
        await second.fold(batch)
    await must_be_right(log, store)


class Unlucky(PostgresViews):
    """Every other commit is reported as failed: in turn before and after it was done."""

    turns = 0

    async def commit(
        self, heads: Mapping[str, Head], position: int, rows: Sequence[tuple[Key, bytes]]
    ) -> None:
        self.turns += 1
        if self.turns % 4 == 1:
            raise LogUnavailable
        await super().commit(heads, position, rows)
        if self.turns % 4 == 3:
            raise LogUnavailable


async def test_a_commit_whose_answer_is_lost_is_neither_repeated_nor_forgotten(log, monkeypatch):
    monkeypatch.setattr(keeping, "PAUSE", 0)
    store = Unlucky(log.rows)
    async with following(log, store) as announced:
        last = await talk(log, 60)
        await announced.until(last)
    assert store.turns >= 3  # each of both has happened
    await must_be_right(log, store)


@pytest.mark.parametrize(("bound", "size", "left"), [("KEPT", 2, 2), ("BYTES", 40, 2), ("BYTES", 1, 0)])
async def test_with_room_for_few_states_in_memory_the_others_are_read_again(
    log, store, monkeypatch, bound: str, size: int, left: int
):
    monkeypatch.setattr(kept, bound, size)
    rooms = ["algebra", "biology", "chemistry", "dance", "english"]
    folder = Folder(store, BOTH, await built(store, *BOTH))
    for n in range(4):
        for room in rooms:
            await log.append([said(f"m{n}", room=room)], by())
            await folder.fold(await read(log, after=folder.position))
    assert len(folder._states) == left
    for room in rooms:
        assert await shown(store, MESSAGES, room) == await expected(log, MESSAGES, room)


async def test_an_announcement_is_made_after_the_rows_can_be_read(log, store):
    seen: list[bool] = []

    class Looking(Announced):
        def __call__(self, changed: Sequence[Key], position: int) -> None:
            seen.append(store_position >= position)
            super().__call__(changed, position)

    store_position = 0

    class Telling(PostgresViews):
        async def commit(self, heads, position, rows) -> None:
            nonlocal store_position
            await super().commit(heads, position, rows)
            store_position = await self.position()

    announced = Looking()
    await built(store, *BOTH)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(Follower(log, Telling(log.rows), BOTH, announced).run())
        await announced.until(await talk(log, 5))
        task.cancel()
    assert seen
    assert all(seen)


async def test_a_page_of_rows_goes_by_their_keys(log, store):
    rooms = ["a.1", "a.2", "a.3", "ab", "b.1"]
    async with following(log, store, views=[MESSAGES]) as announced:
        for room in rooms:
            await log.append([said("m1", room=room.replace(".", "-"))], by())
        await announced.until(await log.append([said("m1", room="a-2")], by(org="other")))

    async def keys(**options) -> list[str]:
        return list((await store.page("messages", "school", **options)).rows)

    assert await keys() == ["a-1", "a-2", "a-3", "ab", "b-1"]
    assert await keys(prefix="a-") == ["a-1", "a-2", "a-3"]
    assert await keys(prefix="a-", after="a-1", limit=1) == ["a-2"]
    assert await keys(after="ab") == ["b-1"]
    assert list((await store.many("messages", "school", ["a-1", "nowhere"])).rows) == ["a-1"]
    assert (await store.many("messages", "nobody", ["a-1"])).rows == {}
    assert await store.many("nothing", "school", ["a-1"]) == Shown(0, 0, {})


async def test_a_view_that_nobody_has_kept_yet_is_at_position_zero(store):
    assert await store.position() == 0
    assert await store.page("messages", "school") == Shown(0, 0, {})


async def test_the_position_of_a_simple_follower_never_moves_back(log):
    followers = PostgresFollowers(log.rows)
    assert await followers.position("relay") == 0
    await followers.moved("relay", 7)
    await followers.moved("relay", 5)
    await followers.moved("other", 1)
    assert await followers.position("relay") == 7


async def test_a_follower_outlives_a_killed_connection(log, store, databases, postgres_url, monkeypatch):
    monkeypatch.setattr(keeping, "PAUSE", 0)
    name = postgres_url.rpartition("?")[0].rpartition("/")[2]
    async with following(log, store) as announced:
        await announced.until(await talk(log, 3))
        databases.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", [name])
        last = 0
        while not last:
            with suppress(LogUnavailable):
                last = await talk(log, 3)
        await announced.until(last)
    await must_be_right(log, store)
