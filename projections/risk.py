"""The risk that a lesson is missed, as it is shown: with what it adds up from, and how far to trust it."""

from collections.abc import Mapping

from msgspec import Struct

from projections.attendance import Attendance
from projections.measures import Measure
from projections.no_show import NAMES, Facts, marks, risk
from projections.sessions import Session

NO_SHOW = "no-show"
"""The measure of lessons that are missed."""
TRUSTED = 0.03
"""Calibration error up to which a risk is shown at all."""
SAYS: Mapping[str, str] = {
    "base": "how many lessons are missed here",
    "learner": "how often this learner missed lessons",
    "tutor": "how often this tutor missed lessons",
    "lead": "how long before it was booked",
    "first": "that it is their first lesson together",
    "moved": "that it was moved",
}


class Term(Struct, frozen=True, kw_only=True):
    """What adds to the risk, or takes from it, in logits."""

    name: str
    says: str
    adds: float


class SessionRisk(Struct, frozen=True, kw_only=True):
    """How likely a lesson is to be missed, by either party.

    `risk` is None while nothing was learned, or if predictions were too far off: `calibrated` says which.
    `error` is the expected calibration error over `lessons` lessons, each predicted before it was held.
    """

    session: str
    risk: float | None
    terms: tuple[Term, ...]
    calibrated: bool
    error: float | None
    lessons: int
    usual: float | None


def foretold(
    session: str, lesson: Session, known: Mapping[str, Attendance], measure: Measure | None
) -> SessionRisk:
    """The risk of a lesson that is to come."""
    if measure is None or len(measure.weights) != len(NAMES):
        return SessionRisk(
            session=session, risk=None, terms=(), calibrated=False, error=None, lessons=0, usual=None
        )
    inputs = marks(_facts(lesson, known))
    calibrated = measure.error <= TRUSTED
    terms = (
        Term(name=name, says=SAYS[name], adds=round(weight * value, 3))
        for name, weight, value in zip(NAMES, measure.weights, inputs, strict=True)
    )
    return SessionRisk(
        session=session,
        risk=round(risk(measure.weights, inputs), 4) if calibrated else None,
        terms=tuple(terms) if calibrated else (),
        calibrated=calibrated,
        error=measure.error,
        lessons=measure.lessons,
        usual=measure.rate,
    )


def _facts(lesson: Session, known: Mapping[str, Attendance]) -> Facts:
    learner = known.get(lesson.learner, Attendance())
    tutor = known.get(lesson.tutor, Attendance())
    booked, starts = lesson.booked, lesson.starts
    lead = (starts - booked).total_seconds() / 86_400 if booked and starts else 0.0
    return Facts(
        learner.as_learner(),
        tutor.as_tutor(),
        lead,
        lesson.tutor not in learner.partners,
        lesson.rescheduled > 0,
    )
