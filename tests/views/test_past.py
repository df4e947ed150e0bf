"""Any row of any view, and any room, as it was at a position or an instant, from the log alone."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.postgres_log import PostgresLog
from domain.catalogue import UndecodableEvent
from domain.events import Context, Item, Query
from domain.rooms import BoardEdited, Run, TurnTaken, UnknownRoom
from projections.catalogue import VIEWS
from projections.mastery import MASTERY
from projections.past import position_at, row_then
from rooms.past.pasts import Pasts
from rooms.past.room import RoomHistory
from rooms.past.then import Known
from tests.log.given import NOON, by, joined, left, read, said
from tests.projections.given import fold
from tests.projections.streams import streams
from tests.views.counting import MESSAGES, expected, talk

SECOND = timedelta(seconds=1)


def at(seconds: float, org: str = "school") -> Context:
    return Context(org=org, actor="ada", role="student", at=NOON + seconds * SECOND)


async def test_every_row_of_every_view_was_what_a_fold_up_to_there_makes_of_it(log):
    loop = asyncio.get_running_loop()

    async def holds(events, cut: float) -> None:
        for each in events:
            context = Context(org=each.org, actor=each.actor, role="student", at=each.at)
            try:
                await log.append([each.event], context)
            except UndecodableEvent:
                continue  # the streams hold texts that nobody could send
        history = await read(log)
        upto = round(cut * len(history))
        for view in VIEWS:
            states = fold(view, history[:upto])
            for org, key in fold(view, history):
                row = await row_then(log, view, org, key, upto)
                assert (row and row.state) == states.get((org, key))

    @settings(max_examples=5, deadline=None)
    @given(streams(size=30), st.floats(0, 1))
    def examples(events, cut) -> None:
        asyncio.run_coroutine_threadsafe(holds(events, cut), loop).result()

    await asyncio.to_thread(examples)


async def test_a_row_says_when_it_was_changed_and_whom_it_concerned(log):
    await log.append([said("m1"), joined(person="ben"), said("m2", person="cyd"), joined()], by())
    row = await row_then(log, MESSAGES, "school", "algebra", 4)
    assert row is not None
    assert (row.state.positions, row.changed) == ([1, 3], 3)
    assert row.tags == {"room:algebra", "person:ada", "person:cyd"}


async def test_a_row_that_nothing_had_touched_was_not_there(log):
    await log.append([joined(), said("m1")], by())
    assert await row_then(log, MESSAGES, "school", "algebra", 1) is None
    assert await row_then(log, MESSAGES, "club", "algebra", 2) is None
    assert await row_then(log, MASTERY, "school", "ada", 2) is None


class Counting(PostgresLog):
    """Counts the events that are read."""

    count = 0

    async def read(self, *args, **options):
        async for batch in super().read(*args, **options):
            self.count += len(batch)
            yield batch


async def test_only_what_concerns_a_row_is_read(log):
    await talk(log, 30, "biology")
    await talk(log, 3)
    counting = Counting(log.rows)
    row = await row_then(counting, MESSAGES, "school", "algebra", await log.head())
    assert row is not None
    assert row.state.positions == await expected(log, MESSAGES)
    assert counting.count == 3


@pytest.mark.parametrize("size", [0, 1, 2, 7, 32])
async def test_the_position_of_an_instant_is_found(log, size):
    for second in range(size):
        await log.append([said(f"m{second}")], at(second, "school" if second % 2 else "club"))
    for second in range(-1, size + 1):
        assert await position_at(log, NOON + second * SECOND) == min(max(second + 1, 0), size)
        assert await position_at(log, NOON + (second + 0.5) * SECOND) == min(max(second + 1, 0), size)


async def test_the_position_of_an_instant_is_found_in_few_reads(log):
    for part in range(10):
        await log.append([said(f"m{part}-{n}") for n in range(100)], at(part))
    counting = Counting(log.rows)
    assert await position_at(counting, NOON + 4 * SECOND) == 500
    assert counting.count <= 10


async def lived(log: PostgresLog) -> int:
    """A room in which people talk, write and draw until its end; its last position."""
    start = round(NOON.timestamp() * 1000)
    await log.append([joined("biology"), joined()], at(0))
    for n in range(1, 40):
        edit = BoardEdited(room="algebra", runs=(Run(person="ada", client=1, update=b"\0\0"),))
        turn = TurnTaken(
            room="algebra", person="ben", turn=f"t{n}", started=start + (n - 9) * 1000, ended=start + n * 1000
        )
        event = (joined(), edit, said(f"m{n}"), edit, turn, left(), edit)[n % 7]
        await log.append([event, said(f"b{n}", "biology")], at(n))
    return await log.append([edit], at(40))


@pytest.mark.parametrize("ends_with_an_edit", [True, False])
async def test_a_room_that_was_read_on_is_the_room_read_at_once(log, ends_with_an_edit):
    pasts = Pasts(log)
    await log.append([joined("biology"), joined()], at(0))
    await pasts.of("school", "algebra")
    await lived(log)
    if not ends_with_an_edit:
        await log.append([left()], at(41))
    whole = await read(log, Query((Item(tags=("room:algebra",)),)), org="school")
    right = RoomHistory("algebra")
    for recorded in whole:
        right.apply(recorded)
    instants = [{"time": NOON + n / 2 * SECOND} for n in range(-1, 84)]
    for instant in [{}, *instants, *[{"position": n} for n in range(whole[-1].position + 2)]]:
        found, persons = await pasts.then("school", "algebra", **instant)
        assert found == right.answer(right.moment(**instant), Known(), whole)
        assert set(persons) <= {"ada", "ben"}


async def test_what_was_read_before_is_not_read_again(log):
    await lived(log)
    counting = Counting(log.rows)
    pasts = Pasts(counting)
    before = (await pasts.of("school", "algebra")).last
    counting.count = 0
    await pasts.of("school", "algebra")
    assert counting.count == 0
    last = await log.append([joined()], at(50))
    assert (await pasts.of("school", "algebra")).last == last > before
    assert counting.count == 1


async def test_of_those_who_ask_at_once_one_reads(log):
    await lived(log)
    counting = Counting(log.rows)
    pasts = Pasts(counting)
    async with asyncio.TaskGroup() as group:
        asking = [group.create_task(pasts.of("school", "algebra")) for _ in range(5)]
    assert len({id(each.result()) for each in asking}) == 1
    room = await read(log, Query((Item(tags=("room:algebra",)),)), org="school")
    assert counting.count == len(room)


async def test_histories_are_kept_within_bounds_and_the_one_asked_for_last_stays(log):
    await lived(log)
    few, small = Pasts(log, rooms=1), Pasts(log, size=1)
    for pasts in (few, small):
        await pasts.of("school", "algebra")
        biology = await pasts.of("school", "biology")
        assert pasts.kept == 1
        assert await pasts.of("school", "biology") is biology


async def test_an_unknown_room_is_not_kept(log):
    await lived(log)
    pasts = Pasts(log)
    for place in (("school", "nowhere"), ("club", "algebra")):
        with pytest.raises(UnknownRoom):
            await pasts.of(*place)
    assert pasts.kept == 0
