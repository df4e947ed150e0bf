import msgspec

from domain.practice import ProblemAdded
from projections.problems import PROBLEMS, PROBLEMS_BY_SKILL, prefix_of, shown
from tests.projections.given import fold, history, shown_json, state_of

ADDED = ProblemAdded(
    problem="p1",
    skill="fractions",
    prompt="½ + ½?",
    key="ein Ganzes",
    choices=("1", "2"),
    hints=("Draw it.",),
)


def test_a_problem_is_shown_without_its_hints():
    assert shown_json(shown(state_of(PROBLEMS, "p1", ADDED))) == {
        "problem": "p1",
        "skill": "fractions",
        "prompt": "½ + ½?",
        "choices": ["1", "2"],
        "hints": 1,
    }


def test_the_right_answer_is_nowhere_in_the_view():
    for view in (PROBLEMS, PROBLEMS_BY_SKILL):
        for state in fold(view, history(ADDED)).values():
            assert b"ein Ganzes" not in msgspec.msgpack.encode(state)


def test_problems_are_found_by_their_skill():
    [(_, key)] = fold(PROBLEMS_BY_SKILL, history(ADDED))
    assert key == prefix_of("fractions") + "p1"
