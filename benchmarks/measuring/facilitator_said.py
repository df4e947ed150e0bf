"""What the facilitator would have said in real meetings: how often, how rightly, and whether in time."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from benchmarks.measuring.facilitator_episodes import HALF, hindsight, stretches
from benchmarks.measuring.facilitator_meetings import ZERO, Meeting
from benchmarks.measuring.facilitator_picture import begun, decision, ticking
from domain.interventions import HOUR
from rooms.facilitator.arbitration import choose
from rooms.facilitator.detectors import Finding
from rooms.facilitator.policy import Policy


@dataclass
class Said:
    """Interventions in some meetings; `right` if hindsight sees the same pattern at that moment."""

    hours: float = 0.0
    number: int = 0
    judged: int = 0
    right: int = 0
    violated: int = 0
    by_detector: dict[str, list[bool]] = field(default_factory=lambda: defaultdict[str, list[bool]](list))

    @property
    def hourly(self) -> float:
        """How many an hour of meeting."""
        return self.number / self.hours if self.hours else 0.0

    @property
    def precision(self) -> float:
        """The part that is right, of those whose moment hindsight can judge."""
        return self.right / max(1, self.judged)

    def add(self, meeting: Meeting, policy: Policy) -> None:
        """Rehearse one meeting, in which nobody heeds what is said."""
        dominant, quiet = stretches(hindsight(meeting), meeting)
        said = list(_said(meeting, policy))
        self.hours += meeting.end / HOUR
        self.number += len(said)
        self.violated += _violations(said, policy)
        for tick, finding in said:
            if HALF <= tick <= meeting.end - HALF:
                runs = quiet.get(finding.person, [])
                if finding.detector == "dominance":
                    runs = [run for person in dominant for run in dominant[person]]
                right = any(start <= tick < end for start, end in runs)
                self.judged += 1
                self.right += right
                self.by_detector[finding.detector].append(right)


def _said(meeting: Meeting, policy: Policy) -> Iterator[tuple[int, Finding]]:
    running = begun(meeting)
    for tick in ticking(meeting, running):
        finding = choose(running, ZERO + tick, policy)
        if finding is not None:
            yield tick, finding
            running.said.fold(decision(finding, ZERO + tick))


def _violations(said: Sequence[tuple[int, Finding]], policy: Policy) -> int:
    """How often something was said too early after something else."""
    early = 0
    for at, (tick, finding) in enumerate(said):
        for before, other in said[:at]:
            least = policy.person_cooldown if other.person == finding.person else policy.group_cooldown
            early += tick - before < max(least, policy.group_cooldown)
        early += sum(tick - before < HOUR for before, _ in said[:at]) >= policy.hourly
    return early
