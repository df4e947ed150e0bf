import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.mastery import MasteryFitted, SkillFit
from projections.fitting import Parameters, after
from projections.mastery import (
    DEFAULTS,
    ENOUGH,
    FITTED,
    LEVELS,
    MASTERY,
    REMEMBERED,
    Fitted,
    Skill,
    figure,
    shown,
)
from projections.prediction.explained import shown as predicted
from projections.prediction.model import Model
from tests.projections.given import answer, shown_json, state_of

PROBABILITY = st.floats(0.001, 0.999)
PARAMETERS = st.builds(
    Parameters,
    prior=PROBABILITY,
    learn=st.floats(0, 0.5),
    forget=st.floats(0, 0.4),
    guess=st.floats(0.01, 0.3),
    slip=st.floats(0.01, 0.1),
)
NEXT = predicted(Model(), "ada", None, "fractions", 0)


def skill_after(*right: bool, test: str | None = None) -> Skill:
    answers = [answer(correct=each, test=test) for each in right]
    return state_of(MASTERY, "ada", *answers).skills["fractions"]


def level_after(*answers: tuple[bool, str | None]) -> str:
    events = [answer(correct=right, test=test) for right, test in answers]
    return LEVELS[state_of(MASTERY, "ada", *events).skills["fractions"].level]


def practice(*right: bool) -> list[tuple[bool, str | None]]:
    return [(each, None) for each in right]


def test_the_first_right_answer_by_hand():
    """0.3 · 0.9 / (0.3 · 0.9 + 0.7 · 0.2) = 0.27 / 0.41; of that 2 % is forgotten."""
    assert figure(skill_after(True), DEFAULTS).known == pytest.approx(0.27 / 0.41 * 0.98 + 0.14 / 0.41 * 0.1)


def test_the_first_wrong_answer_by_hand():
    """0.3 · 0.1 / (0.3 · 0.1 + 0.7 · 0.8) = 0.03 / 0.59."""
    assert figure(skill_after(False), DEFAULTS).known == pytest.approx(0.03 / 0.59 * 0.98 + 0.56 / 0.59 * 0.1)


@given(PARAMETERS, st.lists(st.booleans(), min_size=1, max_size=2 * REMEMBERED))
def test_the_figure_lies_in_its_interval_and_both_are_probabilities(given: Parameters, right: list[bool]):
    found = figure(skill_after(*right), given)
    assert 0 <= found.low <= found.known <= found.high <= 1


@given(PARAMETERS, st.lists(st.booleans(), min_size=1, max_size=REMEMBERED))
def test_the_figure_is_that_of_answer_after_answer(given: Parameters, right: list[bool]):
    known = given.prior
    for each in right:
        known = after(known, each, given)
    assert figure(skill_after(*right), given).known == known


def test_the_interval_narrows_as_answers_come():
    widths = [
        found.high - found.low for n in (2, 8) if (found := figure(skill_after(*[True, False] * n), DEFAULTS))
    ]
    assert widths[0] > widths[1]


def test_what_is_kept_of_a_skill_is_of_one_size():
    assert skill_after(*[True] * 500).recent == 2**REMEMBERED - 1
    assert skill_after(*[True] * 500).answers == 500


def test_no_figure_is_shown_before_three_answers():
    for count in range(1, 5):
        state = state_of(MASTERY, "ada", *[answer() for _ in range(count)])
        [found] = shown_json(shown("ada", state, {}, {"fractions": NEXT}))["skills"]
        assert (found["known"] is None) is (found["low"] is None) is (count < ENOUGH)
        assert found["needed"] == max(0, ENOUGH - count)


def test_each_skill_has_its_own_figure_by_its_own_parameters():
    fit = SkillFit(skill="algebra", prior=0.9, learn=0.1, forget=0.1, guess=0.1, slip=0.1, answers=7)
    fitted = state_of(FITTED, "algebra", MasteryFitted(fit="f1", upto=1, skills=(fit,)))
    events = [answer(skill=skill) for skill in ("fractions", "algebra") for _ in range(3)]
    state = state_of(MASTERY, "ada", *events)
    found = shown("ada", state, {"algebra": fitted}, {"algebra": NEXT, "fractions": NEXT})
    algebra, fractions = found.skills
    assert (algebra.skill, algebra.fit, fractions.fit) == ("algebra", "f1", None)
    assert algebra.known == round(figure(state.skills["algebra"], fitted.parameters()).known, 4)
    assert fractions.known == round(figure(state.skills["fractions"], DEFAULTS).known, 4)
    assert Fitted().parameters() == DEFAULTS


@pytest.mark.parametrize(
    ("answers", "level"),
    [
        (practice(True), "attempted"),
        (practice(True, True, True), "familiar"),
        (practice(True, False, True), "attempted"),
        (practice(True, True, False, True, True), "familiar"),
        (practice(*[True] * 5), "proficient"),
        (practice(*[True] * 50), "proficient"),
        (practice(*[True] * 5, *[False] * 9), "proficient"),
        ([*practice(*[True] * 5), (True, "t1")], "mastered"),
        ([*practice(*[True] * 5), (True, "t1"), (False, "t2")], "proficient"),
        ([*practice(*[True] * 5), (False, "t1")], "familiar"),
        ([*practice(*[True] * 5), (False, "t1"), *practice(*[True] * 4)], "familiar"),
        ([*practice(*[True] * 5), (False, "t1"), *practice(*[True] * 5)], "proficient"),
        ([(False, "t1"), (False, "t1")], "attempted"),
        ([(True, "t1")], "familiar"),
    ],
)
def test_practice_leads_to_proficient_and_a_mixed_test_beyond_or_back(answers, level):
    assert level_after(*answers) == level
