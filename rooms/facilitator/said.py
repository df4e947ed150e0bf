"""What the facilitator decided and said in a room: what cool-downs, budget, outcomes and a successor need."""

from collections import deque

from domain.interventions import (
    HOUR,
    Detector,
    InterventionDecided,
    InterventionDelivered,
    InterventionHeldOut,
    InterventionProposed,
    InterventionWithheld,
    ModelAsked,
    OutcomeMeasured,
)

Step = (
    InterventionDecided
    | InterventionHeldOut
    | ModelAsked
    | InterventionProposed
    | InterventionWithheld
    | InterventionDelivered
    | OutcomeMeasured
)
UNMEASURED_KEPT = 32


class Said:
    """Decisions of the last hour, the last one for each person, and those that were not said yet."""

    def __init__(self) -> None:
        self.last: int | None = None
        self.pending: dict[str, InterventionDecided] = {}
        self.asked: set[str] = set()
        """Pending interventions for which a model was asked already."""
        self.waiting: dict[str, InterventionDecided] = {}
        """Whose words a tutor has not approved yet."""
        self.unmeasured: dict[str, InterventionDecided] = {}
        """What was said or held out, and whose outcome is not on record yet."""
        self.last_by: dict[Detector, int] = {}
        """When each detector was last acted on (ms)."""
        self._by_person: dict[str, int] = {}
        self._hour: deque[int] = deque()

    def fold(self, step: Step) -> None:
        """Take one step of an intervention in."""
        match step:
            case InterventionDecided():
                self._decided(step)
            case ModelAsked():
                if step.intervention in self.pending:  # a model is asked for other help, too
                    self.asked.add(step.intervention)
            case OutcomeMeasured():
                self.unmeasured.pop(step.intervention, None)
            case _:
                self._settled(step)

    def busy(self, now: int, stale: int) -> bool:
        """Whether words wait for a tutor's approval: one thing at a time."""
        return any(now - decided.moment <= stale for decided in self.waiting.values())

    def rests(self, now: int, cooldown: int, hourly: int) -> bool:
        """Whether the group is left alone at `now`, as the log would decide it."""
        if self.last is not None and now - self.last < cooldown:
            return True
        return sum(now - moment < HOUR for moment in self._hour) >= hourly

    def spares(self, person: str, now: int, cooldown: int) -> bool:
        """Whether this person was addressed less than `cooldown` ms ago."""
        last = self._by_person.get(person)
        return last is not None and now - last < cooldown

    def _settled(
        self,
        step: InterventionHeldOut | InterventionProposed | InterventionWithheld | InterventionDelivered,
    ) -> None:
        self.asked.discard(step.intervention)
        decided = self.pending.pop(step.intervention, None) or self.waiting.pop(step.intervention, None)
        if decided is None or isinstance(step, InterventionWithheld):
            return
        if isinstance(step, InterventionProposed):
            self.waiting[step.intervention] = decided
            return
        self.unmeasured[step.intervention] = decided
        if len(self.unmeasured) > UNMEASURED_KEPT:
            del self.unmeasured[next(iter(self.unmeasured))]

    def _decided(self, step: InterventionDecided) -> None:
        self.pending[step.intervention] = step
        self.last_by[step.detector] = max(step.moment, self.last_by.get(step.detector, 0))
        self.last = max(step.moment, self.last or 0)
        self._by_person[step.person] = max(step.moment, self._by_person.get(step.person, 0))
        self._hour.append(step.moment)
        while self._hour[0] <= step.moment - HOUR:
            self._hour.popleft()
