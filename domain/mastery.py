"""Mastery: the parameters of knowledge tracing, fitted to the answers of a school."""

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta, Struct

from domain.deciding import Command, Decider
from domain.errors import Forbidden
from domain.events import Context, Event, Query, about
from domain.identity import Key, SkillId

Probability = Annotated[float, Meta(ge=0, le=1)]
MOST = 50
"""Skills in one event; a fit of more of them is several events."""


class SkillFit(Struct, frozen=True, kw_only=True):
    """The parameters of one skill, and the number of answers that they were fitted to."""

    skill: SkillId
    prior: Probability
    learn: Probability
    forget: Probability
    guess: Probability
    slip: Probability
    answers: int


class MasteryFitted(Event, frozen=True, tag="mastery.fitted.v1"):
    """From now on knowledge of these skills is traced by these parameters, fitted to the log up to `upto`."""

    fit: Key
    upto: int
    skills: tuple[SkillFit, ...]


class RecordFit(Command, frozen=True, tag="record-fit"):
    """Trace knowledge of these skills by these parameters. The fit's id makes a repeated one harmless."""

    fit: Key
    upto: int
    skills: Annotated[tuple[SkillFit, ...], Meta(min_length=1, max_length=MOST)]


class OnlyTheHouseFits(Forbidden):
    """Parameters are fitted by the house itself, or by an administrator."""


Fits = dict[str, MasteryFitted]
"""The last fit of each skill."""


def evolve(state: Fits, event: Event) -> Fits:
    """Fold one event."""
    if isinstance(event, MasteryFitted):
        state |= {each.skill: event for each in event.skills}
    return state


def boundary(command: RecordFit, context: Context) -> Query:
    """The fits of these skills."""
    return Query(tuple(about(f"skill:{each.skill}", MasteryFitted) for each in command.skills))


def decide(command: RecordFit, state: Fits, context: Context) -> Sequence[Event]:
    """Left out are skills whose parameters are as they were, and those that this or a later fit has had."""
    if context.role not in ("admin", "service"):
        raise OnlyTheHouseFits
    new = tuple(each for each in command.skills if _is_news(each, state.get(each.skill), command))
    return [MasteryFitted(fit=command.fit, upto=command.upto, skills=new)] if new else []


def _is_news(each: SkillFit, last: MasteryFitted | None, command: RecordFit) -> bool:
    if last is None:
        return True
    return last.fit != command.fit and last.upto < command.upto and each not in last.skills


FITS: Decider[RecordFit, Fits] = Decider(boundary, dict, evolve, decide)
