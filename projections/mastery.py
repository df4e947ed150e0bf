"""Mastery: how likely it is that a person knows a skill, by Bayesian knowledge tracing, and a level.

The model is that of Corbett and Anderson, "Knowledge Tracing: Modeling the Acquisition of Procedural
Knowledge" (1995), with forgetting. A skill is either known or not. Whoever knows it answers right but for a
slip; whoever does not answers right only by a guess; and after every answer it may be learned or forgotten.

Its parameters are fitted to all answers of a school (`fitting.py`), and arrive as events. So a row keeps the
last answers, and the figure is made of them by the parameters of the hour: what a replay makes of both.
"""

from math import sqrt
from typing import Literal, get_args

from msgspec import Struct, field

from domain.events import Recorded
from domain.mastery import MasteryFitted
from domain.practice import AnswerGiven
from projections.fitting import Parameters, after
from projections.keys import by
from projections.prediction.explained import ShownPrediction
from projections.view import View

DEFAULTS = Parameters(prior=0.3, learn=0.1, forget=0.02, guess=0.2, slip=0.1)
"""For a skill that has not been fitted to its own answers yet.

Chosen by hand, not fitted: guess is one choice in five, and guess and slip stay within the bounds that
Corbett and Anderson held theirs to (guess at most 0.3, slip at most 0.1).
"""

REMEMBERED = 60
"""Answers of a skill that a row keeps, a bit each. What was before them hardly counts in the model either,
where a skill is learned or forgotten at one of twenty answers."""
ENOUGH = 3
"""Answers before which no figure is shown."""
EIGHT_OF_TEN = 1.2816
"""Standard deviations within which a normal distribution has eight tenths."""

Level = Literal["attempted", "familiar", "proficient", "mastered"]
LEVELS: tuple[Level, ...] = get_args(Level)
FAMILIAR, PROFICIENT = 1, 2
LATELY = 5
"""Answers of practice that decide on a level."""
MOSTLY = 0.7
"""The share of them that has to be right for "familiar"; all, for "proficient"."""


class Skill(Struct):
    """One person's standing in one skill. In `recent` the last answer is the lowest bit, 1 if it was right.

    `level` is an index of `LEVELS`; `practised` counts answers outside of tests since it was last lowered.
    `tested` and `passed` count answers in mixed tests, and the right ones.
    """

    answers: int = 0
    right: int = 0
    recent: int = 0
    level: int = 0
    practised: int = 0
    tested: int = 0
    passed: int = 0


class Mastery(Struct):
    """One person's skills, in the order in which they were first practised."""

    skills: dict[str, Skill] = field(default_factory=dict[str, Skill])


class Fitted(Struct):
    """The parameters of one skill, and which fit they are of; `fit` is empty before the first."""

    fit: str = ""
    prior: float = DEFAULTS.prior
    learn: float = DEFAULTS.learn
    forget: float = DEFAULTS.forget
    guess: float = DEFAULTS.guess
    slip: float = DEFAULTS.slip
    answers: int = 0

    def parameters(self) -> Parameters:
        """As the model takes them."""
        return Parameters(self.prior, self.learn, self.forget, self.guess, self.slip)


class ShownSkill(Struct, frozen=True):
    """A skill as the API answers; figures are between 0 and 1, to four decimals.

    `known`, and `low` to `high`, which holds it in eight of ten cases, are there after three answers; until
    then `needed` says how many are wanting. `next` is the prediction of the next answer, to a problem that
    nobody has met. `fit` is the fit that the parameters are of; without one they are those of the house.
    """

    skill: str
    known: float | None
    low: float | None
    high: float | None
    needed: int
    level: Level
    answers: int
    right: int
    fit: str | None
    next: ShownPrediction


class ShownMastery(Struct, frozen=True):
    """A person's mastery as the API answers."""

    person: str
    skills: tuple[ShownSkill, ...]


class Figure(Struct, frozen=True):
    """How likely it is that a skill is known, and between what in eight of ten cases."""

    known: float
    low: float
    high: float


def apply(state: Mastery, key: str, recorded: Recorded) -> None:
    """Fold one event."""
    event = recorded.event
    if not isinstance(event, AnswerGiven):
        return
    skill = state.skills.get(event.skill)
    if skill is None:
        skill = state.skills[event.skill] = Skill()
    skill.answers += 1
    skill.right += event.correct
    skill.recent = (skill.recent << 1 | event.correct) & ((1 << REMEMBERED) - 1)
    if event.test is None:
        _practised(skill)
    else:
        _tested(skill, event.correct)


def _practised(skill: Skill) -> None:
    """Practice raises a level, to "proficient" at most, and never lowers one."""
    skill.practised += 1
    count = min(skill.practised, LATELY)
    right = (skill.recent & ((1 << count) - 1)).bit_count()
    if count == LATELY and right == count:
        skill.level = max(skill.level, PROFICIENT)
    elif count >= ENOUGH and right >= MOSTLY * count:
        skill.level = max(skill.level, FAMILIAR)


def _tested(skill: Skill, correct: bool) -> None:
    """On a mixed test a right answer raises by one, and a miss drops one; then practice counts anew."""
    skill.tested += 1
    skill.passed += correct
    step = 1 if correct else -1
    skill.level = min(len(LEVELS) - 1, max(0, skill.level + step))
    if not correct:
        skill.practised = 0


def figure(skill: Skill, given: Parameters) -> Figure:
    """What the last answers make of it.

    The interval is that of a share of as many answers as still count: an answer weighs `1 - learn - forget`
    of the one after it, which is how fast the model forgets where it began. What is assumed counts as one.
    """
    known, weight = given.prior, 1.0
    for back in range(min(skill.answers, REMEMBERED) - 1, -1, -1):
        known = after(known, bool(skill.recent >> back & 1), given)
        weight = 1 + weight * max(0.0, 1 - given.learn - given.forget)
    spread = EIGHT_OF_TEN * sqrt(known * (1 - known) / weight)
    return Figure(known, max(0.0, known - spread), min(1.0, known + spread))


def shown(
    person: str, state: Mastery, fits: dict[str, Fitted], nexts: dict[str, ShownPrediction]
) -> ShownMastery:
    """The answer to "what do I know", skills in alphabetical order; `nexts` has the prediction of each."""
    return ShownMastery(
        person=person,
        skills=tuple(
            _shown(name, skill, fits.get(name) or Fitted(), nexts[name])
            for name, skill in sorted(state.skills.items())
        ),
    )


def _shown(name: str, skill: Skill, fitted: Fitted, following: ShownPrediction) -> ShownSkill:
    found = figure(skill, fitted.parameters()) if skill.answers >= ENOUGH else None
    return ShownSkill(
        skill=name,
        known=found and round(found.known, 4),
        low=found and round(found.low, 4),
        high=found and round(found.high, 4),
        needed=max(0, ENOUGH - skill.answers),
        level=LEVELS[skill.level],
        answers=skill.answers,
        right=skill.right,
        fit=fitted.fit or None,
        next=following,
    )


def _skills_of(recorded: Recorded) -> tuple[str, ...]:
    event = recorded.event
    return (
        tuple(dict.fromkeys(each.skill for each in event.skills)) if isinstance(event, MasteryFitted) else ()
    )


def _fit(state: Fitted, key: str, recorded: Recorded) -> None:
    if isinstance(recorded.event, MasteryFitted):
        for each in recorded.event.skills:
            if each.skill == key:
                state.fit, state.answers = recorded.event.fit, each.answers
                state.prior, state.learn, state.forget = each.prior, each.learn, each.forget
                state.guess, state.slip = each.guess, each.slip


MASTERY = View(name="mastery", version=3, state=Mastery, reads=(AnswerGiven,), keys=by("person"), apply=apply)
FITTED = View(name="fitted", version=1, state=Fitted, reads=(MasteryFitted,), keys=_skills_of, apply=_fit)
