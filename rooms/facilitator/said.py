"""What the facilitator decided and said in a room: what cool-downs, the budget and a successor need."""

from collections import deque

from domain.interventions import HOUR, InterventionDecided, InterventionDelivered, ModelAsked


class Said:
    """Decisions of the last hour, the last one for each person, and those that were not said yet."""

    def __init__(self) -> None:
        self.last: int | None = None
        self.pending: dict[str, InterventionDecided] = {}
        self.asked: set[str] = set()
        """Pending interventions for which a model was asked already."""
        self._by_person: dict[str, int] = {}
        self._hour: deque[int] = deque()

    def fold(self, step: InterventionDecided | ModelAsked | InterventionDelivered) -> None:
        """Take one step of an intervention in."""
        match step:
            case InterventionDecided():
                self._decided(step)
            case ModelAsked():
                self.asked.add(step.intervention)
            case InterventionDelivered():
                self.pending.pop(step.intervention, None)
                self.asked.discard(step.intervention)

    def rests(self, now: int, cooldown: int, hourly: int) -> bool:
        """Whether the group is left alone at `now`, as the log would decide it."""
        if self.last is not None and now - self.last < cooldown:
            return True
        return sum(now - moment < HOUR for moment in self._hour) >= hourly

    def spares(self, person: str, now: int, cooldown: int) -> bool:
        """Whether this person was addressed less than `cooldown` ms ago."""
        last = self._by_person.get(person)
        return last is not None and now - last < cooldown

    def _decided(self, step: InterventionDecided) -> None:
        self.pending[step.intervention] = step
        self.last = max(step.moment, self.last or 0)
        self._by_person[step.person] = max(step.moment, self._by_person.get(step.person, 0))
        self._hour.append(step.moment)
        while self._hour[0] <= step.moment - HOUR:
            self._hour.popleft()
