"""Attendance: how often a person came to lessons, as the learner and as the tutor, and with whom."""

from msgspec import Struct, field

from domain.events import Recorded
from domain.sessions import NoShowReported, SessionCompleted
from projections.keys import by
from projections.no_show import History
from projections.view import View

PARTNERS_KEPT = 500


class Attendance(Struct):
    """One person. `partners` are those with whom they had lessons, as the learner."""

    learner_came: int = 0
    learner_missed: int = 0
    tutor_came: int = 0
    tutor_missed: int = 0
    partners: dict[str, int] = field(default_factory=dict[str, int])

    def as_learner(self) -> History:
        """Their lessons as the learner."""
        return History(self.learner_came, self.learner_missed)

    def as_tutor(self) -> History:
        """Their lessons as the tutor."""
        return History(self.tutor_came, self.tutor_missed)


def apply(state: Attendance, key: str, recorded: Recorded) -> None:
    """Fold one event."""
    event = recorded.event
    if not isinstance(event, NoShowReported | SessionCompleted):
        return
    missing = event.missing if isinstance(event, NoShowReported) else None
    if key == event.tutor:
        state.tutor_came += missing != "tutor"
        state.tutor_missed += missing == "tutor"
    if key == event.learner:
        state.learner_came += missing != "learner"
        state.learner_missed += missing == "learner"
        if event.tutor in state.partners or len(state.partners) < PARTNERS_KEPT:
            state.partners[event.tutor] = state.partners.get(event.tutor, 0) + 1


ATTENDANCE = View(
    name="attendance",
    version=1,
    state=Attendance,
    reads=(NoShowReported, SessionCompleted),
    keys=by("tutor", "learner"),
    apply=apply,
)
