"""The prediction as a view: its rows, by what they are about, and the answers of a school in their order.

All answers of an organisation meet in the effects of its items and skills, so they are folded by one
follower, in the order of the log. An answer touches seven rows at most, each of one size.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from domain.events import Recorded
from domain.practice import AnswerGiven
from projections.keys import BETWEEN
from projections.prediction.model import Model, step_key, turn_key
from projections.prediction.rows import Effect, Learner, Rows, Skill, Standing, Weights
from projections.view import JointView

COMMON = "common"
KINDS = {
    COMMON: Weights,
    "learners": Learner,
    "standings": Standing,
    "items": Effect,
    "skills": Skill,
    "steps": Effect,
    "turns": Effect,
}
"""Each kind of row; it stands before the key that `Rows` has it by."""


def learner_key(person: str) -> str:
    """The key of what is known of a learner."""
    return "learners." + person


def standings_of(person: str) -> str:
    """What the keys of a learner's skills begin with; the skill follows."""
    return "standings." + person + BETWEEN


def item_key(item: str) -> str:
    """The key of an item."""
    return "items." + item


def skill_key(skill: str) -> str:
    """The key of a skill."""
    return "skills." + skill


def lead_to(last: Learner, item: str, skill: str) -> tuple[str, ...]:
    """The keys of what leads from a learner's last answer to this one; none for whoever begins."""
    if not last.item:
        return ()
    return "steps." + step_key(last, item), "turns." + turn_key(last, skill)


def rows_of(found: Mapping[str, Any]) -> Rows:
    """Rows of the view, as the model has them: the same objects, not copies."""
    rows = Rows()
    for key, row in found.items():
        kind, _, rest = key.partition(BETWEEN)
        if kind == COMMON:
            rows.common = row
        else:
            getattr(rows, kind)[rest] = row
    return rows


def _named(recorded: Recorded) -> tuple[str, ...]:
    event: Any = recorded.event
    return (
        COMMON,
        learner_key(event.person),
        standings_of(event.person) + event.skill,
        item_key(event.problem),
        skill_key(event.skill),
    )


def _met(rows: Mapping[str, Any], batch: Sequence[Recorded]) -> list[str]:
    """The steps and turns from each learner's last answer, which may be in the batch itself."""
    last: dict[str, Learner] = {}
    keys: list[str] = []
    for event in _answers(batch):
        before = last.get(event.person) or rows[learner_key(event.person)]
        keys += lead_to(before, event.problem, event.skill)
        last[event.person] = Learner(item=event.problem, skill=event.skill, correct=event.correct)
    return keys


def _answers(batch: Iterable[Recorded]) -> Iterable[AnswerGiven]:
    return (recorded.event for recorded in batch if isinstance(recorded.event, AnswerGiven))


def _fold(rows: Mapping[str, Any]) -> Callable[[Recorded], None]:
    model = Model(rows_of(rows))

    def fold(recorded: Recorded) -> None:
        event = recorded.event
        if isinstance(event, AnswerGiven):
            model.answered(event.person, event.problem, event.skill, recorded.at.timestamp(), event.correct)

    return fold


PREDICTION = JointView(
    name="prediction", version=1, kinds=KINDS, reads=(AnswerGiven,), named=_named, met=_met, fold=_fold
)
