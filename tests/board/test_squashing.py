"""What was typed in a row is one block, and nothing else is said otherwise."""

from hypothesis import given
from hypothesis import strategies as st
from pycrdt import Doc, Map, Text

from rooms.board.squashing import squashed
from rooms.board.update import read

places = st.one_of(st.just("on"), st.integers(0, 20))
keys = st.sampled_from(["a", "b", "é", "😀", "\n", "word"])
letters = st.one_of(keys, st.just("pasted " * 30))
steps = st.lists(
    st.one_of(
        st.tuples(st.just("type"), places, letters),
        st.tuples(st.just("type"), st.just("on"), letters),
        st.tuples(st.just("delete"), places, st.just("")),
        st.tuples(st.just("shape"), st.just(0), letters),
    ),
    max_size=25,
)


def sent(steps, before="of 😀 old"):
    """What a client sends, who types on, elsewhere, deletes, or draws; and what was there before."""
    other, doc, updates = Doc(client_id=300), Doc(client_id=200), []
    other.get("text", type=Text).insert(0, before)
    doc.apply_update(other.get_update())
    text, shapes, at = doc.get("text", type=Text), doc.get("shapes", type=Map), 0
    subscription = doc.observe(lambda event: updates.append(event.update))
    for what, place, letters in steps:
        known = str(text)
        at = at if place == "on" else place % (len(known) + 1)
        offset = len(known[:at].encode())
        if what == "shape":
            shapes[letters] = letters
        elif what == "type":
            text.insert(offset, letters)
            at += len(letters)
        elif at < len(known):
            del text[offset : offset + len(known[at].encode())]
    doc.unobserve(subscription)
    return other.get_update(), updates, doc


@given(steps, st.sampled_from(["", "of 😀 old"]))
def test_the_same_document_comes_of_fewer_updates(steps, before):
    start, updates, doc = sent(steps, before)
    fewer = squashed(updates)
    again = Doc()
    for update in (start, *fewer):
        again.apply_update(update)
    assert again.get_update() == doc.get_update()
    assert len(fewer) <= len(updates)
    assert sum(map(len, fewer)) <= sum(map(len, updates))


@given(st.lists(keys, min_size=2, max_size=30), st.integers(0, 9))
def test_what_was_typed_in_a_row_is_one_block(words, at):
    _, updates, _ = sent([("type", at, words[0]), *(("type", "on", word) for word in words[1:])])
    (update,) = squashed(updates)
    (block,) = read(update).blocks
    assert block.text == "".join(words)


@given(st.lists(st.binary(min_size=1, max_size=12), max_size=6))
def test_what_is_no_typing_is_left_alone(updates):
    assert squashed(updates) == updates
