"""What is appended gets dense positions, all of it or nothing, and only if its boundary has not moved."""

import asyncio

import pytest

from adapters import waiting
from adapters.postgres_log import PostgresLog
from domain.catalogue import UndecodableEvent
from domain.errors import BoundaryMoved, LogUnavailable
from domain.events import EVERYTHING, Boundary, Context, Item, Query, about
from domain.rooms import RoomJoined
from tests.log.elsewhere import Elsewhere
from tests.log.given import by, dense, events, joined, joins_of, left, read, said, unless_joined


async def outcomes(*appends) -> list[int | BaseException]:
    return await asyncio.gather(*appends, return_exceptions=True)


def transactions(log: PostgresLog) -> list[int]:
    """How many events each transaction brings from now on."""
    sizes: list[int] = []
    log.rows.committed.append(lambda rows: sizes.append(len(rows)))
    return sizes


async def test_positions_begin_at_one(log: PostgresLog):
    assert await log.head() == 0
    assert await log.append([joined()], by()) == 1
    assert await log.append([said("m1"), said("m2")], by()) == 3
    assert await log.head() == 3


async def test_appending_nothing_answers_the_head(log: PostgresLog):
    await log.append([joined()], by())
    assert await log.append([], by()) == 1
    assert await log.head() == 1


async def test_what_was_appended_is_read_as_it_was(log: PostgresLog):
    context = Context(org="school", actor="ada", role="student", at=by().at, cause="c1")
    await log.append([joined()], context)
    [found] = await read(log)
    assert (found.position, found.org, found.actor, found.cause, found.at) == (
        1,
        "school",
        "ada",
        "c1",
        by().at,
    )
    assert found.event == joined()
    assert found.tags == ("room:algebra", "person:ada")


async def test_forty_at_once_get_dense_positions_and_each_keeps_together(log: PostgresLog):
    async def appender(number: int) -> None:
        for turn in range(10):
            person = f"p{number}-{turn}"
            last = await log.append([joined(person=person), left(person=person)], by(person))
            answered[person] = last

    answered: dict[str, int] = {}
    async with asyncio.TaskGroup() as group:
        for number in range(40):
            group.create_task(appender(number))
    found = await read(log)
    assert len(found) == 800
    assert dense(found)
    for first, second in zip(found[::2], found[1::2], strict=True):
        assert (first.event, second.event) == (joined(person=first.actor), left(person=first.actor))
        assert answered[first.actor] == second.position


async def test_writers_in_two_processes_share_one_dense_order(log: PostgresLog, postgres_url: str):
    async with Elsewhere(postgres_url) as other:
        other.begin()
        mine = await asyncio.gather(*(log.append([joined(person=f"p{n}")], by(f"p{n}")) for n in range(200)))
        theirs = await other.done()
    found = await read(log)
    assert dense(found)
    assert len(found) == 200 + other.events
    assert [each.position for each in found if each.actor.startswith("p")] == sorted(mine)
    assert [e.position for e in found if e.event == left(person=e.actor)] == sorted(theirs)


FEW = waiting.SHARED // (1 + waiting.COMMAND)
"""Appends of one event: one less is not worth sharing."""


async def test_all_that_waits_goes_into_one_transaction(log: PostgresLog):
    sizes = transactions(log)
    await asyncio.gather(*(log.append([said(f"m{n}")], by()) for n in range(FEW - 1)))
    assert sizes == [FEW - 1]


async def test_two_writers_who_have_nothing_to_do_share_much_that_waits(log: PostgresLog):
    async with asyncio.timeout(10):
        while log.rows._waiting._idle < 2:  # noqa: ASYNC110  until both are connected
            await asyncio.sleep(0)
    sizes = transactions(log)
    await asyncio.gather(*(log.append([said(f"m{n}")], by()) for n in range(2 * FEW)))
    assert sizes == [FEW, FEW]


async def test_one_append_larger_than_a_transaction_should_be_is_still_recorded_whole(log: PostgresLog):
    many = [said(f"m{n}") for n in range(waiting.BATCH + 88)]
    assert await log.append(many, by()) == 600
    assert await events(log) == many


async def test_a_moved_boundary_refuses_all_of_an_append_and_says_what_moved(log: PostgresLog):
    await log.append([joined()], by())
    with pytest.raises(BoundaryMoved) as moved:
        await log.append([joined(person="ben"), said("m1", person="ben")], by("ben"), unless_joined())
    assert moved.value.tag == "room:algebra"
    assert await events(log) == [joined()]


async def test_a_boundary_read_up_to_the_last_such_event_has_not_moved(log: PostgresLog):
    await log.append([joined()], by())
    assert await log.append([joined(person="ben")], by("ben"), unless_joined(after=1)) == 2


async def test_a_boundary_is_moved_neither_by_other_types_nor_rooms_nor_organisations_nor_itself(log):
    await log.append([said("m1"), joined(room="biology")], by())
    await log.append([joined()], by(org="elsewhere"))
    assert await log.append([joined(), joined(person="ben")], by(), unless_joined()) == 5


async def test_the_moved_item_is_named_among_several(log: PostgresLog):
    either = Query((about("room:algebra", RoomJoined), about("person:ada", RoomJoined)))
    await log.append([joined(room="biology", person="ada")], by())
    with pytest.raises(BoundaryMoved) as moved:
        await log.append([joined()], by(), Boundary(either, 0))
    assert moved.value.tag == "person:ada"


async def test_an_item_of_two_tags_is_moved_by_events_with_both_only(log: PostgresLog):
    both = Query((Item(tags=("room:algebra", "person:ada")),))
    await log.append([joined(person="ben"), joined(room="biology", person="ada")], by())
    assert await log.append([joined()], by(), Boundary(both, 0)) == 3
    with pytest.raises(BoundaryMoved) as moved:
        await log.append([left()], by(), Boundary(both, 2))
    assert moved.value.tag == "room:algebra person:ada"


async def test_a_boundary_around_everything_is_moved_by_anything_of_the_organisation(log: PostgresLog):
    await log.append([said("m1")], by(org="elsewhere"))
    assert await log.append([said("m1")], by(), Boundary(EVERYTHING, 0)) == 2
    with pytest.raises(BoundaryMoved, match="the log"):
        await log.append([said("m2")], by(), Boundary(EVERYTHING, 1))


async def test_of_two_who_decide_the_same_at_once_exactly_one_wins(log: PostgresLog):
    found = await outcomes(
        log.append([joined(person="ada")], by("ada"), unless_joined()),
        log.append([joined(person="ben")], by("ben"), unless_joined()),
    )
    assert [each for each in found if not isinstance(each, BoundaryMoved)] == [1]
    assert await events(log) == [joined(person="ada" if found[0] == 1 else "ben")]


async def test_a_guarded_append_and_one_that_moves_its_boundary_are_in_one_order_or_the_other(
    log: PostgresLog,
):
    first, second = await outcomes(
        log.append([joined()], by()), log.append([joined(person="ben")], by("ben"), unless_joined())
    )
    assert isinstance(second, BoundaryMoved) if first == 1 else (first, second) == (2, 1)


async def test_a_conflict_refuses_its_own_command_only(log: PostgresLog):
    await log.append([joined()], by())
    sizes = transactions(log)
    before, refused, behind, guarded = await outcomes(
        log.append([said("m1")], by()),
        log.append([joined(person="ben")], by("ben"), unless_joined()),
        log.append([said("m2")], by()),
        log.append([joined(room="biology")], by(), unless_joined("biology")),
    )
    assert isinstance(refused, BoundaryMoved)
    assert (before, behind, guarded) == (2, 3, 4)
    assert sizes == [3]


async def test_thirty_who_race_for_each_of_ten_places_from_two_logs_get_ten(log: PostgresLog, postgres_url):
    async with PostgresLog.opened(postgres_url) as other:
        for place in range(10):
            boundary = Boundary(joins_of(), await log.head())
            racing = [
                one.append([joined(person=f"p{place}-{n}")], by(), boundary)
                for n in range(15)
                for one in (log, other)
            ]
            won = [outcome for outcome in await outcomes(*racing) if isinstance(outcome, int)]
            assert won == [place + 1]


async def test_what_postgresql_cannot_hold_is_refused_alone(log: PostgresLog):
    good, bad, guarded, beside = await outcomes(
        log.append([said("m1")], by()),
        log.append([said("m2")], by(org="a\x00b")),
        log.append([joined()], by(), unless_joined()),
        log.append([said("m3")], by("half a \ud800 character")),
    )
    assert (good, guarded) == (1, 2)
    assert isinstance(bad, LogUnavailable)
    assert isinstance(beside, LogUnavailable)
    assert await events(log) == [said("m1"), joined()]


async def test_an_event_that_could_not_be_read_again_is_not_recorded(log: PostgresLog):
    with pytest.raises(UndecodableEvent):
        await log.append([joined(), joined(person="no such id!")], by())
    assert await log.head() == 0


async def test_when_too_much_waits_more_is_refused_and_what_waits_is_recorded(log, monkeypatch):
    monkeypatch.setattr(waiting, "PENDING", 3)
    answers = await outcomes(*(log.append([said(f"m{n}")], by()) for n in range(5)))
    assert answers[:3] == [1, 2, 3]
    assert all(isinstance(answer, LogUnavailable) for answer in answers[3:])


async def test_whoever_gives_up_waiting_before_the_commit_has_recorded_nothing(log: PostgresLog):
    async with asyncio.TaskGroup() as group:
        given_up = group.create_task(log.append([said("m1")], by()))
        group.create_task(log.append([said("m2")], by()))
        await asyncio.sleep(0)  # both have handed theirs over; the writer has not had its turn
        given_up.cancel()
    assert await events(log) == [said("m2")]
