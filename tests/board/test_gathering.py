"""Edits wait for the log in order, and none is let go of early."""

from hypothesis import given
from hypothesis import strategies as st
from pycrdt import Doc, Text

from domain.rooms import Run
from rooms.board.document import restored
from rooms.board.gathering import Gathering, merged, parts

sizes = st.lists(st.integers(1, 50))


def run(person, size, client=1):
    return Run(person=person, client=client, update=bytes(size))


def written(*letters):
    """Runs of (person, client, letter), as a document makes them."""
    doc = Doc(client_id=9)
    text = doc.get("text", type=Text)
    sent = []
    for person, client, letter in letters:
        author = Doc(client_id=client)
        theirs = author.get("text", type=Text)
        author.apply_update(doc.get_update())
        before = author.get_state()
        theirs += letter
        update = author.get_update(before)
        doc.apply_update(update)
        sent.append(Run(person=person, client=client, update=update))
    return sent, str(text)


@given(st.lists(st.tuples(st.sampled_from([("ada", 1), ("bob", 2), ("bob", 0)]), st.sampled_from("xyz"))))
def test_merged_runs_make_the_same_document_with_the_authors_in_the_same_order(letters):
    runs, text = written(*((person, client or 5, letter) for (person, client), letter in letters))
    short = merged(runs)
    assert restored(short).text() == text
    authors = [(r.person, r.client) for r in runs]
    assert [(r.person, r.client) for r in short] == [
        a for a, before in zip(authors, [None, *authors], strict=False) if a != before
    ]


def test_what_was_brought_is_never_merged():
    runs = [run("ada", 3, client=0), run("ada", 3, client=0)]
    assert merged(runs) == runs


def test_what_cannot_be_merged_is_kept_one_by_one():
    runs = [Run(person="ada", client=1, update=b"\xff"), Run(person="ada", client=1, update=b"\xfe")]
    assert merged(runs) == runs


@given(sizes, st.integers(1, 100))
def test_parts_hold_every_run_in_order_and_little_enough(lengths, largest):
    runs = [run("ada", length) for length in lengths]
    split = parts(runs, largest)
    assert [r for part in split for r in part] == runs
    assert all(len(part) == 1 or sum(len(r.update) for r in part) <= largest for part in split)
    assert all(split)


def test_what_was_taken_stays_until_it_is_written_and_is_taken_again_if_it_was_not():
    gathering = Gathering()
    gathering.add(run("ada", 3))
    gathering.take(1000)
    gathering.add(run("bob", 4))
    assert (gathering.gathered, gathering.unsaved) == (4, 7)
    (again,) = gathering.take(1000)
    assert [r.person for r in again] == ["ada", "bob"]
    gathering.add(run("cyd", 5))
    gathering.written()
    assert (gathering.gathered, gathering.unsaved) == (5, 5)
    assert [r.person for r in gathering.runs()] == ["cyd"]
