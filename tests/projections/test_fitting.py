from math import log
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from projections.fitting import EDGE, START, Answer, Fit, Parameters, after, fit, right

ANSWERS = st.lists(
    st.builds(
        Answer, st.sampled_from(["ada", "ben"]), st.sampled_from(["fractions", "algebra"]), st.booleans()
    )
)


def answers_of(truth: Parameters, learners: int, each: int, seed: int = 7) -> list[Answer]:
    """Answers of learners who are just as the model says."""
    chance = Random(seed).random
    answers: list[Answer] = []
    for learner in range(learners):
        known = chance() < truth.prior
        for _ in range(each):
            correct = chance() < (1 - truth.slip if known else truth.guess)
            answers.append(Answer(f"learner{learner}", "fractions", correct))
            known = chance() < (1 - truth.forget if known else truth.learn)
    return answers


def surprise(answers: list[Answer], given: Parameters) -> float:
    """Minus the log likelihood of these answers, which are grouped by learner."""
    total, known, last = 0.0, given.prior, ""
    for learner, _, correct in answers:
        known = known if learner == last else given.prior
        likely = right(known, given)
        total -= log(likely if correct else 1 - likely)
        known, last = after(known, correct, given), learner
    return total


def test_the_parameters_that_answers_were_made_with_are_found_again():
    truth = Parameters(prior=0.3, learn=0.2, forget=0.04, guess=0.15, slip=0.08)
    fitted = fit(answers_of(truth, 500, 12)).skills["fractions"]
    assert tuple(fitted) == pytest.approx(tuple(truth), abs=0.06)


def test_answers_are_less_surprising_after_the_fit():
    answers = answers_of(Parameters(0.8, 0.05, 0.1, 0.25, 0.2), 100, 8)
    assert surprise(answers, fit(answers).skills["fractions"]) < surprise(answers, START)


def test_each_skill_has_parameters_of_its_own_and_few_answers_move_them_little():
    easy = [Answer(f"learner{number}", "easy", True) for number in range(200)]
    hard = [Answer(f"learner{number}", "hard", False) for number in range(200)]
    fitted = fit([*easy, *hard, Answer("ada", "new", True)])
    first = {skill: right(given.prior, given) for skill, given in fitted.skills.items()}
    assert first["hard"] < 0.1 < right(fitted.others.prior, fitted.others) < 0.9 < first["easy"]
    assert first["new"] == pytest.approx(right(fitted.others.prior, fitted.others), abs=0.1)


def test_the_order_in_which_learners_took_turns_makes_no_difference():
    answers = answers_of(START, 20, 6)
    in_turns = [answers[learner * 6 + turn] for turn in range(6) for learner in range(20)]
    assert fit(in_turns) == fit(answers)


def test_without_answers_there_are_the_parameters_to_start_from():
    assert fit([]) == Fit({}, START)


@given(ANSWERS)
def test_whatever_was_answered_all_parameters_are_probabilities(answers: list[Answer]):
    fitted = fit(answers)
    for fit_of_one in (*fitted.skills.values(), fitted.others):
        assert all(EDGE <= each <= 1 - EDGE for each in fit_of_one)
    assert set(fitted.skills) == {answer.skill for answer in answers}
