import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.mastery import DEFAULTS, MASTERY, Parameters, after, believed, shown
from tests.projections.given import answer, shown_json, state_of

PROBABILITY = st.floats(0.001, 0.999)
PARAMETERS = st.builds(
    Parameters,
    prior=PROBABILITY,
    learn=st.floats(0, 0.9),
    guess=st.floats(0.01, 0.3),
    slip=st.floats(0.01, 0.1),
)


def test_the_first_right_answer_by_hand():
    """0.3 · 0.9 / (0.3 · 0.9 + 0.7 · 0.2) = 0.27 / 0.41, and a tenth of the rest is learned."""
    assert believed(0.3, True) == pytest.approx(0.27 / 0.41)
    assert after(0.3, True) == pytest.approx(0.27 / 0.41 + 0.14 / 0.41 * 0.1)


def test_the_first_wrong_answer_by_hand():
    """0.3 · 0.1 / (0.3 · 0.1 + 0.7 · 0.8) = 0.03 / 0.59, and a tenth of the rest is learned."""
    assert after(0.3, False) == pytest.approx(0.03 / 0.59 + 0.56 / 0.59 * 0.1)


@given(PROBABILITY, PARAMETERS)
def test_a_right_answer_speaks_for_knowing_and_a_wrong_one_against(known: float, given: Parameters):
    assert believed(known, False, given) < known < believed(known, True, given)


@given(PARAMETERS, st.lists(st.booleans(), max_size=200))
def test_the_figure_stays_a_probability(given: Parameters, answers: list[bool]):
    known = given.prior
    for correct in answers:
        known = after(known, correct, given)
        assert 0 <= known <= 1


def test_each_skill_has_its_own_figure():
    events = [answer(), answer(correct=False), answer(skill="algebra", correct=False)]
    state = state_of(MASTERY, "ada", *events)
    assert shown_json(shown("ada", state)) == {
        "person": "ada",
        "skills": [
            {"skill": "algebra", "known": round(after(DEFAULTS.prior, False), 4), "answers": 1, "right": 0},
            {
                "skill": "fractions",
                "known": round(after(after(DEFAULTS.prior, True), False), 4),
                "answers": 2,
                "right": 1,
            },
        ],
    }
