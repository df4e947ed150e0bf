"""Updates are read before they reach the document, and what could harm it never does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycrdt import Array, Doc, Map, Text

from domain.rooms import Run
from rooms.board import update as updates
from rooms.board import wire
from rooms.board.closing import BadUpdate, Malformed
from rooms.board.document import Broken, Document, Missing, restored
from tests.board.support import WAITING_FOR_EACH_OTHER

words = st.text(st.characters(codec="utf-8"), min_size=1, max_size=5)


def edited(*change, client=7):
    """The updates that a real document sends while each change is made."""
    doc = Doc(client_id=client)
    sent = []
    subscription = doc.observe(lambda event: sent.append(event.update))
    for step in change:
        step(doc)
    doc.unobserve(subscription)
    return sent


def write(text):
    return lambda doc: doc.get("text", type=Text).insert(0, text)


def put_map(key):
    return lambda doc: doc.get("m", type=Map).__setitem__(key, Map())


def take(document, update):
    """As the board does with a live edit."""
    contents = updates.read(update)
    document.apply(update, contents, document.new_blocks(contents))


def any_value(body):
    """An update whose one block holds this value."""
    return bytes([1, 1, 7, 0, 0x08, 1, 1]) + b"a" + bytes([1]) + body + bytes([0])


@given(st.lists(words, min_size=1, max_size=8))
def test_clocks_are_those_of_the_document_whatever_the_alphabet(texts):
    document = Document()
    for update in edited(*(write(text) for text in texts)):
        take(document, update)
    assert document.clocks == wire.state_vector(document.state())
    assert document.text() == "".join(reversed(texts))


def test_all_kinds_of_content_are_read():
    def fill(doc):
        shapes = doc.get("shapes", type=Map)
        shapes["a"] = Array([1, -70000, 2.5, True, None, "x", b"\x00", {"deep": [{"er": [1.5]}]}])
        shapes["b"] = Map({"c": Text("inner")})
        text = doc.get("text", type=Text)
        text += "bold"
        text.format(0, 2, {"bold": True})
        text.insert_embed(1, {"image": "x"})

    document = Document()
    for update in edited(fill, write("more")):
        take(document, update)
    assert document.clocks == wire.state_vector(document.state())
    take(Document(), document.whole())


def test_deep_values_are_refused_that_would_overflow_the_stack():
    deep = any_value(bytes([117, 1]) * 200_000 + bytes([126]))
    with pytest.raises(BadUpdate):
        updates.read(deep)
    updates.read(any_value(bytes([117, 1]) * 60 + bytes([126])))


def test_a_chain_of_nested_types_is_refused_that_would_overflow_the_stack():
    links = b"".join(bytes([0x27, 0, 7]) + wire.varuint(i) + b"\x01k\x01" for i in range(5_000))
    chain = b"\x01" + wire.varuint(5_001) + b"\x07\x00" + b"\x27\x01\x01a\x01k\x01" + links + b"\x00"
    document = Document()
    with pytest.raises(BadUpdate, match="too many"):
        take(document, chain)
    assert document.whole() == wire.NOTHING


def test_nested_types_are_counted_over_many_updates_and_after_loading():
    document = Document(nested_types=3)
    for update in edited(*(put_map(key) for key in "abc")):
        take(document, update)
    reloaded = restored([Run(person="ada", client=7, update=document.whole())], nested_types=3)
    (more,) = edited(put_map("z"), client=8)
    for full in (document, reloaded):
        with pytest.raises(BadUpdate, match="too many"):
            take(full, more)


@pytest.mark.parametrize(
    "update",
    [
        b"",
        b"\x01",
        b"\xff\xff\xff\x7f\x00\x00\x00\x00",
        bytes.fromhex("01ffffffff0f0100"),
        bytes.fromhex("010207b7ffffbfff0f2701016d016b0204000760017800"),
        bytes.fromhex("0101070004010474657874ffff7f6800"),
        bytes.fromhex("01010700040104746578740000"),
        bytes.fromhex("0101070000ffffffff0f00"),
        bytes.fromhex("01010700090104746578740000"),
        bytes.fromhex("0001070100ffffffff7f"),
        any_value(bytes([99])),
        b"\x01\x01\x07\x00\x04\x01\x04text\x02\xff\xfe\x00",
        bytes.fromhex("0100077800"),
        bytes.fromhex("000000"),
        bytes.fromhex("0101070004020474657874016800"),
    ],
)
def test_damaged_updates_are_refused(update):
    with pytest.raises(BadUpdate):
        updates.read(update)


def test_an_update_that_stands_on_unknown_edits_leaves_the_document_alone():
    first, second = edited(write("one"), write("two"))
    document = Document()
    with pytest.raises(Missing):
        take(document, second)
    assert document.state() == b"\x00"
    take(document, first)
    take(document, second)
    assert document.text() == "twoone"


def test_blocks_that_wait_for_each_other_break_the_document_and_are_found_out():
    with pytest.raises(Broken):
        take(Document(), WAITING_FOR_EACH_OTHER)


def test_a_run_on_record_that_makes_the_library_panic_does_not_keep_the_board_from_loading():
    (good,) = edited(write("good"))
    panics = bytes.fromhex("010207b7ffffbfff0f2701016d016b0204000760017800")
    runs = [Run(person="ada", client=7, update=update) for update in (b"?", panics, good)]
    assert restored(runs).text() == "good"


def test_what_is_repeated_is_no_news():
    (update,) = edited(write("once"))
    document = Document()
    contents = updates.read(update)
    assert document.merge(update, contents, document.new_blocks(contents)) is not None
    assert document.merge(update, contents, document.new_blocks(contents)) is None


@given(st.binary(max_size=80))
def test_garbage_is_an_update_or_a_bad_update_and_nothing_else(data):
    try:
        updates.read(data)
    except BadUpdate:
        return


@given(st.data())
def test_a_damaged_byte_never_leaves_clocks_and_document_apart(data):
    sent = edited(write("héllo"), write("wörld"), lambda doc: doc.get("text", type=Text).clear(), write("x"))
    document = Document()
    for update in sent:
        at = data.draw(st.integers(0, len(update) - 1))
        damaged = update[:at] + bytes([data.draw(st.integers(0, 255))]) + update[at + 1 :]
        try:
            take(document, damaged)
        except Broken:
            return
        except (BadUpdate, Missing):
            pass
        assert document.clocks == wire.state_vector(document.state())


@pytest.mark.parametrize("reloaded", [False, True])
def test_half_a_character_cannot_be_deleted_nor_written_beside(reloaded):
    document = Document()
    (update,) = edited(write("a😀b"))
    take(document, update)
    if reloaded:
        document = restored([Run(person="ada", client=7, update=update)])
    beside = bytes([1, 1, 8, 0, 0x84, 7, 1, 1]) + b"x" + bytes([0])
    for cut in (bytes([0, 1, 7, 1, 1, 1]), bytes([0, 1, 7, 1, 2, 1]), beside):
        with pytest.raises(BadUpdate, match="in half"):
            take(document, cut)
    take(document, bytes([0, 1, 7, 1, 1, 2]))
    assert document.text() == "ab"


def test_a_character_is_not_cut_by_what_repeats_half_of_it():
    document = Document()
    (known,) = edited(write("ab"))
    take(document, known)
    (other,) = edited(write("a😀"))
    with pytest.raises(BadUpdate, match="in half"):
        take(document, other)
    assert document.text() == "ab"


# A character that was typed is read in a shorter way

numbers = st.integers(0, 2**31) | st.integers(0, 2**53 - 1)
identities = st.tuples(numbers, numbers).map(lambda pair: wire.varuint(pair[0]) + wire.varuint(pair[1]))


@given(
    block=identities,
    beside=st.tuples(st.just(b"\x84"), identities) | st.tuples(st.just(b"\xc4"), identities, identities),
    character=st.characters(max_codepoint=0x7FF).map(wire.varstring),
    spoilt=st.none() | st.tuples(st.integers(0, 40), st.integers(0, 255)),
)
def test_the_short_way_of_reading_finds_what_the_long_one_does(block, beside, character, spoilt):
    data = bytearray(b"\x01\x01" + block + b"".join(beside) + character + b"\x00")
    if spoilt:
        data[spoilt[0] % len(data)] = spoilt[1]
    found = []
    for way in (updates.read, updates._read_all):
        try:
            found.append(way(bytes(data)))
        except BadUpdate as why:
            found.append(str(why))
    assert found[0] == found[1]


@given(size=st.integers(0, 300), more=st.binary(max_size=2))
def test_an_edit_is_parsed_as_any_other_message(size, more):
    frame = wire.update(bytes(size))
    assert wire.parse(frame + more) == wire.Update(bytes(size))
    for cut in range(len(frame)):
        with pytest.raises(Malformed):
            wire.parse(frame[:cut])
