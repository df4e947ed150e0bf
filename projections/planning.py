"""What to do next on a path: what is passed, what is missing, five steps with their reasons, and the weeks.

Pure: it is worked out whenever somebody looks, of rows that are there.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from math import ceil
from typing import Literal

from msgspec import Struct

from domain.paths import Step, in_order
from projections.mastery import Skill
from projections.paths import Goal, Path

LATELY = 7
"""Answers on a skill that its gate looks at."""
ENOUGH = 3
"""Answers before which no gate opens."""
FIVE = 5
ROUND = 5
"""Minutes are given in multiples of this."""
WEEK = timedelta(days=7)

Status = Literal["passed", "assumed", "slipped", "gap", "begun", "open"]


class Standing(Struct, frozen=True, kw_only=True):
    """How somebody stands with one skill of a path.

    "assumed" are skills that were not tried, but something that needs them is passed; "gap" was missed in a
    test, and "slipped" had been enough for one, but not for the gate any more. `right` of the last `answers`.
    """

    skill: str
    title: str
    status: Status
    right: int
    answers: int
    minutes: int
    why: str


class NextStep(Struct, frozen=True, kw_only=True):
    """Something to do: `review` cards that are due, `practise` or `learn` a skill; `later` has to wait."""

    do: Literal["review", "practise", "learn", "later"]
    skill: str | None
    title: str
    why: str
    minutes: int
    waits_for: tuple[str, ...] = ()


class Week(Struct, frozen=True, kw_only=True):
    """Seven days, both included, what to do in them, and the minutes that it takes about."""

    starts: date
    ends: date
    skills: tuple[str, ...]
    titles: tuple[str, ...]
    minutes: int


class Pace(Struct, frozen=True, kw_only=True):
    """Minutes that are left, how many a week it takes to be ready by the day, and when it is as planned."""

    minutes_left: int
    needed_a_week: int
    planned_a_week: int
    on_track: bool
    ready: date


def standings(path: Path, skills: Mapping[str, Skill]) -> list[Standing]:
    """Of each skill, what it needs before it."""
    steps = in_order(path.steps)
    practised = {step.skill: skills.get(step.skill) or Skill() for step in steps}
    found: dict[str, Status] = {name: _status(skill, path.gate) for name, skill in practised.items()}
    for step in reversed(steps):
        if found[step.skill] in ("passed", "assumed"):
            for needed in step.requires:
                if found[needed] == "open":
                    found[needed] = "assumed"
    return [_standing(step, practised[step.skill], found[step.skill], path.gate) for step in steps]


def lately(skill: Skill) -> tuple[int, int]:
    """How many of the last answers were right, of how many."""
    count = min(skill.answers, LATELY)
    return (skill.recent & ((1 << count) - 1)).bit_count(), count


def _status(skill: Skill, gate: float) -> Status:
    right, count = lately(skill)
    if count >= ENOUGH and right >= gate * count:
        return "passed"
    if skill.tested > skill.passed:
        return "gap"
    if skill.tested:
        return "slipped" if count > skill.tested else "begun"
    return "begun" if count else "open"


def _standing(step: Step, skill: Skill, status: Status, gate: float) -> Standing:
    right, count = lately(skill)
    left = 0 if status in ("passed", "assumed") else step.minutes * (1 - right / LATELY)
    return Standing(
        skill=step.skill,
        title=step.title,
        status=status,
        right=right,
        answers=count,
        minutes=ROUND * ceil(left / ROUND),
        why=_why(status, skill, gate),
    )


def _why(status: Status, skill: Skill, gate: float) -> str:
    right, count = lately(skill)
    missed = skill.tested - skill.passed
    match status:
        case "passed":
            return f"{right} of your last {count} answers were right"
        case "assumed":
            return "not tried, but you have passed what needs it"
        case "gap":
            return f"{missed} of {skill.tested} missed in a test; it takes {_gate(gate)}"
        case "open":
            return "not begun"
        case _:
            return f"{right} of your last {count} answers were right; it takes {_gate(gate)}"


def _gate(gate: float) -> str:
    return f"{ceil(gate * LATELY)} of {LATELY}"


def next_steps(path: Path, found: Sequence[Standing], due: int) -> list[NextStep]:
    """Five at most: what is about to be forgotten, gaps, what can be begun, and then what has to wait."""
    by_skill = {step.skill: step for step in path.steps}
    done = {each.skill for each in found if each.status in ("passed", "assumed")}
    review = [_review(due)] if due else []
    ready: list[NextStep] = []
    later: list[NextStep] = []
    for each in sorted(found, key=lambda each: each.status not in ("gap", "slipped")):
        waits = tuple(needed for needed in by_skill[each.skill].requires if needed not in done)
        if each.skill in done:
            continue
        if waits:
            names = ", ".join(by_skill[needed].title for needed in waits)
            later.append(_next("later", each, f"first comes {names}", waits))
        else:
            ready.append(_ready(each, path))
    return [*review, *ready, *later][:FIVE]


def _ready(each: Standing, path: Path) -> NextStep:
    unlocks = sum(each.skill in step.requires for step in path.steps)
    opens = f"; it opens {unlocks} more" if unlocks else ""
    return _next("learn" if each.status == "open" else "practise", each, each.why + opens, ())


def _next(
    do: Literal["practise", "learn", "later"], each: Standing, why: str, waits: tuple[str, ...]
) -> NextStep:
    return NextStep(do=do, skill=each.skill, title=each.title, why=why, minutes=each.minutes, waits_for=waits)


def _review(due: int) -> NextStep:
    problems = "1 problem is" if due == 1 else f"{due} problems are"
    return NextStep(
        do="review", skill=None, title="Review", why=f"{problems} about to be forgotten", minutes=max(1, due)
    )


def pace(goal: Goal, found: Sequence[Standing], today: date) -> Pace:
    """Whether it will be done in time."""
    left = sum(each.minutes for each in found)
    needed = ceil(left / weeks_until(goal.by, today))
    return Pace(
        minutes_left=left,
        needed_a_week=needed,
        planned_a_week=goal.minutes,
        on_track=needed <= goal.minutes,
        ready=today + timedelta(days=ceil(7 * left / goal.minutes)),
    )


def weeks_until(by: date, today: date) -> int:
    """Weeks that are left, one at least."""
    return max(1, ceil((by - today) / WEEK))


def weeks(goal: Goal, found: Sequence[Standing], today: date) -> Iterator[Week]:
    """The weeks from today on, in the order of the path: as planned, or as fast as the day demands."""
    a_week = max(goal.minutes, pace(goal, found, today).needed_a_week)
    placed: dict[int, list[Standing]] = {}
    before = 0
    for each in (each for each in found if each.minutes):
        placed.setdefault(before // a_week, []).append(each)
        before += each.minutes
    for number, each in placed.items():
        starts = today + number * WEEK
        yield Week(
            starts=starts,
            ends=starts + timedelta(days=6),
            skills=tuple(one.skill for one in each),
            titles=tuple(one.title for one in each),
            minutes=sum(one.minutes for one in each),
        )
