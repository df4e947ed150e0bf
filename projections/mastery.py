"""Mastery: how likely it is that a person knows a skill, by Bayesian knowledge tracing.

The model is that of Corbett and Anderson, "Knowledge Tracing: Modeling the Acquisition of Procedural
Knowledge" (1995). A skill is either known or not yet known. Whoever knows it answers right but for a
slip; whoever does not answers right only by a guess; and after every answer it may have been learned.
"""

from typing import NamedTuple

from msgspec import Struct, field

from domain.events import Recorded
from domain.practice import AnswerGiven
from projections.keys import by
from projections.view import View


class Parameters(NamedTuple):
    """The four parameters of a skill, probabilities all."""

    prior: float
    learn: float
    guess: float
    slip: float


DEFAULTS = Parameters(prior=0.3, learn=0.1, guess=0.2, slip=0.1)
"""For a skill that has not been fitted to its own answers yet.

Chosen by hand, not fitted: guess is one choice in five, and guess and slip stay within the bounds that
Corbett and Anderson held theirs to (guess at most 0.3, slip at most 0.1), within which a right answer
always raises the figure and a wrong one lowers what is believed of the past.
"""


class Skill(Struct):
    """One person's standing in one skill."""

    known: float = DEFAULTS.prior
    answers: int = 0
    right: int = 0


class Mastery(Struct):
    """One person's skills, in the order in which they were first practised."""

    skills: dict[str, Skill] = field(default_factory=dict[str, Skill])


class ShownSkill(Struct, frozen=True):
    """A skill as the API answers; `known` is between 0 and 1, to four decimals."""

    skill: str
    known: float
    answers: int
    right: int


class ShownMastery(Struct, frozen=True):
    """A person's mastery as the API answers."""

    person: str
    skills: tuple[ShownSkill, ...]


def believed(known: float, correct: bool, given: Parameters = DEFAULTS) -> float:
    """What is believed of the moment of the answer, now that the answer is seen (Bayes' rule)."""
    if correct:
        right = known * (1 - given.slip)
        return right / (right + (1 - known) * given.guess)
    wrong = known * given.slip
    return wrong / (wrong + (1 - known) * (1 - given.guess))


def after(known: float, correct: bool, given: Parameters = DEFAULTS) -> float:
    """The probability that the skill is known after the answer: known before, or learned from it."""
    held = believed(known, correct, given)
    return held + (1 - held) * given.learn


def apply(state: Mastery, key: str, recorded: Recorded) -> None:
    """Fold one event."""
    event = recorded.event
    if not isinstance(event, AnswerGiven):
        return
    skill = state.skills.get(event.skill)
    if skill is None:
        skill = state.skills[event.skill] = Skill()
    skill.known = after(skill.known, event.correct)
    skill.answers += 1
    skill.right += event.correct


def shown(person: str, state: Mastery) -> ShownMastery:
    """The answer to "what do I know", skills in alphabetical order."""
    return ShownMastery(
        person=person,
        skills=tuple(
            ShownSkill(skill=name, known=round(skill.known, 4), answers=skill.answers, right=skill.right)
            for name, skill in sorted(state.skills.items())
        ),
    )


MASTERY = View(name="mastery", version=1, state=Mastery, reads=(AnswerGiven,), keys=by("person"), apply=apply)
