"""Episodes of dominance and of quiet in real meetings: what hindsight knows, and what a detector found.

Hindsight: at each second, each one's share of the talk of the five minutes around it. Somebody dominates if
D >= 1/3, D = (n·share - 1)/(n - 1), and is quiet if their share is at most 0.2/n. Such seconds of one person,
with interruptions of less than a minute, are one stretch; one of a minute or more is an episode. Nothing
counts within the first and the last 150 seconds, where the five minutes are not whole.

The alarms of a detector are joined likewise. An episode is found if an alarm for its person touches it, and
the delay is from its beginning to the first second of that (0 if it was there before). An alarm is right if
it touches an episode of its person. Precision is of alarms, recall of episodes, F1 of the two.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from benchmarks.measuring.facilitator_meetings import SECOND, ZERO, Meeting
from benchmarks.measuring.facilitator_picture import begun, ticking
from benchmarks.report import median
from rooms.facilitator.detectors import dominating, left_out
from rooms.facilitator.policy import Policy

HALF = 150 * SECOND
JOINED = 60 * SECOND
LEAST = 60 * SECOND
DOMINANT, QUIET = 1 / 3, 0.2

Alarms = Iterable[tuple[int, set[str], set[str]]]
"""For each second of a meeting (ms): who dominates, and who is quiet."""
Stretch = tuple[int, int]


@dataclass
class Found:
    """How a detector did."""

    episodes: int = 0
    hit: int = 0
    alarms: int = 0
    right: int = 0
    delays: list[int] = field(default_factory=list[int])

    @property
    def precision(self) -> float:
        """The part of the alarms that are right."""
        return self.right / max(1, self.alarms)

    @property
    def recall(self) -> float:
        """The part of the episodes that were found."""
        return self.hit / max(1, self.episodes)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    @property
    def delay(self) -> float:
        """The median delay in seconds."""
        return median(self.delays) / SECOND if self.delays else 0.0

    def compare(self, alarms: Sequence[Stretch], truth: Sequence[Stretch]) -> None:
        """Count one person in one meeting."""
        self.episodes += len(truth)
        self.alarms += len(alarms)
        self.right += sum(any(_touch(alarm, episode) for episode in truth) for alarm in alarms)
        for episode in truth:
            first = next((alarm for alarm in alarms if _touch(alarm, episode)), None)
            if first is not None:
                self.hit += 1
                self.delays.append(max(0, first[0] - episode[0]))


def hindsight(meeting: Meeting) -> Iterator[tuple[int, set[str], set[str]]]:
    """For each second whose five minutes are whole: who dominates, and who is quiet."""
    for tick in range(HALF, meeting.end - HALF + 1, SECOND):
        amounts = {p: talk.until(tick + HALF) - talk.until(tick - HALF) for p, talk in meeting.talk.items()}
        n, total = len(amounts), sum(amounts.values())
        dominant = {p for p, a in amounts.items() if total and n * a - total >= DOMINANT * (n - 1) * total}
        yield tick, dominant, {p for p, a in amounts.items() if total and a * n <= QUIET * total}


def ours(meeting: Meeting, policy: Policy) -> Iterator[tuple[int, set[str], set[str]]]:
    """What our detectors see, second by second, once the group has warmed up."""
    running = begun(meeting)
    for tick in ticking(meeting, running):
        now, people = ZERO + tick, meeting.people if tick >= policy.warm_up else []
        dominant = dominating(running, now, policy, people)
        yield tick, set(dominant), set(left_out(running, now, policy, people))


def stretches(seconds: Alarms, meeting: Meeting, least: int = 0) -> tuple[dict[str, list[Stretch]], ...]:
    """Of dominance and of quiet, the stretches of each person that last `least` ms."""
    found: tuple[dict[str, list[list[int]]], ...] = ({}, {})
    for tick, *patterns in seconds:
        if not HALF <= tick <= meeting.end - HALF:
            continue
        for kind, people in zip(found, patterns, strict=True):
            for person in people:
                _extend(kind.setdefault(person, []), tick)
    return tuple({person: _lasting(runs, least) for person, runs in kind.items()} for kind in found)


def compared(meeting: Meeting, alarms: Alarms, dominance: Found, quiet: Found) -> None:
    """Count what was found in one meeting."""
    truth = stretches(hindsight(meeting), meeting, LEAST)
    seen = stretches(alarms, meeting)
    for score, real, claimed in zip((dominance, quiet), truth, seen, strict=True):
        for person in meeting.people:
            score.compare(claimed.get(person, []), real.get(person, []))


def _extend(runs: list[list[int]], tick: int) -> None:
    if runs and tick - runs[-1][1] < JOINED:
        runs[-1][1] = tick + SECOND
    else:
        runs.append([tick, tick + SECOND])


def _lasting(runs: list[list[int]], least: int) -> list[Stretch]:
    return [(start, end) for start, end in runs if end - start >= least]


def _touch(one: Stretch, other: Stretch) -> bool:
    return one[0] < other[1] and one[1] > other[0]
