"""Measures: the newest parameters of each, as they were fitted in the background."""

from datetime import datetime

from msgspec import Struct

from domain.events import Recorded
from domain.measures import PriorFitted, RiskFitted
from projections.keys import by
from projections.view import View


class Measure(Struct):
    """One measure. What was not fitted yet is None."""

    prior: tuple[float, float] | None = None
    tutors: int = 0
    lessons: int = 0
    weights: tuple[float, ...] = ()
    error: float = 1.0
    rate: float = 0.0
    position: int = 0
    at: datetime | None = None


def apply(state: Measure, key: str, recorded: Recorded) -> None:
    """Fold one event."""
    state.position, state.at = recorded.position, recorded.at
    match recorded.event:
        case PriorFitted() as event:
            state.prior = (event.a, event.b)
            state.tutors, state.lessons = event.tutors, event.lessons
        case RiskFitted() as event:
            state.weights = event.weights
            state.lessons, state.error, state.rate = event.lessons, event.error, event.rate
        case _:
            pass


MEASURES = View(
    name="measures",
    version=1,
    state=Measure,
    reads=(PriorFitted, RiskFitted),
    keys=by("measure"),
    apply=apply,
)
