"""What is fitted to the log in the background, as events: so that a replay shows the same figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from domain.deciding import Command, Decider
from domain.errors import Forbidden
from domain.events import Context, Event, Query, about
from domain.identity import MeasureId

Positive = Annotated[float, Meta(gt=0, le=1e6)]
Count = Annotated[int, Meta(ge=0)]
Weights = Annotated[tuple[float, ...], Meta(max_length=20)]

CLOSE = 0.01
"""Part by which a parameter has to move before there is an event of it."""


class PriorFitted(Event, frozen=True, tag="measure.prior-fitted.v1"):
    """Of `tutors` tutors with `lessons` lessons, rates of this measure are spread as Beta(a, b)."""

    measure: MeasureId
    a: Positive
    b: Positive
    tutors: Count
    lessons: Count


class RiskFitted(Event, frozen=True, tag="measure.risk-fitted.v1"):
    """What a logistic model has learned from `lessons` lessons, each predicted before it was learned from.

    `error` is the expected calibration error of these predictions, and `rate` the share that was missed.
    """

    measure: MeasureId
    weights: Weights
    lessons: Count
    error: Annotated[float, Meta(ge=0, le=1)]
    rate: Annotated[float, Meta(ge=0, le=1)]


class RecordPrior(Command, frozen=True, tag="record-prior"):
    """Put on record what was fitted."""

    fitted: PriorFitted


class RecordRisk(Command, frozen=True, tag="record-risk"):
    """Put on record what was learned."""

    fitted: RiskFitted


MeasureCommand = RecordPrior | RecordRisk


class OnlyForServices(Forbidden):
    """Only the house itself does this."""


@dataclass
class Measure:
    """The newest event of one measure."""

    last: PriorFitted | RiskFitted | None = None


def evolve(state: Measure, event: Event) -> Measure:
    """Fold one event."""
    if isinstance(event, PriorFitted | RiskFitted):
        state.last = event
    return state


def boundary(command: MeasureCommand, context: Context) -> Query:
    """The one measure."""
    return Query((about(f"measure:{command.fitted.measure}", PriorFitted, RiskFitted),))


def decide(command: MeasureCommand, state: Measure, context: Context) -> Sequence[Event]:
    """The event, unless it says hardly anything new."""
    if context.role != "service":
        raise OnlyForServices
    if state.last is not None and _alike(state.last, command.fitted):
        return []
    return [command.fitted]


def _alike(before: PriorFitted | RiskFitted, now: PriorFitted | RiskFitted) -> bool:
    if isinstance(before, PriorFitted) and isinstance(now, PriorFitted):
        return _near(before.a, now.a) and _near(before.b, now.b)
    if isinstance(before, RiskFitted) and isinstance(now, RiskFitted):
        return before.lessons == now.lessons
    return False


def _near(before: float, now: float) -> bool:
    return abs(now - before) <= CLOSE * before


MEASURES: Decider[MeasureCommand, Measure] = Decider(boundary, Measure, evolve, decide)
