"""What is archived reads as before, only what may be is, and whatever stops it, nothing is lost."""

import asyncio
from datetime import timedelta

import pytest
from msgspec.structs import replace

from adapters.archive import Archive, Segment
from adapters.postgres_archiving import ArchivingAlready, NotStripped, PostgresArchiving
from adapters.postgres_seal import PostgresSeal
from adapters.stored import Row
from domain.catalogue import encode
from domain.events import Item, Query, type_of
from domain.people import PersonErased
from domain.rooms import MessageSent, RoomClosed, TurnTaken
from infra.archiving import Moved, NotAsWritten
from infra.sealed import check_log
from tests.archive.given import (
    LIMIT,
    LONG_AGO,
    archived,
    at,
    lived,
    on_record,
    opened,
    recording,
    segments,
    talked,
)
from tests.log.given import NOON, followed, joined, read, said
from tests.seal.given import by_hand, rows_of, seal_all


async def test_what_was_archived_reads_as_before(log, postgres_url, archive):
    for room in ("algebra", "logic"):
        await lived(log, room)
        await lived(log, room, when=at(LONG_AGO, org="college"))
    before, live = await rows_of(log), await read(log)
    _, moved = await archived(log, postgres_url, archive)
    assert moved[:2] == (len(before), 8)
    assert len(await segments(log)) == len(before)
    assert (await rows_of(log))[: len(before)] == before
    assert (await read(log))[: len(live)] == live
    assert await followed(log.follow(), len(live) + 8) == await read(log)
    algebra = Query((Item(tags=("room:algebra",)),))
    expected = [each for each in live if each.org == "college" and "room:algebra" in each.tags]
    assert await read(log, algebra, org="college") == expected


async def test_what_is_on_record_is_what_was_moved(log, postgres_url, archive):
    await lived(log, "algebra", messages=7)
    await lived(log, "logic", messages=3)
    _, moved = await archived(log, postgres_url, archive, most=8)
    first, second = await on_record(log)
    assert (first.events, first.first, first.last, first.rooms) == (8, 1, 8, 1)
    assert (second.events, second.first, second.last, second.rooms) == (8, 9, 16, 2)
    by_position = dict.fromkeys(range(1, 9), first.segment) | dict.fromkeys(range(9, 17), second.segment)
    assert await segments(log) == by_position
    sizes = [archive.path(each.segment).stat().st_size for each in (first, second)]
    assert sizes == [first.size, second.size]
    assert moved == Moved(16, 2, sum(sizes))


async def test_a_segment_ends_where_its_text_is_enough(log, postgres_url, archive):
    await lived(log, "algebra", messages=9)
    await archived(log, postgres_url, archive, most=100, text=2000)
    counts = [each.events for each in await on_record(log)]
    assert sum(counts) == 12
    assert max(counts) < 8
    await lived(log, "logic", messages=2)
    await archived(log, postgres_url, archive, most=100, text=1)
    assert [each.events for each in await on_record(log)][len(counts) :] == [1] * 5


async def test_what_is_done_is_not_done_again(log, postgres_url, archive):
    await lived(log, "algebra")
    await archived(log, postgres_url, archive)
    head = await log.head()
    assert await archived(log, postgres_url, archive) == (0, Moved())
    assert await log.head() == head


async def test_rooms_that_are_open_or_were_closed_lately_stay(log, postgres_url, archive):
    await log.append([opened("open"), joined("open")], at(LONG_AGO))
    await log.append([opened("young"), joined("young")], at(LONG_AGO))
    await log.append([RoomClosed(room="young")], at(LIMIT + timedelta(seconds=1)))
    await lived(log, "again")
    await log.append([opened("again")], at(LONG_AGO))
    await lived(log, "algebra", when=at(LONG_AGO, org="college"))
    await log.append([opened("algebra"), joined("algebra")], at(LONG_AGO))
    _, moved = await archived(log, postgres_url, archive)
    assert moved.events == 8
    assert {each.org for each in await read(log) if each.position in await segments(log)} == {"college"}


async def test_what_came_late_concerns_another_room_or_erases_somebody_stays(log, postgres_url, archive):
    await lived(log, "algebra", messages=0)
    await log.append([said("late", "algebra")], at(LIMIT))
    await log.append([PersonErased(person="ada", rooms=("algebra",))], at(LONG_AGO))
    turn = TurnTaken(room="algebra", person="ada", turn="t", started=1, ended=2)
    tags = ("room:algebra", "room:open", "person:ada")
    await log.rows.append([Row(0, LONG_AGO, "school", type_of(turn), "ada", None, tags, encode(turn))])
    await log.append([turn], at(LONG_AGO))
    await archived(log, postgres_url, archive)
    assert list(await segments(log)) == [1, 2, 3, 7]


class Stopped(Exception):
    """The process ended here."""


class StoppedAfterWriting(Archive):
    async def write(self, rows) -> Segment:
        await super().write(rows)
        raise Stopped


class StoppedBeforeStripping(PostgresArchiving):
    async def strip(self, segment, positions) -> None:
        raise Stopped


class StoppedAfterStripping(PostgresArchiving):
    async def strip(self, segment, positions) -> None:
        await super().strip(segment, positions)
        raise Stopped


async def stop(_) -> None:
    raise Stopped


def stopping_at(step: str, log, archive: Archive) -> tuple[Archive, dict]:
    """An archive, and further arguments, with which archiving ends at a step."""

    async def recorded(command) -> None:
        await recording(log)(command)
        raise Stopped

    match step:
        case "the file is written":
            return StoppedAfterWriting(archive.folder), {}
        case "nothing is on record":
            return archive, {"record": stop}
        case "it is on record":
            return archive, {"record": recorded}
        case "before the rows go":
            return archive, {"table": lambda table: StoppedBeforeStripping(table._connection)}
        case _:
            return archive, {"table": lambda table: StoppedAfterStripping(table._connection)}


STEPS = (
    "the file is written",
    "nothing is on record",
    "it is on record",
    "before the rows go",
    "the rows are gone",
)


@pytest.mark.parametrize("step", STEPS)
async def test_wherever_it_is_stopped_running_it_again_completes_it(step, log, postgres_url, archive):
    await lived(log, "algebra", messages=7)
    before = await rows_of(log)
    stopping, others = stopping_at(step, log, archive)
    with pytest.raises(Stopped):
        await archived(log, postgres_url, stopping, **others)
    assert (await rows_of(log))[:10] == before
    finished, moved = await archived(log, postgres_url, archive)
    assert finished == (4 if step in ("it is on record", "before the rows go") else 0)
    assert finished + moved.events == (6 if step == "the rows are gone" else 10)
    assert (await rows_of(log))[:10] == before
    found, named = await segments(log), [each.segment for each in await on_record(log)]
    assert list(found) == list(range(1, 11))
    assert list(dict.fromkeys(found.values())) == named
    assert {path.name for path in archive.folder.iterdir()} == {archive.path(name).name for name in named}


async def test_a_segment_that_is_lost_before_its_rows_are_gone_is_written_again(log, postgres_url, archive):
    await lived(log, "algebra")
    before = await rows_of(log)
    stopping, others = stopping_at("it is on record", log, archive)
    with pytest.raises(Stopped):
        await archived(log, postgres_url, stopping, **others)
    [segment] = await on_record(log)
    archive.path(segment.segment).unlink()
    assert (await archived(log, postgres_url, archive))[1].events == 8
    assert (await rows_of(log))[:8] == before
    assert [each.events for each in await on_record(log)] == [4, 4]


async def test_rows_that_are_not_what_was_written_are_not_let_go_of(log, postgres_url, archive):
    await lived(log, "algebra")
    stopping, others = stopping_at("it is on record", log, archive)
    with pytest.raises(Stopped):
        await archived(log, postgres_url, stopping, **others)
    forged = "overlay(record placing 'eve'::bytea from position('ada'::bytea in record) for 3)"
    await by_hand(log, f"update events set record = {forged} where position = 2")
    with pytest.raises(NotStripped):
        await archived(log, postgres_url, archive)
    assert await segments(log) == {}


class Careless(Archive):
    async def write(self, rows) -> Segment:
        return await super().write(rows[1:])


async def test_a_file_that_lacks_an_event_is_noticed_before_anything_is_let_go_of(log, postgres_url, archive):
    await lived(log, "algebra")
    head = await log.head()
    with pytest.raises(NotAsWritten):
        await archived(log, postgres_url, Careless(archive.folder))
    assert (await segments(log), await log.head()) == ({}, head)


async def test_all_of_a_segment_is_let_go_of_or_nothing(log, postgres_url, archive):
    await lived(log, "algebra")
    async with PostgresArchiving.opened(postgres_url) as table:
        await table.strip("0" * 64, [3])
        with pytest.raises(NotStripped):
            await table.strip("1" * 64, [2, 3, 4])
    assert await segments(log) == {3: "0" * 64}


async def test_the_table_does_not_grow_by_what_is_taken_out_of_it(log, postgres_url, archive):
    long = [MessageSent(room="algebra", person="ada", message=f"m{n}", text="x" * 400) for n in range(1000)]
    await log.append([opened("algebra"), joined("algebra"), *long], at(LONG_AGO))
    await log.append([RoomClosed(room="algebra")], at(LONG_AGO))
    async with PostgresArchiving.opened(postgres_url) as table:
        before = await table.size()
    await archived(log, postgres_url, archive, most=100)
    async with PostgresArchiving.opened(postgres_url) as table:
        assert await table.size() < 1.2 * before


async def test_two_at_once_are_one_and_the_other_says_so(log, postgres_url, archive):
    await lived(log, "algebra")
    async with PostgresArchiving.opened(postgres_url):
        with pytest.raises(ArchivingAlready):
            async with PostgresArchiving.opened(postgres_url):
                pass
    assert (await archived(log, postgres_url, archive))[1].events == 8


async def test_the_house_goes_on_writing_and_reading_meanwhile(log, postgres_url, archive):
    await lived(log, "algebra", messages=30)
    await log.append([opened("open"), joined("open")], at(NOON))
    before = await rows_of(log)
    seen: list[list[Row]] = []

    async def look() -> None:
        while not done.is_set():
            seen.append((await rows_of(log))[: len(before)])

    done = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(look())
        writing = group.create_task(talked(log, "open", 50, at(NOON)))
        assert (await archived(log, postgres_url, archive))[1].events == 33
        await writing
        done.set()
    assert seen
    assert all(rows == before for rows in seen)
    texts = [each async for each in said_in(log, "open")]
    assert texts == [f"open-{number}" for number in range(50)]


async def said_in(log, room: str):
    for each in await read(log, Query((Item(tags=(f"room:{room}",)),)), org="school"):
        if message := getattr(each.event, "message", None):
            yield message


async def test_the_seal_holds_over_the_archive_and_names_what_was_altered(log, postgres_url, archive):
    await lived(log, "algebra")
    seal = await PostgresSeal.opened(log.rows)
    await seal_all(log, seal)

    async def wrong() -> list[str]:
        return await check_log(log.rows, seal, None, None, lambda done, total: None)

    await archived(log, postgres_url, archive)
    assert await wrong() == []
    forged = await archive.write([replace((await rows_of(log))[2], actor="mallory")])
    await by_hand(log, f"update events set segment = '{forged.name}' where position = 3")
    assert "position 3" in (await wrong())[0]
