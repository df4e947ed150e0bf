"""Going back to a position, and taking out what somebody did: as edits that every copy takes in."""

from hypothesis import given, settings
from hypothesis import strategies as st
from pycrdt import Doc, Text

from domain.rooms import Run
from rooms.board.document import restored
from rooms.board.update import read
from rooms.past.board import BoardPast
from rooms.past.restoring import back_to, caught_up, client_of, without
from tests.history.told import PERSONS, Told, histories, past_of

ROOTS = ("text", "code")


def live(told: Told, update: bytes):
    """The document, after the board has taken the update as it takes that of a client."""
    document = told.document(len(told.events))
    contents = read(update)
    document.apply(update, contents, document.new_blocks(contents))
    return document


@settings(max_examples=200, deadline=None)
@given(histories, st.integers(0, 20))
def test_going_back_makes_the_text_what_it_was_and_history_keeps_what_was_between(history, at):
    told = Told(history)
    position, last = told.complete[at % len(told.complete)], len(told.events)
    update = back_to(past_of(told), position, 77, ROOTS)
    assert live(told, update).text() == told.document(position).text()
    past = past_of(told)
    past.fold([Run(person="tia", client=77, update=update)], last + 1)
    assert past.text(last + 1) == told.document(position).text()
    assert past.text(last) == told.document(last).text()


@settings(max_examples=200, deadline=None)
@given(histories, st.integers(0, 20), st.sampled_from(PERSONS))
def test_taking_out_what_somebody_did_leaves_every_character_of_the_others(history, at, person):
    told = Told(history)
    since, last = at % (len(told.events) + 1), len(told.events)
    past = past_of(told)
    update = without(past, person, since, 77, ROOTS)
    document = live(told, update)
    past.fold([Run(person="tia", client=77, update=update)], last + 1)
    assert past.text(last + 1) == document.text()
    before, after = past.reached(since), past.reached(last)
    still = {
        (item.client, clock) for item, start, end, _ in past.visible(last + 1) for clock in range(start, end)
    }
    for item, start, end, author in past_of(told).visible(last):
        for clock in range(start, end):
            own = author == person and before.get(item.client, 0) <= clock
            assert own is ((item.client, clock) not in still)
    assert after == past.reached(last)


def test_what_somebody_deleted_is_brought_back_in_its_place():
    told = Told(
        [
            ("insert", 0, 0, "xyz"),
            ("send", 0),
            ("event",),
            ("hear", 1),
            ("delete", 1, 1, 1),
            ("insert", 1, 2, "a"),
            ("send", 1),
        ]
    )
    past = past_of(told)
    assert past.text(2) == "xza"
    update = without(past, "ben", 1, 77, ROOTS)
    assert live(told, update).text() == "xyz"
    assert live(told, without(past_of(told), "ada", 0, 77, ROOTS)).text() == "a"


def test_what_is_live_and_not_yet_in_the_log_is_taken_back_too():
    told = Told([("insert", 0, 0, "xyz"), ("send", 0), ("event",), ("insert", 0, 1, "a"), ("send", 0)])
    behind = BoardPast()
    behind.fold(told.events[0], 1)
    update = back_to(caught_up(behind, told.document(2)), 1, 77, ROOTS)
    assert live(told, update).text() == "xyz"


def test_every_part_that_is_a_text_goes_back():
    doc: Doc = Doc(client_id=5)
    doc.get("code", type=Text).insert(0, "let x")
    first = doc.get_update()
    before = doc.get_state()
    doc.get("code", type=Text).clear()
    runs = [
        Run(person="ada", client=5, update=first),
        Run(person="ada", client=5, update=doc.get_update(before)),
    ]
    past = BoardPast()
    for position, run in enumerate(runs, 1):
        past.fold([run], position)
    update = back_to(past, 1, 77, ROOTS)
    past.fold([Run(person="tia", client=77, update=update)], 3)
    assert [past.text(position, "code") for position in (1, 2, 3)] == ["let x", "", "let x"]
    assert not past.text(3)
    assert restored([*runs, Run(person="tia", client=77, update=update)]).clocks[77] == 6


def test_an_edit_has_one_client_id_which_is_nobody_elses():
    past = BoardPast()
    client = client_of("e1", past, "ada")
    assert client == client_of("e1", past, "ada") != client_of("e1", past, "ben")
    doc: Doc = Doc(client_id=client)
    doc.get("text", type=Text).insert(0, "x")
    past.fold([Run(person="eve", client=client, update=doc.get_update())], 1)
    assert client_of("e1", past, "ada") != client
    past = BoardPast()
    past.fold([Run(person="ada", client=client, update=doc.get_update())], 1)
    assert client_of("e1", past, "ada") == client
