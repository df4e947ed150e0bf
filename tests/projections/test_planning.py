"""What to do next, and why."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.paths import ContentTaken, Step
from projections.mastery import MASTERY, Mastery, Skill
from projections.paths import CONTENTS, Contents, Goal, Path, Tries, suggestion
from projections.planning import FIVE, next_steps, pace, standings, weeks
from tests.projections.given import answer, state_of

TODAY = date(2026, 11, 21)
STEPS = (
    Step(skill="division", title="Division"),
    Step(skill="fractions", title="Fractions", requires=("division",)),
    Step(skill="percent", title="Percent", requires=("fractions",)),
    Step(skill="algebra", title="Algebra", requires=("fractions",), minutes=140),
)
PATH = Path(path="numbers", version=1, title="Numbers", gate=0.85, steps=STEPS)


def after(*answers: tuple[str, bool, str | None]) -> dict[str, Skill]:
    events = [answer(skill=skill, correct=right, test=test) for skill, right, test in answers]
    return state_of(MASTERY, "ada", *events).skills if events else Mastery().skills


def tried(skill: str, *right: bool, test: str | None = None) -> list[tuple[str, bool, str | None]]:
    return [(skill, each, test) for each in right]


def statuses(*answers: tuple[str, bool, str | None]) -> dict[str, str]:
    return {each.skill: each.status for each in standings(PATH, after(*answers))}


@pytest.mark.parametrize(
    ("right", "status"),
    [
        ([True, True], "begun"),
        ([True] * 3, "passed"),
        ([True, True, False], "begun"),
        ([False, *[True] * 6], "passed"),
        ([False, False, *[True] * 5], "begun"),
        ([*[False] * 9, *[True] * 6], "passed"),
    ],
)
def test_the_gate_is_six_of_the_last_seven_or_all_of_fewer(right, status):
    assert statuses(*tried("division", *right))["division"] == status


def test_a_pre_test_shows_the_gaps_and_what_need_not_be_tried():
    found = statuses(*tried("fractions", True, True, True, test="pre"), *tried("percent", False, test="pre"))
    assert found == {"division": "assumed", "fractions": "passed", "percent": "gap", "algebra": "open"}


def test_gaps_come_first_then_what_can_be_begun_then_what_has_to_wait():
    found = standings(
        PATH, after(*tried("fractions", True, True, True), *tried("algebra", False, test="pre"))
    )
    steps = next_steps(PATH, found, due=3)
    assert [(each.do, each.skill) for each in steps] == [
        ("review", None),
        ("practise", "algebra"),
        ("learn", "percent"),
    ]
    assert steps[0].why == "3 problems are about to be forgotten"
    assert steps[1].why == "1 of 1 missed in a test; it takes 6 of 7"


def test_what_waits_says_for_what():
    steps = next_steps(PATH, standings(PATH, {}), due=0)
    assert [(each.do, each.skill, each.waits_for) for each in steps[:2]] == [
        ("learn", "division", ()),
        ("later", "fractions", ("division",)),
    ]
    assert steps[0].why == "not begun; it opens 1 more"
    assert steps[1].why == "first comes Division"


ANSWERS = st.lists(
    st.tuples(st.sampled_from([step.skill for step in STEPS]), st.booleans(), st.sampled_from([None, "pre"])),
    max_size=40,
)


@given(ANSWERS, st.integers(0, 9), st.integers(1, 400), st.integers(1, 400))
def test_a_plan_of_whatever_was_answered_makes_sense(answers, due, days, minutes):
    found = standings(PATH, after(*answers))
    steps = next_steps(PATH, found, due)
    assert len(steps) <= FIVE
    done = {each.skill for each in found if each.status in ("passed", "assumed")}
    assert not done & {each.skill for each in steps}
    assert all(each.why for each in steps)
    goal = Goal(by=TODAY + timedelta(days=days), minutes=minutes, zone="UTC")
    planned = list(weeks(goal, found, TODAY))
    left = [each.skill for each in found if each.minutes]
    assert [skill for week in planned for skill in week.skills] == left
    assert all(week.ends - week.starts == timedelta(days=6) for week in planned)
    assert pace(goal, found, TODAY).minutes_left == sum(week.minutes for week in planned)


def test_whoever_planned_too_little_is_told_how_much_it_takes():
    goal = Goal(by=TODAY + timedelta(days=14), minutes=60, zone="UTC")
    found = pace(goal, standings(PATH, {}), TODAY)
    assert (found.minutes_left, found.needed_a_week, found.on_track) == (320, 160, False)
    assert found.ready == TODAY + timedelta(days=38)
    assert pace(Goal(by=goal.by, minutes=160, zone="UTC"), standings(PATH, {}), TODAY).on_track


def test_the_answer_after_content_says_whether_it_helped():
    took = ContentTaken(taken="t1", person="ada", skill="fractions", kind="video")
    state = state_of(CONTENTS, "fractions", took, answer(), answer(correct=False), answer(person="ben"))
    assert state.tries == {"video": Tries(right=1)}
    assert state.waiting == {}


def test_what_helped_is_suggested_mostly_and_else_it_is_said_that_it_is_tried():
    state = Contents(tries={"video": Tries(right=18, wrong=2), "text": Tries(right=10, wrong=10)})
    found = [suggestion(state, ("text", "video"), f"p{number}") for number in range(300)]
    tried = [each for each in found if each and each.kind == "text"]
    assert 0 < len(tried) < 30
    assert all(each.explored and "video did better" in each.why for each in tried)
    assert not any(each.explored for each in found if each and each.kind == "video")
    assert found == [suggestion(state, ("text", "video"), f"p{number}") for number in range(300)]
    assert suggestion(state, (), "p") is None
