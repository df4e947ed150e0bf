"""Whether a group agrees on an answer, and whether it is stuck."""

from domain.identity import ERASED
from rooms.facilitator.answers import PROBLEMS_KEPT, Answers

TWO = ["ada", "bo"]


def given(*answers: tuple[str, str, bool]) -> Answers:
    found = Answers()
    for person, answer, correct in answers:
        found.give("p1", person, answer, correct)
    return found


def test_all_members_giving_the_same_wrong_answer_is_a_wrong_consensus():
    answers = given(("ada", "3, U", False), ("bo", " 3,  u", False))
    assert answers.consensus("p1", TWO) == "wrong"


def test_all_members_giving_the_right_answer_is_a_right_consensus():
    assert given(("ada", "7", True), ("bo", "7", True)).consensus("p1", TWO) == "right"


def test_whoever_changes_their_mind_ends_the_consensus():
    answers = given(("ada", "2", False), ("bo", "2", False), ("bo", "3", False))
    assert answers.consensus("p1", TWO) is None


def test_there_is_no_consensus_while_somebody_has_not_answered():
    assert given(("ada", "2", False), ("bo", "2", False)).consensus("p1", [*TWO, "cy"]) is None


def test_whoever_left_does_not_count():
    answers = given(("ada", "2", False), ("bo", "2", False), ("cy", "3", False))
    assert answers.consensus("p1", TWO) == "wrong"


def test_nobody_agrees_with_themselves_alone():
    assert given(("ada", "2", False)).consensus("p1", ["ada"]) is None


def test_a_problem_that_nobody_answered_has_no_consensus():
    assert Answers().consensus("p1", TWO) is None


def test_trying_the_same_in_vain_again_and_again_is_being_stuck():
    answers = given(("ada", "2", False), ("bo", "3", False), ("ada", "2", False), ("bo", "3", False))
    assert answers.stuck("p1")


def test_new_ideas_are_no_dead_end_even_if_wrong():
    answers = given(("ada", "2", False), ("bo", "3", False), ("ada", "4", False), ("bo", "5", False))
    assert not answers.stuck("p1")


def test_a_right_answer_ends_being_stuck():
    answers = given(("ada", "2", False), ("bo", "2", False), ("ada", "2", False), ("bo", "3", True))
    assert not answers.stuck("p1")


def test_the_oldest_problem_is_forgotten_so_that_memory_stays_bounded():
    answers = given(("ada", "2", False), ("bo", "2", False))
    for number in range(PROBLEMS_KEPT):
        answers.give(f"later{number}", "ada", "1", False)
    assert answers.consensus("p1", TWO) is None


def test_what_erased_people_answered_agrees_with_nothing():
    answers = given(("ada", ERASED, False), ("bo", ERASED, False))
    assert answers.consensus("p1", TWO) is None
