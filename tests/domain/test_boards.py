"""Rights on a board: the host and the staff say who writes, and what is said of a person goes first."""

import pytest
from hypothesis import given as holds
from hypothesis import strategies as st

from domain.boards import (
    BOARDS,
    NOTES,
    BoardRightSet,
    SetBoardRight,
    may_write,
    right_of,
    writes_all,
    writes_some,
)
from domain.rooms import NotYourRoom, RoomClosed, RoomIsClosed, RoomOpened, UnknownRoom
from tests.domain.spec import given

opened = RoomOpened(room="algebra", title="Algebra", capacity=9, host="tess")
PERSONS, PARTS = ("ada", "ben", None), ("text", NOTES, None)


def rule(right, person=None, part=None, by="tess") -> BoardRightSet:
    return BoardRightSet(room="algebra", person=person, part=part, right=right, by=by)


def wish(right, person=None, part=None) -> SetBoardRight:
    return SetBoardRight(room="algebra", person=person, part=part, right=right)


@pytest.mark.parametrize(("actor", "role"), [("tess", "student"), ("tia", "tutor"), ("root", "admin")])
def test_the_host_and_the_staff_set_rights(actor, role):
    given(BOARDS, opened).when(wish("read", "ada", "text"), actor=actor, role=role).then(
        rule("read", "ada", "text", by=actor)
    ).again().nothing()


def test_nobody_else_does():
    given(BOARDS, opened).when(wish("read")).refused(NotYourRoom)


def test_there_are_rights_only_in_an_open_room():
    given(BOARDS).when(wish("read"), actor="tess").refused(UnknownRoom)
    given(BOARDS, opened, RoomClosed(room="algebra")).when(wish("read"), actor="tess").refused(RoomIsClosed)


def test_a_rule_can_be_taken_back_once():
    given(BOARDS, opened, rule("read")).when(wish(None), actor="tess").then(rule(None)).again().nothing()


def test_members_write_where_nothing_is_said():
    assert right_of({}, "ada", "text") == "write"
    assert writes_all({}, "ada")


def test_what_is_said_of_a_person_goes_before_what_is_said_of_a_part():
    rules = {(None, None): "read", ("ada", None): "write", (None, "text"): "comment", ("ada", NOTES): "read"}
    assert [right_of(rules, "ada", part) for part in ("text", NOTES, "code")] == ["write", "read", "write"]
    assert [right_of(rules, "ben", part) for part in ("text", NOTES)] == ["comment", "read"]


def test_whoever_may_write_nowhere_is_a_reader():
    assert not writes_some({("ada", None): "read"}, "ada")
    assert writes_some({("ada", None): "read", ("ada", "text"): "write"}, "ada")
    assert writes_some({("ada", None): "comment"}, "ada")
    assert writes_some({(None, "text"): "read"}, "ada")


def test_whoever_may_comment_writes_among_the_notes_alone():
    assert may_write({("ada", None): "comment"}, "ada", NOTES)
    assert not may_write({("ada", None): "comment"}, "ada", "text")
    assert not may_write({(None, "text"): "comment"}, "ada", "text")


@holds(
    st.dictionaries(
        st.tuples(st.sampled_from(PERSONS), st.sampled_from(PARTS)),
        st.sampled_from(["read", "comment", "write"]),
    )
)
def test_whoever_writes_all_may_write_each_part(rules):
    if writes_all(rules, "ada"):
        assert all(may_write(rules, "ada", part) for part in ("text", NOTES, "anything"))
