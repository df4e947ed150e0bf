"""The catalogue: tags and what they concern, the way of old events, queries, and bytes that are no event."""

import re
from contextlib import suppress
from datetime import UTC, datetime

import msgspec
import pytest
from hypothesis import given as drawn
from hypothesis import strategies as st

from domain.catalogue import (
    CURRENT,
    MODULES,
    UPCASTERS,
    UndecodableEvent,
    decode,
    encode,
    from_json,
    matches,
    personal_fields,
    tag_kinds,
    tags_of,
    to_json,
)
from domain.commands import DECIDERS, ROUTES
from domain.deciding import Command
from domain.events import EVERYTHING, Event, Item, Query, Recorded, about, type_of
from domain.people import PersonRegistered
from domain.practice import AnswerGiven, ProblemAdded
from domain.rooms import BoardEdited, MessageSent, RoomClosed, RoomJoined, RoomLeft, Run
from tests.golden.examples import EXAMPLES

joined = RoomJoined(room="algebra", person="ada")
closed = RoomClosed(room="algebra")
edited = BoardEdited(
    room="algebra",
    runs=(Run(person="ada", client=1, update=b"a"), Run(person="bo", client=2, update=b"b")),
)


def structs_of(base: type) -> list[type]:
    below = list(base.__subclasses__())
    return [*below, *(deeper for kind in below for deeper in structs_of(kind))]


# Tags


def test_every_event_of_the_domain_is_in_the_catalogue_under_a_tag_of_its_own():
    events = {event for event in structs_of(Event) if event.__module__.startswith("domain.")}
    assert set(CURRENT.values()) == events
    assert len(CURRENT) == len(events)
    assert {event.__module__ for event in events} == {module.__name__ for module in MODULES}


@pytest.mark.parametrize("tag", CURRENT)
def test_a_tag_is_an_area_a_past_participle_and_a_version(tag):
    """Safe as the end of a NATS subject: three tokens, none of them empty or a wildcard."""
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*\.v[1-9][0-9]*", tag)


@pytest.mark.parametrize("tag", CURRENT)
def test_every_event_says_what_it_means_and_concerns_something(tag):
    assert CURRENT[tag].__doc__
    assert CURRENT[tag].__doc__ != Event.__doc__
    assert tag_kinds(CURRENT[tag])


def test_every_command_of_the_domain_has_a_decider():
    commands = {command for command in structs_of(Command) if command.__module__.startswith("domain.")}
    assert set(ROUTES) == commands
    assert set(ROUTES.values()) == set(DECIDERS.values())


def test_commands_have_names_of_their_own():
    names = [command.__struct_config__.tag for command in ROUTES]
    assert len(names) == len(set(names))


# What an event concerns


def test_an_event_concerns_the_identities_in_its_fields():
    assert tags_of(joined) == ("room:algebra", "person:ada")


def test_a_field_that_was_left_out_concerns_nobody():
    answered = next(event for event in EXAMPLES if isinstance(event, AnswerGiven))
    assert "room:algebra" in tags_of(answered)
    alone = msgspec.structs.replace(answered, room=None)
    assert tags_of(alone) == ("person:ada", "problem:thirds", "skill:fractions")


def test_identities_within_a_list_concern_the_event_once_each():
    assert tags_of(edited) == ("room:algebra", "person:ada", "person:bo")
    twice = BoardEdited(room="algebra", runs=(*edited.runs, *edited.runs))
    assert tags_of(twice) == tags_of(edited)
    assert tags_of(BoardEdited(room="algebra", runs=())) == ("room:algebra",)
    brought = BoardEdited(room="algebra", runs=(Run(person="ada", client=7, update=b"", by="tia"),))
    assert tags_of(brought) == ("room:algebra", "person:ada", "person:tia")


def test_kinds_are_those_of_the_tags():
    for event in EXAMPLES:
        assert {tag.split(":")[0] for tag in tags_of(event)} == set(tag_kinds(type(event)))


def test_what_people_wrote_and_their_names_are_personal():
    assert personal_fields(PersonRegistered) == ("name",)
    assert personal_fields(MessageSent) == ("text",)
    assert personal_fields(AnswerGiven) == ("given",)
    assert personal_fields(ProblemAdded) == ()


# Queries

ITEMS = [Item(), Item(types=("room.joined.v1",)), Item(tags=("room:algebra",)), Item(tags=("room:physics",))]


@pytest.mark.parametrize(
    ("query", "matched"),
    [
        (EVERYTHING, True),
        (Query((Item(),)), True),
        (Query((about("room:algebra", RoomJoined),)), True),
        (Query((about("room:algebra", RoomJoined, RoomLeft),)), True),
        (Query((about("room:algebra"),)), True),
        (Query((about("room:algebra", RoomLeft),)), False),
        (Query((about("room:physics", RoomJoined),)), False),
        (Query((about("room:alg", RoomJoined),)), False),
        (Query((Item(tags=("room:algebra", "person:ada")),)), True),
        (Query((Item(tags=("room:algebra", "person:bo")),)), False),
        (Query((about("room:physics"), about("person:ada"))), True),
        (Query((about("room:physics"), about("person:bo"))), False),
    ],
)
def test_a_query_matches_by_any_of_the_types_and_all_of_the_tags(query, matched):
    assert matches(query, joined) is matched


@drawn(st.lists(st.sampled_from(ITEMS), min_size=1), st.sampled_from(EXAMPLES))
def test_a_query_matches_what_any_of_its_items_matches(items, event):
    assert matches(Query(tuple(items)), event) == any(matches(Query((item,)), event) for item in items)


# Old events: chat.said.v1 spoke of an author, v2 of a person, and v3 became room.message-sent.v1


def from_v1(fields):
    return {"type": "chat.said.v2", "person": fields["author"], **rest(fields, "type", "author")}


def from_v2(fields):
    return {"type": "chat.said.v3", "room": fields.get("room", "lobby"), **rest(fields, "type", "room")}


def from_v3(fields):
    return {"type": "room.message-sent.v1", "message": f"at-{fields['at']}", **rest(fields, "type", "at")}


def rest(fields, *known):
    return {name: value for name, value in fields.items() if name not in known}


CHAIN = {"chat.said.v1": from_v1, "chat.said.v2": from_v2, "chat.said.v3": from_v3}
NOW = MessageSent(room="lobby", person="ada", message="at-7", text="Hello")


@pytest.mark.parametrize(
    "stored",
    [
        {"type": "chat.said.v1", "author": "ada", "at": 7, "text": "Hello"},
        {"type": "chat.said.v2", "person": "ada", "at": 7, "text": "Hello"},
        {"type": "chat.said.v3", "person": "ada", "at": 7, "text": "Hello", "room": "lobby"},
    ],
)
def test_an_old_event_is_led_up_step_by_step_from_wherever_it_stands(stored):
    assert decode(stored["type"], msgspec.msgpack.encode(stored), CHAIN) == NOW


def test_events_of_today_pass_by_the_upcasters():
    assert decode(type_of(NOW), encode(NOW), CHAIN) == NOW


def test_upcasters_are_given_plain_fields_and_what_they_make_is_checked():
    stored = msgspec.msgpack.encode({"type": "chat.said.v3", "person": "no id!", "at": 7, "text": "Hello"})
    with pytest.raises(UndecodableEvent, match=r"person"):
        decode("chat.said.v3", stored, {"chat.said.v3": lambda fields: from_v3({**fields, "room": "lobby"})})


@pytest.mark.parametrize(
    "upcaster",
    [
        lambda fields: {**fields, "type": "never.written.v9"},
        lambda fields: fields,
        lambda fields: {name: value for name, value in fields.items() if name != "type"},
        lambda fields: {**fields, "type": fields["kind"]},
        lambda fields: {**fields, "type": fields["text"].type},
        lambda fields: {**fields, "type": fields["text"].split()[9]},
        lambda fields: {**fields, "type": int(fields["text"])},
        lambda fields: None,
    ],
)
def test_an_upcaster_that_leads_nowhere_makes_the_event_undecodable(upcaster):
    stored = msgspec.msgpack.encode({"type": "chat.said.v1", "text": "Hello"})
    with pytest.raises(UndecodableEvent, match=r"^chat\.said\.v1"):
        decode("chat.said.v1", stored, {"chat.said.v1": upcaster})


class Waved(Event, frozen=True, tag="room.waved.v3"):
    former_tags = ("room.waved.v1", "room.waved.v2")


def test_old_events_are_asked_for_with_those_of_today():
    """A decision would forget what was written before its event's tag changed."""
    asked = about("room:algebra", Waved, RoomLeft)
    assert asked.types == ("room.waved.v3", "room.waved.v1", "room.waved.v2", "room.left.v1")


def test_every_former_tag_has_an_upcaster_and_the_other_way_round():
    former = [tag for event in CURRENT.values() for tag in event.former_tags]
    assert sorted(former) == sorted(UPCASTERS)
    assert not set(former) & set(CURRENT)


def test_upcasters_that_go_in_a_circle_end():
    circle = {
        "made.up.v1": lambda fields: {**fields, "type": "made.up.v2"},
        "made.up.v2": lambda fields: {**fields, "type": "made.up.v1"},
    }
    with pytest.raises(UndecodableEvent, match="circle"):
        decode("made.up.v1", msgspec.msgpack.encode({"type": "made.up.v1"}), circle)


# Bytes that are no event

DEEP = b"\x82\xa4type\xaeroom.closed.v1\xa1x" + b"\x91" * 100_000 + b"\xc0"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xc1",
        b"\x80",
        encode(closed)[:-1],
        encode(closed) + b"\x00",
        msgspec.msgpack.encode({"type": "never.written.v1"}),
        msgspec.msgpack.encode({"type": "room.closed.v1"}),
        msgspec.msgpack.encode({"type": "room.closed.v1", "room": 7}),
        msgspec.msgpack.encode(["room.closed.v1", "algebra"]),
        b"\x82\xa4type\xaeroom.closed.v1\xa4room\xa1\xff",
        DEEP,
    ],
)
@pytest.mark.parametrize("upcasters", [{}, {"room.closed.v1": lambda fields: fields}], ids=["now", "old"])
def test_bytes_that_are_no_event_are_undecodable(data, upcasters):
    with pytest.raises(UndecodableEvent):
        decode("room.closed.v1", data, upcasters)


@drawn(st.sampled_from(EXAMPLES), st.data())
def test_damaged_bytes_are_an_event_or_undecodable_and_nothing_else(event, data):
    stored = bytearray(encode(event))
    stored[data.draw(st.integers(0, len(stored) - 1))] = data.draw(st.integers(0, 255))
    with suppress(UndecodableEvent):
        assert isinstance(decode(type_of(event), bytes(stored)), Event)


def test_fields_of_a_later_version_are_passed_over():
    """A node of the version before reads what the new one writes, while a deployment goes on."""
    later = msgspec.msgpack.encode(
        {"type": "room.closed.v1", "room": "algebra", "why": "the evening is over"}
    )
    assert decode("room.closed.v1", later) == closed


# Over the bus


def recorded(event: Event) -> Recorded:
    at = datetime(2025, 3, 10, 12, 0, 0, 1, tzinfo=UTC)
    return Recorded(
        position=2**53, org="main", at=at, actor="ada", cause="41", tags=tags_of(event), event=event
    )


@pytest.mark.parametrize("event", EXAMPLES, ids=type_of)
def test_a_recorded_event_comes_back_from_json_as_it_was(event):
    assert from_json(to_json(recorded(event))) == recorded(event)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"x": "\xff"}',
        to_json(recorded(joined))[:-1],
        to_json(recorded(joined)).replace(b"room.joined.v1", b"never.written.v1"),
        to_json(recorded(joined)).replace(b"2025-03-10T12:00:00.000001Z", b"2025-03-10T12:00:00"),
        b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    ],
)
def test_json_that_is_no_recorded_event_is_undecodable(data):
    with pytest.raises(UndecodableEvent):
        from_json(data)
