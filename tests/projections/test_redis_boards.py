"""The leaderboards in a real Redis, against plain Python."""

from collections.abc import AsyncIterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.redis_boards import BadCursor, RedisBoards
from domain.events import Event, Recorded
from domain.people import ConsentGiven, ConsentWithdrawn
from domain.teams import TeamJoined, TeamLeft
from projections.leaderboards import BoardsUnavailable, Entry, Page, operations
from tests.projections.board_model import Model
from tests.projections.given import answer, history, recorded
from tests.projections.streams import BOARD_KINDS, streams

real_redis = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)


@pytest.fixture
async def boards(redis_url: str) -> AsyncIterator[RedisBoards]:
    async with RedisBoards.opened(redis_url) as opened:
        yield opened


def listed(*people: str) -> list[Event]:
    return [ConsentGiven(person=person, scope="leaderboard") for person in people]


async def play(boards: RedisBoards, log: list[Recorded]) -> None:
    """Apply a log, the boards being anywhere in it."""
    position = await boards.position()
    if rest := [each for each in log if each.position > position]:
        assert await boards.apply(position, rest[-1].position, operations(rest))


async def played(boards: RedisBoards, *events: Event) -> None:
    await play(boards, history(*events))


async def everything(boards: RedisBoards, org: str, board: str, season: str, limit: int) -> list[Entry]:
    """All entries, page after page."""
    entries: list[Entry] = []
    after = None
    while True:
        page = await boards.page(org, board, season, limit=limit, after=after)
        entries += page.entries
        if page.next is None:
            assert len(entries) == page.total
            return entries
        after = page.next


def ladder(n: int) -> list[Event]:
    """People p1, p2 … of whom each has more points than the next."""
    people = [f"p{index + 1}" for index in range(n)]
    return [*listed(*people), *[answer(person=who, xp=2 * (n - i)) for i, who in enumerate(people)]]


def members(page: Page) -> list[tuple[int, str]]:
    return [(entry.rank, entry.member) for entry in page.entries]


@given(log=streams(*BOARD_KINDS, size=50), data=st.data())
@real_redis
async def test_boards_are_those_of_plain_python(
    boards: RedisBoards, log: list[Recorded], data: st.DataObject
):
    await boards.clear()
    rest = log
    while rest:
        size = data.draw(st.integers(1, len(rest)), "batch")
        await play(boards, rest[:size])
        rest = rest[size:]
    model = Model(log)
    for place in list(model.points):
        entries = model.entries(place)
        limit = data.draw(st.integers(1, 4), "limit")
        assert await everything(boards, *place, limit) == entries
        for index, entry in enumerate(entries):
            page = await boards.page(*place, limit=limit, around=entry.member)
            start = max(0, min(index - (limit - 1) // 2, len(entries) - limit))
            assert list(page.entries) == entries[start : start + limit]
            assert (page.total, page.counted) == (len(entries), len(model.points[place]))


@given(log=streams(*BOARD_KINDS, size=50), data=st.data())
@real_redis
async def test_boards_kept_live_are_those_rebuilt(
    boards: RedisBoards, log: list[Recorded], data: st.DataObject
):
    rebuilt = boards.beside("rebuilt")
    await boards.clear()
    await rebuilt.clear()
    cuts = data.draw(st.lists(st.integers(0, len(log))), "batches")
    for upto in [*sorted(cuts), len(log)]:
        await play(boards, log[:upto])
    await play(rebuilt, log)
    assert await boards.differences(rebuilt) == []


async def test_a_batch_applied_twice_counts_once(boards: RedisBoards):
    log = history(*listed("ada"), answer())
    assert await boards.apply(0, 2, operations(log))
    assert not await boards.apply(0, 2, operations(log))
    assert not await boards.apply(1, 3, operations(log))
    assert await boards.position() == 2
    assert (await boards.page("school", "xp", "all")).entries == (Entry(1, "ada", 10),)


async def test_a_batch_that_means_nothing_to_the_boards_moves_them_on(boards: RedisBoards):
    assert await boards.apply(0, 512, [])
    assert await boards.position() == 512


async def test_equals_share_a_rank_and_whoever_got_there_first_stands_first(boards: RedisBoards):
    people = ["ada", "ben", "cyd", "dan"]
    first = [answer(person=person, xp=5) for person in ("dan", "ada")]
    await played(boards, *listed(*people), *first, answer(person="ben", xp=9), answer(person="cyd", xp=1))
    page = await boards.page("school", "xp", "all")
    assert members(page) == [(1, "ben"), (2, "dan"), (2, "ada"), (4, "cyd")]


async def test_the_rank_of_equals_is_shared_over_the_edge_of_a_page(boards: RedisBoards):
    people = ["ada", "ben", "cyd", "dan"]
    await played(boards, *listed(*people), *[answer(person=person, xp=5) for person in people])
    first = await boards.page("school", "xp", "all", limit=2)
    second = await boards.page("school", "xp", "all", limit=2, after=first.next)
    assert members(second) == [(1, "cyd"), (1, "dan")]
    assert second.next is None


async def test_a_page_goes_on_where_it_ended_even_if_somebody_has_risen_since(boards: RedisBoards):
    log = history(*ladder(6))
    await play(boards, log)
    first = await boards.page("school", "xp", "all", limit=3)
    await play(boards, [*log, recorded(len(log) + 1, answer(person="p3", xp=1000))])
    second = await boards.page("school", "xp", "all", limit=3, after=first.next)
    assert members(second) == [(4, "p4"), (5, "p5"), (6, "p6")]


async def test_without_consent_a_person_is_counted_and_not_listed(boards: RedisBoards):
    await played(boards, answer(person="ada"), *listed("ben"), answer(person="ben", xp=4))
    page = await boards.page("school", "xp", "all")
    assert (page.entries, page.total, page.counted) == ((Entry(1, "ben", 4),), 1, 2)


async def test_whoever_withdraws_is_gone_from_every_board_and_comes_back_with_everything(boards: RedisBoards):
    places = [(board, season) for board in ("xp", "skill-fractions") for season in ("all", "2026-11-21")]
    log = history(*listed("ada", "ben"), answer(), answer(person="ben"))
    await play(boards, log)

    async def seen() -> set[tuple[tuple[int, str], ...]]:
        return {tuple(members(await boards.page("school", *place))) for place in places}

    assert await seen() == {((1, "ada"), (1, "ben"))}
    log.append(recorded(5, ConsentWithdrawn(person="ada", scope="leaderboard")))
    log.append(recorded(6, answer(xp=3)))
    await play(boards, log)
    assert await seen() == {((1, "ben"),)}
    log.append(recorded(7, *listed("ada")))
    await play(boards, log)
    assert await seen() == {((1, "ada"), (2, "ben"))}
    assert (await boards.page("school", "xp", "all")).entries[0].points == 13


async def test_points_go_to_the_team_of_that_moment(boards: RedisBoards):
    owls, foxes = (TeamJoined(team=team, person="ada") for team in ("owls", "foxes"))
    left = TeamLeft(team="foxes", person="ada")
    await played(boards, answer(), owls, answer(xp=3), foxes, answer(xp=7), left, answer())
    page = await boards.page("school", "teams", "all")
    assert page.entries == (Entry(1, "foxes", 7), Entry(2, "owls", 3))


async def test_leaving_a_team_that_one_is_not_in_changes_nothing(boards: RedisBoards):
    owls, left = TeamJoined(team="owls", person="ada"), TeamLeft(team="foxes", person="ada")
    await played(boards, owls, left, answer(xp=3))
    assert (await boards.page("school", "teams", "all")).entries == (Entry(1, "owls", 3),)


async def test_organisations_see_their_own_boards_only(boards: RedisBoards):
    await play(boards, [recorded(1, *listed("ada"), org="club"), recorded(2, answer(), org="club")])
    assert (await boards.page("school", "xp", "all")).total == 0
    assert (await boards.page("club", "xp", "all")).total == 1


@pytest.mark.parametrize("place", range(1, 11))
async def test_around_a_person_the_page_is_as_full_as_it_can_be(boards: RedisBoards, place: int):
    """Others showed the second place without the first above it."""
    await played(boards, *ladder(10))
    page = await boards.page("school", "xp", "all", limit=4, around=f"p{place}")
    first = max(1, min(place - 1, 7))
    assert members(page) == [(rank, f"p{rank}") for rank in range(first, first + 4)]


async def test_around_somebody_who_is_not_listed_the_top_is_shown(boards: RedisBoards):
    await played(boards, *ladder(5), answer(person="shy", xp=1))
    page = await boards.page("school", "xp", "all", limit=2, around="shy")
    assert members(page) == [(1, "p1"), (2, "p2")]


async def test_nought_points_are_no_place_on_a_board(boards: RedisBoards):
    """Others then showed one rank to the person and another to everybody else."""
    await played(boards, *listed("ada", "ben"), answer(person="ada", xp=0), answer(person="ben", xp=1))
    page = await boards.page("school", "xp", "all")
    assert (members(page), page.counted) == ([(1, "ben")], 1)


async def test_boards_that_were_cleared_and_filled_again_have_the_ranks_of_the_new_ones(boards: RedisBoards):
    """Others kept ranks of a board that had been deleted for the next one of its name."""
    await played(boards, *ladder(5))
    await boards.clear()
    assert (await boards.position(), [row async for row in boards.dump()]) == (0, [])
    await played(boards, *listed("p5", "p4"), answer(person="p5"), answer(person="p4", xp=1))
    assert members(await boards.page("school", "xp", "all")) == [(1, "p5"), (2, "p4")]


async def test_a_rebuilt_generation_takes_the_place_of_the_live_one_whole(boards: RedisBoards):
    await played(boards, *ladder(3), answer(skill="only-in-the-old-one"))
    rebuilt = boards.beside("rebuilt")
    await played(rebuilt, *ladder(4))
    assert await boards.differences(rebuilt) != []
    await rebuilt.replace(boards)
    assert (await rebuilt.position(), await boards.position()) == (0, 8)
    assert [row async for row in rebuilt.dump()] == []
    assert len((await boards.page("school", "xp", "all")).entries) == 4
    assert (await boards.page("school", "skill-only-in-the-old-one", "all")).counted == 0


async def test_one_wrong_figure_is_found(boards: RedisBoards):
    await played(boards, *ladder(3))
    other = boards.beside("other")
    await played(other, *ladder(3))
    await boards._redis.zincrby("lyceum:{boards}:live:school:xp:2026-11:ranks", 1, "p2")
    assert await boards.differences(other) == ["school:xp:2026-11:ranks"]


async def test_many_points_and_late_positions_keep_their_order(boards: RedisBoards):
    """Far above where a double can still tell single positions apart."""
    late = 2**35
    awards = [("ada", 10**9), ("ben", 10**9 + 1), ("cyd", 10**9 - 1), ("dan", 10**9)]
    log = [recorded(late + i, event) for i, event in enumerate(listed("ada", "ben", "cyd", "dan"))]
    log += [recorded(late + 10**6 * (i + 1), answer(person=who, xp=xp)) for i, (who, xp) in enumerate(awards)]
    await play(boards, log)
    page = await boards.page("school", "xp", "all")
    assert members(page) == [(1, "ben"), (2, "ada"), (2, "dan"), (4, "cyd")]
    assert [entry.points for entry in page.entries] == [10**9 + 1, 10**9, 10**9, 10**9 - 1]


async def test_an_empty_board_is_an_empty_page(boards: RedisBoards):
    assert await boards.page("school", "xp", "2020-01-01", around="ada") == Page(
        "xp", "2020-01-01", 0, 0, (), None
    )


@pytest.mark.parametrize("cursor", ["", "-1", "p1", "1e5", "inf", "1" * 21, "٣"])
async def test_a_cursor_that_is_none_is_refused(boards: RedisBoards, cursor: str):
    with pytest.raises(BadCursor):
        await boards.page("school", "xp", "all", after=cursor)


async def test_a_redis_that_is_away_is_said_to_be_away():
    async with RedisBoards.opened("redis://127.0.0.1:1") as nowhere:
        with pytest.raises(BoardsUnavailable):
            await nowhere.position()
        with pytest.raises(BoardsUnavailable):
            await nowhere.apply(0, 1, [])
        with pytest.raises(BoardsUnavailable):
            await nowhere.page("school", "xp", "all")
