"""No answer gets through, in whatever dress; and what is plain and good is not refused."""

import random
import string
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.dresses import DRESSES, KEYS, spoken
from benchmarks.leaks import CARRIERS, measured
from rooms.facilitator.numerals import hidden, in_figures, in_words
from rooms.facilitator.validation import Rules, fault
from rooms.facilitator.words import FITTING, TALK_MOVES

NATURAL = """
    S2, what stands out to you in the approach we have so far?
    S2, how might you picture this on the board?
    Before we move on, S2, is there anything you'd like to test or question?
    S2, if you had to convince a friend, which step would you explain first?
    S2, what do you notice when you compare the two ideas?
    S2, whenever you're ready: what might be a useful next step?
    Let's pause here. S2, how does this connect with what we tried earlier?
    S2, what would happen if we started from the other end?
    S2, what's one thing you'd want to clarify before we continue?
    S2, which part of the problem would you tackle next, and how come?
"""
PROMPT = "Work out 3/4 + 1/3. Solve 3x + 5 = 20. What is 15% of 250, and 10%?"
HINTS = """
    What do 3/4 and 1/3 have in common, and what would you need before you add them?
    S1, how many parts does each whole have here?
    Try to say what x stands for in 3x + 5 = 20 before you undo anything.
    What would 10% of 250 be, and how might it help you?
"""


@pytest.mark.parametrize("text", [line.strip() for line in NATURAL.strip().splitlines()])
def test_what_a_model_says_in_plain_words_is_not_refused(text):
    assert fault(text, Rules(addressee="S2", keys=("photosynthesis", "42", "3/4"))) is None


@pytest.mark.parametrize("text", [line.strip() for line in HINTS.strip().splitlines()])
def test_a_hint_may_speak_of_what_stands_in_the_problem(text):
    rules = Rules(addressee="S1", optional=True, keys=("13/12",), known=PROMPT)
    assert fault(text, rules) is None
    assert fault(text, Rules(addressee="S1", optional=True, keys=("13/12",))) in ("figure", "disguise", None)


def test_a_hint_may_bring_no_figure_of_its_own_and_address_nobody_else():
    rules = Rules(addressee="S1", optional=True, keys=("5",), known="Solve 3x + 5 = 20.")
    assert fault("What is 20 less 4?", rules) == "figure"
    assert fault("What is left of 20 if you take 5 away?", rules) == "answer"
    assert fault("What is left of 20, S2?", rules) == "pseudonym"
    assert fault("Take fourteen away first.", rules) == "figure"


def test_where_there_are_choices_no_word_points_at_one():
    rules = Rules(addressee="S2", keys=("mitochondria",), choices=True)
    assert fault("S2, why not take the second?", rules) == "answer"
    assert fault("S2, which of them can you rule out?", rules) is None


@settings(max_examples=250)
@given(st.sampled_from(list(DRESSES)), st.sampled_from(KEYS), st.sampled_from(CARRIERS), st.integers(0, 99))
def test_no_dress_that_is_known_gets_through(dress, key, carrier, seed):
    dressed = DRESSES[dress](key, random.Random(seed))
    if dressed is not None:
        text = carrier.replace("{it}", dressed)
        assert fault(text, Rules(addressee="S2", keys=(key,))) is not None, text


@settings(max_examples=150)
@given(
    st.text(string.ascii_lowercase, min_size=5, max_size=14),
    st.sampled_from(["rot13", "spaces", "backwards", "base64", "Cyrillic", "circled", "first letters"]),
    st.sampled_from(CARRIERS),
)
def test_no_word_whatever_it_is_gets_through_dressed(key, dress, carrier):
    dressed = DRESSES[dress](key, random.Random(1))
    assert dressed is not None
    assert fault(carrier.replace("{it}", dressed), Rules(addressee="S2", keys=(key,))) is not None


@settings(max_examples=150)
@given(st.integers(4, 9_999), st.sampled_from(CARRIERS))
def test_no_number_gets_through_in_words(number, carrier):
    text = carrier.replace("{it}", spoken(number))
    assert fault(text, Rules(addressee="S2", keys=(str(number),))) is not None


@settings(max_examples=60)
@given(st.integers(0, 999_999))
def test_a_number_in_words_is_the_number_in_figures(number):
    assert Fraction(number) in in_words(spoken(number).replace("-", " ").split())
    assert in_figures(str(number)) == {Fraction(number)}


@pytest.mark.parametrize(
    ("words", "value"),
    [
        ("three quarters", Fraction(3, 4)),
        ("one and a half", Fraction(3, 2)),
        ("one and three quarters", Fraction(7, 4)),
        ("three over four", Fraction(3, 4)),
        ("zero point seven five", Fraction(3, 4)),
        ("forty second", Fraction(42)),
        ("a dozen", Fraction(12)),
    ],
)
def test_numbers_are_understood_as_people_say_them(words, value):
    assert value in in_words(words.split())


def test_numbers_in_other_tongues_and_roman_ones_are_understood():
    assert hidden(["xlii", "sieben"]) == {Fraction(42), Fraction(7)}
    assert in_figures("1 1/2 or 3,000 or 0.75") >= {Fraction(3, 2), Fraction(3000), Fraction(3, 4)}


def test_of_many_texts_none_gives_an_answer_away_and_no_good_one_is_refused():
    found = measured(1_000)
    assert (found.leaked, found.refused) == (0, 0)
    assert found.good == 200


def test_every_pattern_has_moves_that_suit_it():
    assert all(moves and set(moves) <= TALK_MOVES.keys() for moves in FITTING.values())
