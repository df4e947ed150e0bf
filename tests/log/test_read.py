"""Any part of the log can be asked for: by identity, by type, by position."""

import pytest

from adapters.postgres_log import PostgresLog
from adapters.postgres_rows import LARGEST, PAGE
from domain.catalogue import matches
from domain.events import EVERYTHING, Item, Query, about, type_of
from domain.rooms import MessageSent, RoomJoined, RoomLeft
from tests.log.given import by, dense, events, joined, left, read, said

HISTORY = [
    joined(person="ada"),
    joined(person="ben"),
    said("m1", person="ada"),
    joined(room="biology", person="cyd"),
    left(person="ada"),
    said("m2", room="biology", person="cyd"),
    joined(room="biology", person="ada"),
]
ADA, ALGEBRA = "person:ada", "room:algebra"

QUERIES = {
    "a tag": Query((Item(tags=(ADA,)),)),
    "a type": Query((Item(types=(type_of(MessageSent),)),)),
    "two types": Query((Item(types=(type_of(RoomJoined), type_of(RoomLeft))),)),
    "a tag and a type": Query((about(ALGEBRA, RoomJoined),)),
    "a tag and two types": Query((about(ADA, RoomJoined, RoomLeft),)),
    "two tags": Query((Item(tags=(ADA, ALGEBRA)),)),
    "two tags, the other way round": Query((Item(tags=(ALGEBRA, ADA)),)),
    "two tags and a type": Query((Item(types=(type_of(MessageSent),), tags=(ALGEBRA, ADA)),)),
    "two items that overlap": Query((about(ALGEBRA, RoomJoined), Item(tags=(ADA,)))),
    "an item for everything": Query((Item(),)),
    "everything": EVERYTHING,
    "a tag that nobody has": Query((Item(tags=("room:nowhere",)),)),
    "a tag that another begins with": Query((Item(tags=("person:ad",)),)),
}


@pytest.mark.parametrize("asked", QUERIES)
async def test_the_log_and_the_domain_agree_on_what_matches(log: PostgresLog, asked: str):
    await log.append(HISTORY, by())
    expected = [event for event in HISTORY if matches(QUERIES[asked], event)]
    assert await events(log, QUERIES[asked], org="school") == expected


async def test_reading_begins_behind_a_position_and_ends_with_one(log: PostgresLog):
    await log.append(HISTORY, by())
    for query, org in ((EVERYTHING, None), (EVERYTHING, "school"), (QUERIES["a tag"], "school")):
        found = await read(log, query, after=1, upto=5, org=org)
        assert [each.position for each in found] == ([2, 3, 4, 5] if query is EVERYTHING else [3, 5])
    assert await read(log, after=7) == []


async def test_organisations_never_see_each_other(log: PostgresLog):
    await log.append([joined(), said("m1")], by(org="school"))
    await log.append([joined(person="eve")], by("eve", org="other"))
    assert await events(log, QUERIES["a tag and a type"], org="other") == [joined(person="eve")]
    assert await events(log, EVERYTHING, org="school") == [joined(), said("m1")]
    assert await events(log, EVERYTHING, org="nobody") == []


async def test_a_query_without_its_organisation_is_a_mistake(log: PostgresLog):
    with pytest.raises(ValueError, match="within an organisation"):
        await read(log, QUERIES["a tag"])


async def test_only_who_reads_for_no_organisation_in_particular_sees_all(log: PostgresLog):
    await log.append([joined()], by(org="school"))
    await log.append([joined()], by(org="other"))
    assert [each.org for each in await read(log)] == ["school", "other"]


@pytest.mark.parametrize("org", [None, "school"])
async def test_a_long_history_comes_in_batches_of_bounded_size(log: PostgresLog, org: str | None):
    await log.append([said(f"m{n}") for n in range(LARGEST + 2 * PAGE + 10)], by())
    batches = [batch async for batch in log.read(org=org)]
    assert len(batches) > 2
    assert max(len(batch) for batch in batches) <= LARGEST
    assert dense([each for batch in batches for each in batch])
