"""Two nodes may write a board's edits in another order than they were made in: the board is the same."""

import random

from hypothesis import given
from hypothesis import strategies as st
from pycrdt import Doc, Text

from domain.rooms import Run
from rooms.board.document import restored
from rooms.board.snapshot import folded

STEPS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 20), st.sampled_from(["insert", "delete", "see"])),
    min_size=1,
    max_size=40,
)


def history(steps) -> tuple[list[Run], str]:
    """The edits of three people in the order in which they were made, and what they come to."""
    docs, runs = [Doc(client_id=client) for client in (3, 1, 2)], []
    for who, at, what in steps:
        doc = docs[who]
        if what == "see":
            doc.apply_update(docs[(who + 1) % 3].get_update(doc.get_state()))
            continue
        before, text = doc.get_state(), doc.get("text", type=Text)
        size = len(str(text))
        if what == "insert":
            text.insert(at % (size + 1), "abc"[who])
        elif size:
            del text[at % size]
        runs.append(Run(person="abc"[who], client=doc.client_id, update=doc.get_update(before)))
    whole = Doc()
    for doc in docs:
        whole.apply_update(doc.get_update())
    return runs, str(whole.get("text", type=Text))


@given(steps=STEPS, seed=st.integers(0, 1000))
def test_a_board_is_the_same_whatever_order_its_edits_are_on_record_in(steps, seed):
    runs, text = history(steps)
    assert restored(runs).text() == text
    random.Random(seed).shuffle(runs)
    document = restored(runs)
    assert document.text() == text
    assert document.waiting == []


@given(steps=STEPS, seed=st.integers(0, 1000), cut=st.integers(0, 40))
def test_what_stands_on_nothing_yet_waits_and_comes_with_the_rest(steps, seed, cut):
    runs, text = history(steps)
    random.Random(seed).shuffle(runs)
    early, late = runs[:cut], runs[cut:]
    snapshot = folded(None, early, 5)
    assert restored([*snapshot.runs(), *late]).text() == text


def test_an_edit_behind_a_later_one_of_its_client_is_not_lost():
    first, doc, updates = Doc(client_id=3), Doc(client_id=1), []
    first.get("text", type=Text).insert(0, "xy")
    base, text = first.get_update(), doc.get("text", type=Text)
    doc.apply_update(base)
    doc.observe(lambda event: updates.append(event.update))
    text.insert(0, "A")
    text.insert(0, "B")
    text.insert(3, "C")
    told = [Run(person="ada", client=1, update=updates[n]) for n in (1, 2, 0)]
    runs = [Run(person="ben", client=3, update=base), *told]
    assert restored(runs).text() == str(text) == "BAxCy"
