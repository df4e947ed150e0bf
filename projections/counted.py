"""Which events each figure of a tutor's record comes from."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Literal

from domain.appeals import Act
from domain.events import Event
from domain.sessions import (
    NoShowReported,
    SessionCancelled,
    SessionCompleted,
    SessionRescheduled,
    SessionStarted,
)
from projections.reliability import LATE, SHORT_NOTICE

Counted = Literal[
    "lessons",
    "rescheduled",
    "cancelled",
    "missed",
    "short-notice",
    "late",
    "learner-rescheduled",
    "learner-cancelled",
    "learner-missed",
]

KINDS = (SessionRescheduled, SessionCancelled, NoShowReported, SessionStarted, SessionCompleted)
"""What a lesson can come to."""

MEASURES_COUNTED: Mapping[Counted, tuple[Act, ...]] = {
    "lessons": (),
    "rescheduled": ("rescheduled",),
    "cancelled": ("cancelled",),
    "missed": ("missed",),
    "short-notice": ("rescheduled", "cancelled"),
    "late": (),
    "learner-rescheduled": (),
    "learner-cancelled": (),
    "learner-missed": (),
}
"""The acts against which an appeal takes events out of a figure."""


def counts(measure: Counted, tutor: str, event: Event) -> bool:
    """Whether this event is one of those that the figure comes from, of this tutor."""
    if not isinstance(event, KINDS) or event.tutor != tutor:
        return False
    return measure == "lessons" or measure in _figures(event)


def _figures(event: Event) -> tuple[str, ...]:
    match event:
        case SessionRescheduled():
            return _of("rescheduled", event.by, event.notice)
        case SessionCancelled():
            return _of("cancelled", event.by, event.notice)
        case NoShowReported():
            return ("missed",) if event.missing == "tutor" else ("learner-missed",)
        case SessionStarted() if event.late >= LATE:
            return ("late",)
        case _:
            return ()


def _of(act: str, by: str, notice: int) -> tuple[str, ...]:
    match by:
        case "tutor":
            return (act, "short-notice") if notice < SHORT_NOTICE else (act,)
        case "learner":
            return (f"learner-{act}",)
        case _:
            return ()


def days_from(now: datetime, days: int) -> datetime:
    """Where a window of whole days of UTC begins that ends with today."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=days - 1, microseconds=1)
