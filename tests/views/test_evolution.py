"""Events of old nodes, of tags that nobody writes any more, through a real log to views and proofs."""

import msgspec
import pytest

from adapters.postgres_log import PostgresLog
from adapters.stored import Row
from domain.catalogue import UPCASTERS, UndecodableEvent, decode, tags_of
from domain.errors import BoundaryMoved
from domain.events import Boundary, Event, Query, about
from domain.rooms import MessageSent
from infra import upkeep
from infra.tasks import _raw
from projections.past import row_then
from tests.domain.test_catalogue import CHAIN
from tests.log.given import NOON, by, events, followed, joined, read, said
from tests.views.counting import MESSAGES, following, shown

SAID = {"text": "Hello", "at": 7}
OLD = [
    {"type": "chat.said.v1", "author": "ada", **SAID},
    {"type": "chat.said.v2", "person": "ada", **SAID},
    {"type": "chat.said.v3", "person": "ada", "room": "lobby", **SAID},
]
NOW = MessageSent(room="lobby", person="ada", message="at-7", text="Hello")


@pytest.fixture
def evolved(monkeypatch) -> None:
    """What `room.message-sent.v1` says was said in other words by three versions before."""
    for tag, upcaster in CHAIN.items():
        monkeypatch.setitem(UPCASTERS, tag, upcaster)
    monkeypatch.setattr(MessageSent, "former_tags", tuple(CHAIN))


async def as_an_old_node(log: PostgresLog, fields: dict) -> int:
    """Record an event as a node did that knew no later tag."""
    data, tags = msgspec.msgpack.encode(fields), tags_of(NOW)
    return await log.rows.append([Row(0, NOON, "school", fields["type"], "ada", None, tags, data)])


@pytest.fixture
async def history(log: PostgresLog, evolved) -> list[Event]:
    """Old events of every version and new ones between them; what they all mean today."""
    for number, fields in enumerate(OLD):
        await as_an_old_node(log, fields)
        await log.append([said(f"m{number}", room="lobby")], by())
    return [each for number in range(3) for each in (NOW, said(f"m{number}", room="lobby"))]


async def test_old_events_are_read_in_their_places_as_those_of_today(log, history):
    assert await events(log) == history
    assert [each.event for each in await followed(log.follow(), len(history))] == history
    assert [each.position for each in await read(log)] == [1, 2, 3, 4, 5, 6]


async def test_old_events_are_found_by_type_and_by_whom_they_concern(log, history):
    for tag in ("room:lobby", "person:ada"):
        assert await events(log, Query((about(tag, MessageSent),)), org="school") == history


async def test_a_view_folds_old_events_and_equals_a_rebuild(log, store, history):
    async with following(log, store) as announced:
        await announced.until(6)
    assert await shown(store, MESSAGES, "lobby") == [1, 2, 3, 4, 5, 6]
    assert await upkeep.compare(log, store, MESSAGES, lambda done, total: None) == []


async def test_a_row_of_the_past_is_folded_from_old_events(log, history):
    row = await row_then(log, MESSAGES, "school", "lobby", 3)
    assert row is not None
    assert row.state.positions == [1, 2, 3]


async def test_a_decision_on_what_old_nodes_still_write_is_refused(log, evolved):
    boundary = Boundary(Query((about("room:lobby", MessageSent),)), await log.append([joined()], by()))
    await as_an_old_node(log, OLD[0])
    with pytest.raises(BoundaryMoved):
        await log.append([NOW], by(), boundary)


async def test_verify_decodes_all_that_was_ever_written_and_names_what_it_cannot(log, history, monkeypatch):
    assert (await upkeep.scan(_raw(log.rows), decode)).wrong(6) == []
    monkeypatch.delitem(UPCASTERS, "chat.said.v2")  # so the chain ends in the middle
    assert (await upkeep.scan(_raw(log.rows), decode)).wrong(6) == [
        "cannot decode 1 (chat.said.v1)",
        "cannot decode 3 (chat.said.v2)",
    ]
    with pytest.raises(UndecodableEvent, match=r"chat\.said\.v1"):
        await events(log)
