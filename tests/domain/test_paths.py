"""Paths: no circles, versions from 1, and goals for days to come."""

from datetime import date

import pytest
from hypothesis import given as example
from hypothesis import strategies as st

from domain.paths import (
    PATHS,
    CalendarLinked,
    ContentTaken,
    DayIsOver,
    DropGoal,
    GoalDropped,
    GoalSet,
    LinkCalendar,
    OnlyTutorsPublishPaths,
    PathHasACircle,
    PathPublished,
    PublishPath,
    SetGoal,
    SkillTwice,
    Step,
    TakeContent,
    UnknownPath,
    UnknownPrerequisite,
    in_order,
)
from tests.domain.spec import given


def step(skill: str, *requires: str) -> Step:
    return Step(skill=skill, title=skill.title(), requires=requires)


STEPS = (step("algebra", "fractions"), step("fractions", "division"), step("division"))
PUBLISH = PublishPath(path="numbers", title="Numbers", steps=STEPS)
PUBLISHED = PathPublished(path="numbers", version=1, title="Numbers", gate=0.85, steps=STEPS)
BY = date(2025, 6, 1)
AIM = SetGoal(path="numbers", by=BY, minutes=90)
AIMED = GoalSet(path="numbers", person="ada", by=BY, minutes=90, zone="UTC")


def test_a_path_is_published_and_a_change_of_it_is_another_version():
    again = PublishPath(path="numbers", title="Numbers", steps=STEPS[1:])
    given(PATHS).when(PUBLISH, role="tutor").then(PUBLISHED).again().nothing()
    given(PATHS, PUBLISHED).when(again, role="tutor").then(
        PathPublished(path="numbers", version=2, title="Numbers", gate=0.85, steps=STEPS[1:])
    )
    given(PATHS).when(PUBLISH).refused(OnlyTutorsPublishPaths)


@pytest.mark.parametrize(
    ("steps", "error", "told"),
    [
        ((step("a", "b"), step("b", "c"), step("c", "a")), PathHasACircle, "a → b → c → a"),
        ((step("x", "a"), step("a", "a")), PathHasACircle, "a → a"),
        ((step("a", "nothing"),), UnknownPrerequisite, "a needs nothing"),
        ((step("a"), step("a")), SkillTwice, "a stands"),
    ],
)
def test_what_is_wrong_with_a_path_is_named(steps, error, told):
    publish = PublishPath(path="numbers", title="Numbers", steps=steps)
    given(PATHS).when(publish, role="tutor").refused(error)
    with pytest.raises(error, match=told):
        in_order(steps)


@example(st.data(), st.integers(1, 40))
def test_every_skill_comes_after_all_that_it_needs(data: st.DataObject, count: int):
    """Each needs some of those that were drawn before it; then they are shuffled."""
    earlier = [data.draw(st.sets(st.integers(0, n - 1), max_size=3)) if n else () for n in range(count)]
    steps = [step(f"s{n}", *(f"s{k}" for k in needed)) for n, needed in enumerate(earlier)]
    found = in_order(data.draw(st.permutations(steps)))
    place = {each.skill: number for number, each in enumerate(found)}
    assert len(place) == count
    assert all(place[needed] < place[each.skill] for each in steps for needed in each.requires)


def test_a_deep_path_is_no_trouble():
    deep = [step(f"s{n}", *([f"s{n + 1}"] if n < 1999 else [])) for n in range(2000)]
    first, *_ = in_order(deep)
    assert first.skill == "s1999"


def test_a_goal_is_set_changed_and_dropped():
    later = SetGoal(path="numbers", by=date(2025, 7, 1), minutes=60)
    told = given(PATHS, PUBLISHED).when(AIM).then(AIMED)
    told.again().nothing()
    told.when(later).then(GoalSet(path="numbers", person="ada", by=later.by, minutes=60, zone="UTC"))
    told.when(DropGoal(path="numbers")).then(GoalDropped(path="numbers", person="ada")).again().nothing()


def test_a_goal_is_for_a_path_that_is_there_and_a_day_to_come():
    given(PATHS).when(AIM).refused(UnknownPath)
    today = SetGoal(path="numbers", by=date(2025, 3, 10))
    given(PATHS, PUBLISHED).when(today).refused(DayIsOver)
    west = SetGoal(path="numbers", by=date(2025, 3, 11), zone="Pacific/Kiritimati")
    given(PATHS, PUBLISHED).when(west).refused(DayIsOver)  # there it is that day already


def test_a_link_and_what_was_taken_are_recorded_once():
    given(PATHS).when(LinkCalendar(link="l1")).then(CalendarLinked(person="ada", link="l1")).again().nothing()
    take = TakeContent(taken="t1", skill="fractions", kind="video", suggested="text")
    taken = ContentTaken(taken="t1", person="ada", skill="fractions", kind="video", suggested="text")
    given(PATHS).when(take).then(taken).again().nothing()
