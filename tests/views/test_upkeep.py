"""Views equal what is built from nothing, and a difference is found, named and put right."""

import asyncio

import pytest
from hypothesis import given, settings
from redis.asyncio import Redis

from adapters.postgres_log import PostgresLog
from adapters.postgres_views import PostgresViews
from adapters.redis_boards import RedisBoards
from domain.catalogue import UndecodableEvent, decode
from domain.events import Context
from domain.people import ConsentGiven
from infra import upkeep
from infra.tasks import _raw
from projections.board_follower import BoardFollower
from projections.catalogue import KEPT
from projections.folding import Folder
from projections.follower import Follower
from tests.log.given import by, read, said
from tests.projections.given import answer
from tests.projections.streams import streams
from tests.views.counting import BOTH, JOINS, MESSAGES, Announced, expected, following, shown, talk


def quietly(done: int, total: int) -> None:
    assert 0 < done <= total


async def generations(log: PostgresLog) -> list[tuple[str, int, bool]]:
    async with log.rows.connection() as connection:
        cursor = await connection.execute("select view, generation, live from view_heads order by 1, 2")
        return await cursor.fetchall()


async def by_hand(log: PostgresLog, statement: str) -> None:
    async with log.rows.connection() as connection:
        await connection.execute(statement)


@pytest.fixture
async def kept_up(log: PostgresLog, store: PostgresViews) -> PostgresViews:
    """Views that have come to the end of a log of some events."""
    async with following(log, store) as announced:
        await talk(log, 9, "biology")
        await announced.until(await talk(log, 9))
    return store


async def test_a_view_equals_a_rebuild(log, kept_up):
    for view in BOTH:
        assert await upkeep.compare(log, kept_up, view, quietly) == []
        assert await upkeep.rebuild(log, kept_up, view, quietly) == 0
        assert await shown(kept_up, view) == await expected(log, view)


async def test_every_view_of_the_house_equals_a_rebuild_whatever_happened(log, store):
    loop = asyncio.get_running_loop()
    announced = Announced()

    async def holds(events) -> None:
        for each in events:
            context = Context(org=each.org, actor=each.actor, role="student", at=each.at)
            try:
                await log.append([each.event], context)
            except UndecodableEvent:
                continue  # the streams hold texts that nobody could send
        await announced.until(await log.head())
        for view in KEPT:
            assert await upkeep.compare(log, store, view, quietly) == []

    @settings(max_examples=5, deadline=None)
    @given(streams(size=40))
    def examples(events) -> None:
        asyncio.run_coroutine_threadsafe(holds(events), loop).result()

    async with asyncio.TaskGroup() as group:
        task = group.create_task(Follower(log, store, KEPT, announced).run())
        await asyncio.to_thread(examples)
        task.cancel()


ALTERED = {
    "altered": "update view_rows set state = '\\x80' where view = 'messages' and key = 'algebra'",
    "removed": "delete from view_rows where view = 'messages' and key = 'algebra'",
}


@pytest.mark.parametrize("what", ALTERED)
async def test_a_row_that_was_tampered_with_is_found_and_put_right(log, kept_up, what: str):
    await by_hand(log, ALTERED[what])
    assert await upkeep.compare(log, kept_up, MESSAGES, quietly) == ["school/algebra"]
    assert await upkeep.compare(log, kept_up, JOINS, quietly) == []
    assert await upkeep.rebuild(log, kept_up, MESSAGES, quietly) == 1
    assert await shown(kept_up, MESSAGES) == await expected(log, MESSAGES)
    assert await upkeep.compare(log, kept_up, MESSAGES, quietly) == []


async def test_a_row_that_was_made_up_is_found_and_gone_after_a_rebuild(log, kept_up):
    await by_hand(log, "insert into view_rows values ('messages', 1, 'school', 'made-up', '\\x80')")
    assert await upkeep.compare(log, kept_up, MESSAGES, quietly) == ["school/made-up"]
    assert await upkeep.rebuild(log, kept_up, MESSAGES, quietly) == 1
    assert await shown(kept_up, MESSAGES, "made-up") == []


async def test_a_view_that_lags_behind_the_log_is_compared_where_it_is(log, kept_up):
    await talk(log, 9)  # and nobody follows
    assert await upkeep.compare(log, kept_up, MESSAGES, quietly) == []
    await by_hand(log, ALTERED["altered"])
    assert await upkeep.compare(log, kept_up, MESSAGES, quietly) == ["school/algebra"]


async def test_a_view_that_was_never_kept_can_be_compared_and_rebuilt(log, store):
    await talk(log, 3)
    assert await upkeep.compare(log, store, MESSAGES, quietly) == []
    assert await upkeep.rebuild(log, store, MESSAGES, quietly) == 0
    assert await shown(store, MESSAGES) == await expected(log, MESSAGES)


async def test_a_rebuild_catches_up_before_it_is_shown_and_the_follower_goes_on_with_it(log, store):
    async with following(log, store) as announced, asyncio.TaskGroup() as group:
        await announced.until(await talk(log, 30))
        talking = group.create_task(talk(log, 100))
        for _ in range(3):
            assert await upkeep.rebuild(log, store, MESSAGES, quietly) == 0
        await talking
        await announced.until(await log.append([said("last")], by()))
    for view in BOTH:
        assert await shown(store, view) == await expected(log, view)
    assert [live for name, _, live in await generations(log) if name == "messages"] == [True]


async def test_what_is_behind_is_not_shown_and_nothing_changes(log, kept_up):
    before = await shown(kept_up, MESSAGES)
    head = await kept_up.beside(MESSAGES)
    assert not await kept_up.swap("messages", head.generation)
    assert await shown(kept_up, MESSAGES) == before
    await Folder(kept_up, [MESSAGES], {"messages": head}).fold(await read(log))
    assert await kept_up.swap("messages", head.generation)
    assert await shown(kept_up, MESSAGES) == before


async def test_a_view_that_moves_faster_than_it_can_be_compared_is_said_to(log, kept_up, monkeypatch):
    class Fleeting(PostgresViews):
        async def differences(self, view: str, generation: int):
            found = await super().differences(view, generation)
            return found._replace(shown=found.shown._replace(position=found.shown.position + 1))

    with pytest.raises(upkeep.StillMoving):
        await upkeep.compare(log, Fleeting(log.rows), MESSAGES, lambda done, total: None)
    assert await generations(log) == [("joins", 1, True), ("messages", 1, True)]


async def test_neither_a_comparison_nor_one_that_is_broken_off_leaves_anything_behind(log, kept_up):
    await upkeep.compare(log, kept_up, MESSAGES, quietly)

    def broken_off(done: int, total: int) -> None:
        raise KeyError("broken off")

    for work in (upkeep.compare, upkeep.rebuild):
        with pytest.raises(KeyError):
            await work(log, kept_up, MESSAGES, broken_off)
    assert await generations(log) == [("joins", 1, True), ("messages", 1, True)]
    assert await shown(kept_up, MESSAGES) == await expected(log, MESSAGES)


@pytest.fixture
async def boards(log: PostgresLog, redis_url: str):
    """Leaderboards that have come to the end of the log."""
    reached = asyncio.Event()
    events = [ConsentGiven(person="ada", scope="leaderboard"), answer(), answer("ben", skill="logic")]
    last = await log.append(events, by())
    async with RedisBoards.opened(redis_url) as opened, asyncio.TaskGroup() as group:
        task = group.create_task(BoardFollower(log, opened, lambda *_: reached.set()).run())
        await reached.wait()
        task.cancel()
        assert await opened.position() == last
        yield opened


async def test_leaderboards_equal_a_rebuild(log, boards):
    assert await upkeep.compare_leaderboards(log, boards, quietly) == []
    assert await upkeep.compare_leaderboards(log, boards, quietly) == []


async def test_leaderboards_that_lag_behind_are_compared_where_they_are(log, boards):
    await log.append([answer()], by())
    assert await upkeep.compare_leaderboards(log, boards, quietly) == []


async def test_a_leaderboard_that_was_tampered_with_is_named(log, boards, redis_url):
    async with Redis.from_url(redis_url) as redis:
        key = "lyceum:{boards}:live:school:xp:all:ranks"
        assert await redis.zincrby(key, 2**36, "ada")
    assert await upkeep.compare_leaderboards(log, boards, quietly) == ["school:xp:all:ranks"]


async def test_a_scan_counts_events_and_names_gaps_what_does_not_decode_and_a_missing_end(log):
    await log.append([said("m1"), said("m2"), said("m3"), said("m4"), said("m5")], by())
    found = await upkeep.scan(_raw(log.rows), decode)
    assert found == upkeep.Scan(events=5, last=5)
    assert found.wrong(5) == found.wrong(4) == []  # it may have grown meanwhile
    await by_hand(log, "delete from events where position in (2, 5)")
    await by_hand(log, "update events set record = '\\xc1' where position = 4")
    assert (await upkeep.scan(_raw(log.rows), decode)).wrong(5) == [
        "a gap before position 3",
        "cannot decode 4 ()",
        "the log ends at position 4 and should reach to 5",
    ]
