"""The parts of a board: read as described, and whatever else stands there left out."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycrdt import Array, Doc, Map, Text

from rooms.board.parts import SHOWN, Note, Parts, Shape, read

EMPTY = Parts(text="", code="", language="plain", shapes=(), scratchpad="")
LINE: dict[str, Any] = {"v": 1, "kind": "line", "points": [0, 0, 10.5, -3], "colour": "#3451d1", "by": "ada"}
DRAWN = Shape(shape="s1", kind="line", points=(0, 0, 10.5, -3), colour="#3451d1", by="ada")


def board(**roots: Any) -> bytes:
    """A document with these roots; `_` stands for `-` in their names."""
    doc: Doc[Any] = Doc({name.replace("_", "-"): root for name, root in roots.items()})
    return doc.get_update()


def shapes(**drawn: Any) -> tuple[Shape, ...]:
    return read(board(shapes=Map(drawn))).shapes


def test_an_empty_board_has_all_parts():
    assert read(board()) == EMPTY


def test_every_part_is_read():
    whole = board(
        text=Text("Half is 🧮"),
        code=Text("print(1)"),
        code_settings=Map({"language": "python"}),
        shapes=Map({"s1": Map(LINE)}),
        scratchpad=Text("1/3 + 1/4\n= 7/12"),
    )
    assert read(whole) == Parts(
        text="Half is 🧮",
        code="print(1)",
        language="python",
        shapes=(DRAWN,),
        scratchpad="1/3 + 1/4\n= 7/12",
    )


def test_shapes_stand_in_the_order_of_their_ids():
    assert [shape.shape for shape in shapes(b=Map(LINE), a=Map(LINE), c=Map(LINE))] == ["a", "b", "c"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"v": 2},
        {"kind": "spray"},
        {"points": []},
        {"points": [1, 2, 3]},
        {"points": [1, float("nan")]},
        {"points": [1, 1e9]},
        {"points": ["1", "2"]},
        {"points": [0] * 2_002},
        {"colour": "red"},
        {"colour": "url(https://example.org)"},
        {"text": "x" * 501},
        {"by": "somebody else"},
        {"kind": None},
    ],
)
def test_a_shape_that_is_not_as_described_is_left_out_and_no_other(wrong: dict[str, Any]):
    assert shapes(s0=Map(LINE | wrong), s1=Map(LINE)) == (DRAWN,)


def test_what_is_no_shape_is_left_out():
    nested = Map(LINE | {"points": Array([0, 0, 1, 1])})
    others = {"n": None, "t": Text("hello"), "a": Array([1]), "plain": LINE, "nested": nested}
    assert shapes(**others, s1=Map(LINE)) == (DRAWN,)
    assert read(board(shapes=Map({"an id with spaces": Map(LINE)}))).shapes == ()


def test_fields_and_roots_that_nobody_described_change_nothing():
    assert shapes(s1=Map(LINE | {"glow": True, "more": Map({"x": 1})})) == (DRAWN,)
    assert read(board(scores=Map({"ada": 5}))) == EMPTY


def test_a_root_of_another_kind_is_as_good_as_empty():
    assert read(board(text=Map({"a": 1}), shapes=Text("hello"), code_settings=Array([1]))) == EMPTY


def test_a_note_says_where_a_message_belongs():
    notes = {
        "m1": {"v": 1, "anchor": "text@7:12", "more": "?"},
        "m2": {"v": 1, "anchor": "what I think of Ben"},
        "m3": {"v": 2, "anchor": "text@end"},
        "m4": Map({"v": 1, "anchor": "text@end"}),
        "m 5": {"v": 1, "anchor": "text@end"},
    }
    assert read(board(notes=Map(notes))).notes == (Note(message="m1", anchor="text@7:12"),)


def test_a_language_that_nobody_knows_is_plain():
    for language in ("cobol", 5, None, ["python"]):
        assert read(board(code_settings=Map({"language": language}))).language == "plain"


def test_of_very_many_shapes_the_first_are_shown():
    drawn = {f"s{number:05}": Map(LINE) for number in range(SHOWN + 3)}
    assert [shape.shape for shape in shapes(**drawn)] == sorted(drawn)[:SHOWN]


VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.binary(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
FIELDS = st.sampled_from(["v", "kind", "points", "colour", "text", "by", "?"])


@given(st.dictionaries(st.text(max_size=5), st.dictionaries(FIELDS, VALUES), max_size=4))
def test_whatever_stands_there_is_read(drawn: dict[str, dict[str, Any]]):
    read(board(shapes=Map({key: Map(value) for key, value in drawn.items()})))
