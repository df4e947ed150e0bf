"""A board at any position: the same as a replay by the library, however its history went."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from pycrdt import Doc, Map

from domain.rooms import Run
from rooms.board import parts
from rooms.board.authorship import Authors
from rooms.past.board import BoardPast
from rooms.past.items import Entry
from rooms.past.values import drawn, value_of
from tests.history.told import Told, histories, past_of


@settings(max_examples=150, deadline=None)
@given(histories)
def test_the_text_at_every_position_is_that_of_a_replay(history):
    told = Told(history)
    past = past_of(told)
    for position in told.complete:
        assert past.text(position) == told.document(position).text()
        then = parts.read(told.document(position).whole())
        assert drawn(past, position) == (then.language, then.shapes, then.notes)


def test_every_kind_of_value_in_a_map_is_what_its_clients_read():
    values = [None, True, False, 0, -1, 63, 64, -64, 2**31, -(2**40), 1.5, 1e300, "é😀", b"\x00\xff"]
    held = [*values, values[:12], {"a": {"b": [1, "c"]}}]
    doc: Doc = Doc(client_id=5)
    root = doc.get("notes", type=Map)
    for number, value in enumerate(held):
        root[f"k{number}"] = value
    past = BoardPast()
    past.fold([Run(person="ada", client=5, update=doc.get_update())], 1)
    found = [next(iter(past.items(Entry("notes", f"k{number}")))) for number in range(len(held))]
    assert [value_of(item) for item in found] == held


@settings(max_examples=100, deadline=None)
@given(histories)
def test_the_spans_add_up_to_the_text(history):
    told = Told(history)
    past = past_of(told)
    for position in range(len(told.events) + 1):
        text, spans, characters = past.read(position)
        units = text.encode("utf-16-le")
        assert "".join(units[2 * s.start : 2 * s.end].decode("utf-16-le") for s in spans) == text
        assert [span.start for span in spans] == [0, *(span.end for span in spans)][: len(spans)]
        assert all(one.person != two.person for one, two in pairwise(spans))
        for person, count in characters.items():
            written = "".join(
                units[2 * s.start : 2 * s.end].decode("utf-16-le") for s in spans if s.person == person
            )
            assert len(written) == count


@settings(max_examples=100, deadline=None)
@given(histories, st.integers(0, 20))
def test_a_history_that_is_folded_further_later_is_the_one_that_is_folded_at_once(history, cut):
    told = Told(history)
    past = BoardPast()
    for position, runs in enumerate(told.events[:cut], 1):
        past.fold(runs, position)
    before = [past.read(position) for position in range(cut + 1)]
    for position, runs in enumerate(told.events[cut:], cut + 1):
        past.fold(runs, position)
    assert [past.read(position) for position in range(cut + 1)] == before
    whole = past_of(told)
    for position in range(len(told.events) + 1):
        assert past.read(position) == whole.read(position)


@settings(max_examples=100, deadline=None)
@given(histories, st.integers(0, 20))
def test_authorship_goes_on_from_a_snapshot_as_if_everything_had_been_read(history, cut):
    told = Told(history)
    whole, before = Authors(), Authors()
    for runs in told.events:
        whole.add(runs)
    for runs in told.events[:cut]:
        before.add(runs)
    after = Authors(before.authorship())
    for runs in told.events[cut:]:
        after.add(runs)
    assert after.authorship() == whole.authorship()
    past = past_of(told)
    assert past.authors.authorship() == whole.authorship()
    counted = whole.characters(told.document(len(told.events)).whole(), "text")
    assert counted == past.read(len(told.events)).characters
