"""Differences between two positions of a board, from its history."""

from hypothesis import given, settings
from hypothesis import strategies as st

from rooms.past.board import BoardPast
from rooms.past.changes import differences
from rooms.past.items import head, tail
from tests.history.told import PERSONS, Told, histories, past_of


def made(text: str, changes) -> str:
    for change in changes:
        before, behind = head(text, change.at), tail(text, change.at)
        if change.kind == "inserted":
            text = before + change.text + behind
        else:
            assert head(behind, change.length) == change.text
            text = before + tail(behind, change.length)
    return text


@settings(max_examples=200, deadline=None)
@given(histories, st.integers(0, 20), st.integers(0, 20))
def test_differences_made_on_the_text_of_one_position_give_that_of_the_other(history, one, two):
    told = Told(history)
    past = past_of(told)
    since, until = sorted(told.complete[number % len(told.complete)] for number in (one, two))
    changes = list(differences(past, since, until, "text"))
    assert made(told.document(since).text(), changes) == told.document(until).text()
    for change in changes:
        assert since < change.first <= change.last <= until
        assert change.person in PERSONS
        assert change.text


def test_who_did_what_and_when():
    told = Told(
        [
            ("insert", 0, 0, "a"),
            ("send", 0),
            ("event",),
            ("hear", 1),
            ("insert", 1, 1, "xyz"),
            ("send", 1),
            ("event",),
            ("hear", 2),
            ("delete", 2, 0, 2),
            ("send", 2),
            ("event",),
            ("hear", 2),
            ("insert", 2, 2, "😀"),
            ("send", 2),
        ]
    )
    past = past_of(told)
    assert past.text(4) == "yz😀"
    assert [tuple(change) for change in differences(past, 1, 4, "text")] == [
        ("deleted", 0, 1, "a", "cyd", "ada", 3, 3),
        ("inserted", 0, 2, "yz", "ben", "ben", 2, 2),
        ("inserted", 2, 2, "😀", "cyd", "cyd", 4, 4),
    ]
    assert [change.text for change in differences(past, 2, 3, "text")] == ["a", "x"]


def test_what_came_and_went_between_is_no_difference():
    told = Told([("insert", 0, 0, "a"), ("send", 0), ("event",), ("delete", 0, 0, 1), ("send", 0)])
    assert not list(differences(past_of(told), 0, 2, "text"))
    assert not list(differences(BoardPast(), 0, 9, "text"))
