"""What was ever written can be read, byte for byte."""

from typing import Any

import jsonschema_rs
import msgspec
import pytest

from domain.catalogue import CURRENT, UPCASTERS, decode, encode, from_json, tags_of, to_json
from domain.events import Recorded, type_of
from infra.asyncapi import asyncapi
from tests.golden.examples import EXAMPLES, STARTS
from tests.golden.store import read, tags, write_missing

TAGS = tags()
STILL_WRITTEN = [tag for tag in TAGS if tag in CURRENT]


def test_every_tag_has_a_golden_file():
    missing = set(CURRENT) - set(TAGS)
    assert not missing, "put examples into tests/golden/examples.py and run `python -m tests.golden`"


def test_every_golden_file_is_of_a_tag_that_is_written_or_was():
    assert set(TAGS) == set(CURRENT) | set(UPCASTERS)


@pytest.mark.parametrize("tag", TAGS)
def test_what_is_stored_decodes(tag):
    event = decode(tag, read(tag).data)
    assert tag in (type_of(event), *event.former_tags)
    assert tags_of(event)


@pytest.mark.parametrize("tag", STILL_WRITTEN)
def test_it_is_the_event_that_the_file_shows(tag):
    golden = read(tag)
    shown = msgspec.json.decode(msgspec.json.encode(decode(tag, golden.data)))
    assert golden.event["type"] == tag
    assert {name: shown[name] for name in golden.event} == golden.event


@pytest.mark.parametrize("tag", STILL_WRITTEN)
def test_it_encodes_to_the_same_bytes(tag):
    """Fields that were added since, with their defaults, do not count."""
    golden = read(tag)
    fields: dict[str, Any] = msgspec.msgpack.decode(encode(decode(tag, golden.data)))
    known = {name: value for name, value in fields.items() if name in golden.event}
    assert msgspec.msgpack.encode(known) == golden.data


@pytest.mark.parametrize("tag", STILL_WRITTEN)
def test_it_comes_through_an_upcaster_unharmed(tag):
    """The way of old tags goes by plain fields: instants, dates, bytes and tuples must survive it."""
    event = decode(tag, read(tag).data)
    fields: dict[str, Any] = msgspec.msgpack.decode(encode(event))
    old = msgspec.msgpack.encode({**fields, "type": "made.up.v0"})
    assert decode("made.up.v0", old, {"made.up.v0": lambda was: {**was, "type": tag}}) == event


def recorded(tag: str) -> Recorded:
    event = decode(tag, read(tag).data)
    return Recorded(
        position=7, org="main", at=STARTS, actor="ada", cause=None, tags=tags_of(event), event=event
    )


@pytest.mark.parametrize("tag", STILL_WRITTEN)
def test_it_goes_over_the_bus_and_comes_back(tag):
    assert from_json(to_json(recorded(tag))) == recorded(tag)


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    return asyncapi()["components"]


@pytest.mark.parametrize("tag", STILL_WRITTEN)
def test_the_bus_carries_what_asyncapi_says(tag, described):
    payload = described["messages"][tag]["payload"]
    validator = jsonschema_rs.Draft7Validator({**payload, "components": described})
    fact = msgspec.json.decode(to_json(recorded(tag)))
    validator.validate(fact)
    assert not validator.is_valid({**fact, "event": {**fact["event"], "type": "made.up.v0"}})


def test_files_that_are_there_are_never_written_again(tmp_path):
    first, *rest = EXAMPLES
    kept = tmp_path / f"{type_of(first)}.json"
    kept.write_text("as it was")
    assert [path.stem for path in write_missing(tmp_path)] == [type_of(event) for event in rest]
    assert list(write_missing(tmp_path)) == []
    assert kept.read_text() == "as it was"
