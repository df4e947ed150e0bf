"""A new version of a view is built beside what is shown, and is shown once it has caught up."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

import msgspec
import pytest
from msgspec import Struct

from adapters.postgres_log import PostgresLog
from adapters.postgres_views import PostgresViews
from infra import keeping, upkeep
from infra.health import _views
from projections import follower as following_module
from projections import kept as kept_states
from projections.catalogue import KEPT
from projections.folding import Folder
from projections.store import Head, Key, Overtaken, Stand
from projections.view import View
from realtime.house import Views
from realtime.progress import AT_LEAST, NotThereYet
from tests.log.given import by, read, said
from tests.views.counting import (
    JOINS,
    MESSAGES,
    MESSAGES_TWICE,
    built,
    expected,
    following,
    shown,
    talk,
)

NEXT = (MESSAGES_TWICE, JOINS)


@pytest.fixture(autouse=True)
def impatient(monkeypatch) -> None:
    monkeypatch.setattr(following_module, "LOOK", 0.02)
    monkeypatch.setattr(keeping, "PAUSE", 0)


@pytest.fixture
async def last(log: PostgresLog, store: PostgresViews) -> int:
    """The position that both views have come to, in their first version."""
    async with following(log, store) as announced:
        last = await talk(log, 9)
        await announced.until(last)
    return last


class Held(PostgresViews):
    """What is written into the second generation of a view waits until it may."""

    def __init__(self, *args) -> None:
        super().__init__(*args)
        self.begun, self.may = asyncio.Event(), asyncio.Event()

    async def commit(
        self, heads: Mapping[str, Head], position: int, rows: Sequence[tuple[Key, bytes]]
    ) -> None:
        if any(head.generation == 2 for head in heads.values()):
            self.begun.set()
            await self.may.wait()
        await super().commit(heads, position, rows)


class Told(PostgresViews):
    """Remembers from where generations were moved."""

    def __init__(self, *args) -> None:
        super().__init__(*args)
        self.moved: list[tuple[int, int]] = []

    async def commit(self, heads, position, rows) -> None:
        await super().commit(heads, position, rows)
        self.moved += [tuple(heads["messages"])] if "messages" in heads else []


async def twice(log: PostgresLog) -> list[int]:
    """What the new version should show."""
    return [position for position in await expected(log, MESSAGES) for _ in range(2)]


async def until_shown(store: PostgresViews, *views: View) -> None:
    """Until the first of these views is shown in its version."""
    async with asyncio.timeout(20):
        while not await store.heads(views[:1]):
            pass


async def until_kept(log: PostgresLog, store: PostgresViews, *views: View) -> None:
    """Until these views have come to the end of the log."""
    end = await log.head()
    async with asyncio.timeout(20):
        while any(head.position < end for head in (await store.heads(views)).values()):
            pass


async def test_until_a_new_version_has_caught_up_the_old_one_is_shown_and_other_views_go_on(log, last):
    store = Held(log.rows)
    old = await shown(store, MESSAGES)
    async with following(log, store, views=NEXT) as announced:
        await store.begun.wait()
        last = await talk(log, 6)
        await announced.until(last)
        assert await shown(store, JOINS) == await expected(log, JOINS)
        assert await shown(store, MESSAGES) == old
        assert [stand.position for stand in await store.stands() if stand.building] == [0]
        store.may.set()
        await until_shown(store, *NEXT)
        assert await shown(store, MESSAGES) == await twice(log)
        await talk(log, 3)
        await until_kept(log, store, *NEXT)
    assert await shown(store, MESSAGES) == await twice(log)
    assert await shown(store, JOINS) == await expected(log, JOINS)


async def generations(log: PostgresLog) -> list[tuple[str, int]]:
    """The generations of which there are rows."""
    async with log.rows.connection() as connection:
        cursor = await connection.execute("select distinct view, generation from view_rows order by 1")
        return await cursor.fetchall()


async def test_of_the_old_generation_nothing_is_left(log, store, last):
    heads = await store.begin([MESSAGES_TWICE])
    await Folder(store, [MESSAGES_TWICE], heads).fold(await read(log))
    assert await store.swap("messages", 2)
    assert await generations(log) == [("joins", 1), ("messages", 2)]
    assert [stand[:2] for stand in await store.stands()] == [("joins", 1), ("messages", 2)]


async def test_rows_that_a_kill_has_left_of_a_former_generation_go_at_the_next_start(log, store, last):
    async with log.rows.connection() as connection:
        await connection.execute("insert into view_rows values ('messages', 0, 'school', 'algebra', '')")
    async with following(log, store) as announced:
        await announced.until(last)
    assert await generations(log) == [("joins", 1), ("messages", 1)]


async def test_a_build_that_was_broken_off_goes_on_where_it_was(log, last):
    store = Told(log.rows)
    heads = await store.begin([MESSAGES_TWICE])
    assert heads == {"messages": Head(2, 0)}
    await Folder(store, [MESSAGES_TWICE], heads).fold((await read(log))[:5])
    async with following(log, store, views=NEXT):
        await until_shown(store, *NEXT)
    assert store.moved[:2] == [(2, 0), (2, 5)]
    assert await shown(store, MESSAGES) == await twice(log)


async def test_a_build_that_is_stopped_anywhere_ends_right(log, store, last):
    await talk(log, 40)
    for turns in range(1, 80, 3):
        async with following(log, store, views=NEXT):
            for _ in range(turns):
                await asyncio.sleep(0)
    async with following(log, store, views=NEXT):
        await log.append([said("last")], by())
        await until_shown(store, *NEXT)
        await until_kept(log, store, *NEXT)
    assert await shown(store, MESSAGES) == await twice(log)
    assert await shown(store, JOINS) == await expected(log, JOINS)


@pytest.mark.parametrize("few", [1, 3])
async def test_what_is_folded_while_the_batch_before_is_written_goes_on_from_it(log, store, monkeypatch, few):
    monkeypatch.setattr(kept_states, "KEPT", few)
    rooms = [f"r{n}" for n in range(7)]
    for start in range(0, 2100, 700):
        await log.append([said(f"m{n}", rooms[n * n % 7]) for n in range(start, start + 700)], by())
    async with following(log, store, views=NEXT):
        await until_shown(store, *NEXT)
        await until_kept(log, store, *NEXT)
    for room in rooms:
        positions = await expected(log, MESSAGES, room)
        assert await shown(store, MESSAGES, room) == [each for each in positions for _ in range(2)]


async def test_two_followers_at_once_build_a_version_once(log, postgres_url, last):
    await talk(log, 60)
    async with PostgresLog.opened(postgres_url) as other:
        stores = [PostgresViews(log.rows), PostgresViews(other.rows)]
        found = await asyncio.gather(*(store.begin([MESSAGES_TWICE]) for store in stores))
        assert found == [{"messages": Head(2, 0)}] * 2
        async with following(log, *stores, views=NEXT):
            await until_shown(stores[0], *NEXT)
            await talk(log, 3)
            await until_kept(log, stores[1], MESSAGES_TWICE)
        assert await shown(stores[0], MESSAGES) == await twice(log)
        assert {stand.generation for stand in await stores[0].stands()} == {1, 2}


async def test_whoever_is_overtaken_takes_over_when_the_other_one_moves_no_more(log, last):
    class Overtook(PostgresViews):
        times = 0

        async def commit(self, heads, position, rows) -> None:
            if "messages" in heads and not self.times:
                self.times += 1
                await super().commit(heads, position, rows[:0])  # another one, which dies of it
                async with log.rows.connection() as connection:
                    await connection.execute("update view_heads set position = 0 where generation = 2")
                raise Overtaken
            await super().commit(heads, position, rows)

    store = Overtook(log.rows)
    async with following(log, store, views=NEXT):
        await until_shown(store, *NEXT)
    assert store.times == 1
    assert await shown(store, MESSAGES) == await twice(log)


async def test_a_follower_of_the_old_version_goes_on_until_the_new_one_is_shown_and_then_lets_it_be(
    log, last, postgres_url
):
    async with PostgresLog.opened(postgres_url) as other:
        old, new = PostgresViews(other.rows), Held(log.rows)
        async with following(other, old) as announced:
            async with following(log, new, views=NEXT):
                await new.begun.wait()
                last = await talk(other, 6)
                await announced.until(last)
                assert await shown(old, MESSAGES) == await expected(log, MESSAGES)
                new.may.set()
                await until_shown(new, *NEXT)
            last = await talk(other, 6)  # and nobody follows who knows the new version
            await announced.until(last)
        heads = {stand.view: (stand.version, stand.position) for stand in await old.stands()}
        assert heads["joins"] == (1, last)
        assert heads["messages"][0] == 2
        assert heads["messages"][1] < last
        assert await old.begin([MESSAGES]) == {}


async def test_after_a_rebuild_of_the_old_version_by_hand_its_followers_keep_it_again(log, store, last):
    async with following(log, store, views=NEXT):
        await until_shown(store, *NEXT)
    async with following(log, store):
        await upkeep.rebuild(log, store, MESSAGES, lambda done, total: None)
        await talk(log, 3)
        await until_kept(log, store, MESSAGES)
    assert await shown(store, MESSAGES) == await expected(log, MESSAGES)


async def test_a_generation_that_a_comparison_left_behind_is_never_built_on(log, store, last):
    left_behind = await store.beside(MESSAGES_TWICE)
    await Folder(store, [MESSAGES], {"messages": left_behind}).fold(await read(log))
    async with following(log, store, views=NEXT):
        await until_shown(store, *NEXT)
    assert await shown(store, MESSAGES) == await twice(log)
    assert [stand.generation for stand in await store.stands()] == [1, 3]


async def test_numbers_of_generations_are_not_given_again_while_rows_of_them_are_left(log, store, last):
    head = await store.beside(MESSAGES)
    await Folder(store, [MESSAGES], {"messages": head}).fold(await read(log))
    async with log.rows.connection() as connection:
        await connection.execute("delete from view_heads where generation = %s", (head.generation,))
    assert (await store.beside(MESSAGES)).generation == head.generation + 1


async def test_an_older_version_that_a_follower_has_built_is_not_shown_over_a_later_one(log, store, last):
    later = replace(MESSAGES_TWICE, version=3)
    begun = await store.begin([MESSAGES_TWICE])
    newer = await store.beside(later)
    await Folder(store, [later], {"messages": newer}).fold(await read(log))
    assert await store.swap("messages", newer.generation)
    with pytest.raises(Overtaken):
        await store.swap("messages", begun["messages"].generation)


async def test_a_comparison_with_what_another_version_has_folded_says_so(log, store, last):
    with pytest.raises(upkeep.OtherVersion, match="shown in version 1, and this is 2"):
        await upkeep.compare(log, store, MESSAGES_TWICE, lambda done, total: None)


# What queries answer meanwhile


class Otherwise(Struct):
    """As `Counted`, but the new version calls them otherwise."""

    positions: int = 0


async def test_queries_show_the_old_rows_if_they_can_be_read_and_else_say_that_it_takes_a_moment(
    log, store, last
):
    views = Views(store)
    state = await views.get(MESSAGES_TWICE, "school", "algebra")
    assert state is not None
    assert state.positions == await expected(log, MESSAGES)
    with pytest.raises(NotThereYet):
        await views.get(replace(MESSAGES_TWICE, state=Otherwise), "school", "algebra")
    with pytest.raises(msgspec.ValidationError):  # of our own version: no time will mend that
        await views.get(replace(MESSAGES, state=Otherwise), "school", "algebra")


async def test_a_view_of_which_nothing_is_shown_yet_says_that_it_takes_a_moment(log, store):
    await talk(log, 3)
    await store.begin([MESSAGES])
    views = Views(store)
    for asked in (views.get(MESSAGES, "school", "algebra"), views.page(MESSAGES, "school")):
        with pytest.raises(NotThereYet):
            await asked
    await built(store, MESSAGES)
    assert await views.get(MESSAGES, "school", "algebra") is None


async def test_what_one_has_written_is_not_missing_from_a_view_that_lags_behind_the_others(log, store, last):
    views = Views(store)
    AT_LEAST.set(last)
    assert await views.get(MESSAGES, "school", "algebra") is not None
    AT_LEAST.set(last + 1)
    with pytest.raises(NotThereYet):
        await views.get(MESSAGES, "school", "algebra")


def test_health_shows_what_is_being_built_and_how_far():
    stands = [Stand(view.name, 1, view.version, 90, True, False) for view in KEPT]
    assert _views(stands, 100) == {"ok": True, "behind": 10}
    building = Stand("mastery", 2, 2, 40, False, True)
    assert _views([*stands, building], 100) == {
        "ok": True,
        "behind": 10,
        "building": {"mastery": {"position": 40, "behind": 60}},
    }
    assert _views([], 100) == {"ok": True, "behind": 100}


async def test_an_older_version_that_must_not_be_shown_any_more_is_not_and_others_are(log, last):
    store = PostgresViews(log.rows)
    await store.hide_older(NEXT)
    assert {stand.view for stand in await store.stands() if stand.live} == {JOINS.name}
    async with following(log, store, views=NEXT):
        await until_shown(store, MESSAGES_TWICE)
    assert await shown(store, MESSAGES_TWICE) == await twice(log)
