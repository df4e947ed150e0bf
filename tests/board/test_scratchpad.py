"""The scratchpad: exact, bounded, and never a program."""

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rooms.scratchpad.exact import BITS, Budget, Exact, TooLarge, written
from rooms.scratchpad.mathematics import LINE
from rooms.scratchpad.scratchpad import LINE_STEPS, LINES, SHEET_STEPS, Result, worked_out

HOSTILE = (
    "9^9^9",
    "9**9**9",
    "(((9^99)^99)^99)^99",
    "2^-99999999999999999999",
    "1/3^512",
    "(a+b+c+d+e+f+g)^24",
    "((a+b)^12*(c+d)^12)^2",
    "(" * LINE,
    "-" * LINE,
    "__import__('os').system('true')",
    "().__class__.__bases__",
    "lambda: 1",
    "x" * (LINE + 1),
    "1" * LINE + "^9",
)


def results(*lines: str) -> list[tuple[str, str]]:
    return [(each.kind, each.text) for each in worked_out(lines)]


def test_values_are_exact_and_shown_in_decimals_as_well():
    assert worked_out(["1/3 + 1/4"]) == (Result(kind="value", text="7/12", about="0.583333"),)
    assert results("0.1 + 0.2", "2^10", "2^-3", "sqrt(9/4)", "abs(-3)", "15%") == [
        ("value", text) for text in ("3/10", "1024", "1/8", "3/2", "3", "3/20")
    ]


def test_what_is_claimed_is_right_or_wrong():
    lines = ("1/3 + 1/4", "= 7/12", "= 0.6", "1/3 + 1/4 = 4/12 + 3/12 = 7/12", "1/2 = 2/4 = 3/5")
    assert [kind for kind, _ in results(*lines)] == ["value", "right", "wrong", "right", "wrong"]


def test_a_name_stands_for_what_it_was_defined_as_from_there_on():
    lines = ("2x + 1", "x = 3", "2x + 1", "2x + 1 = 7", "x = 4", "x^2")
    found = [("value", "2*x + 1"), ("defined", "3"), ("value", "7"), ("right", ""), ("defined", "4")]
    assert results(*lines) == [*found, ("value", "16")]


def test_what_holds_for_every_value_of_its_names_is_right():
    assert results("(x+1)^2 = x² + 2x + 1", "x(x-1) = x^2 - x", "x + 1 = x") == [
        ("right", ""),
        ("right", ""),
        ("wrong", ""),
    ]
    assert results("2x + 1 = 7y") == [("open", "x, y")]


def test_signs_are_understood_as_people_write_them():
    line = "6 \N{MULTIPLICATION SIGN} 2 \N{DIVISION SIGN} 3 \N{MINUS SIGN} 1 : 2"
    assert results(line, "2(3)(4)", "-2^2") == [("value", "7/2"), ("value", "24"), ("value", "-4")]


def test_what_is_no_mathematics_is_an_error_on_its_own_line_only():
    lines = ("we try thirds first", "", "# a remark", "1/0", "= ", "sqrt(2)", "x = x + 1", "1/x", "1 + 1")
    kinds = [kind for kind, _ in results(*lines)]
    assert kinds == ["error", "nothing", "nothing", *["error"] * 5, "value"]


def test_a_claim_needs_something_above_it():
    assert results("= 5") == [("error", "There is nothing above that this could be equal to.")]


@pytest.mark.parametrize("line", HOSTILE)
def test_hostile_lines_are_refused_or_worked_out_within_their_bounds(line):
    assert all(each.kind in ("error", "value") and len(each.text) < 4 * BITS for each in worked_out([line]))


def test_a_line_and_a_sheet_have_a_budget():
    costly = "(a + b + c)^7"
    assert results(costly)[0][0] == "value"
    sheet = results(*[costly] * LINES)
    assert sheet[0][0] == "value"
    assert sheet[-1] == ("error", "This scratchpad holds too much to work out at once.")
    with pytest.raises(TooLarge):
        Budget(LINE_STEPS).spend(LINE_STEPS + 1)
    assert SHEET_STEPS < LINE_STEPS * LINES


@given(st.text(max_size=LINE))
def test_whatever_is_written_has_a_result(line):
    assert len(worked_out([line, "1 + 1"])) == 2


@given(st.text(alphabet="0123456789.+-*/^()=%xyab ", max_size=LINE))
def test_whatever_looks_like_mathematics_has_a_result(line):
    assert worked_out([line, "1 + 1"])[1].text == "2"


NUMBERS = st.fractions(max_denominator=10**6).filter(lambda number: abs(number) < 10**9)


@st.composite
def sums(draw: st.DrawFn, depth: int = 3) -> tuple[str, Fraction]:
    """An expression and what Python's fractions make of it."""
    if depth == 0 or draw(st.booleans()):
        number = abs(draw(NUMBERS))
        return f"({number})", number
    left, mine = draw(sums(depth - 1))
    right, yours = draw(sums(depth - 1))
    sign = draw(st.sampled_from("+-*/"))
    assume(sign != "/" or yours != 0)
    value = {"+": mine + yours, "-": mine - yours, "*": mine * yours}.get(sign)
    return f"({left} {sign} {right})", mine / yours if value is None else value


@given(sums())
def test_it_is_what_pythons_fractions_say(made):
    line, value = made
    assume(len(line) <= LINE)
    assert results(line, f"= {value}") == [("value", str(value)), ("right", "")]


TERMS = st.dictionaries(
    st.dictionaries(st.sampled_from("abx"), st.integers(1, 4), max_size=2).map(
        lambda powers: tuple(sorted(powers.items()))
    ),
    st.fractions(max_denominator=99).filter(lambda factor: 0 < abs(factor) < 99),
    max_size=5,
)


@given(TERMS)
def test_what_is_shown_can_be_written_again(terms):
    shown = written(Exact.of(terms))
    assume(len(shown) <= LINE)
    assert results(shown) == [("value", shown)]
