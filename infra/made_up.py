"""Tutors, learners and lessons that never were: the same seed makes the same ones."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import exp, log2

from domain.events import Event
from domain.people import PersonRegistered
from domain.sessions import (
    NoShowReported,
    Party,
    Reason,
    SessionBooked,
    SessionCancelled,
    SessionCompleted,
    SessionRated,
    SessionRescheduled,
    SessionStarted,
)

DAYS = 89
"""Over which lessons are spread, up to the last day."""
MEDIAN = 20
SPREAD = 1.15
"""Lessons of a tutor are log-normal: this median, and this standard deviation of their logarithm."""
MOST = 400
MOVES, CANCELS, MISSES = (1.0, 11.0), (1.0, 24.0), (1.0, 60.0)
"""Beta distributions of the true rates of tutors: moved, called off, missed, of the lessons booked."""
LEARNER_MOVES, LEARNER_CANCELS = 0.06, 0.04
LEARNERS = 5
"""For each tutor."""
HOUR = timedelta(hours=1)
REASONS: tuple[Reason, ...] = ("illness", "conflict", "technical", "emergency", "preparation", "other")

Timed = tuple[datetime, Event]


@dataclass(frozen=True)
class TrueRates:
    """What a tutor really does, which no event tells."""

    moves: float
    cancels: float
    misses: float


@dataclass
class MadeUp:
    """The events in order, and beside them what the tutors are really like."""

    tutors: dict[str, TrueRates] = field(default_factory=dict[str, TrueRates])
    events: list[Timed] = field(default_factory=list[Timed])


def made_up(seed: int, tutors: int, until: datetime) -> MadeUp:
    """Whole hours up to `until`; nobody is in two lessons at an hour, but where one was moved to."""
    chance = random.Random(seed)
    first = until.replace(minute=0, second=0, microsecond=0) - timedelta(days=DAYS)
    learners = {f"sim-learner-{n}": chance.gauss(0, 1) for n in range(LEARNERS * tutors)}
    busy: dict[int, set[str]] = {}
    world = MadeUp()
    for number in range(tutors):
        tutor = f"sim-tutor-{number}"
        rates = (chance.betavariate(*each) for each in (MOVES, CANCELS, MISSES))
        world.tutors[tutor] = TrueRates(*rates)
        for slot in _slots(chance):
            learner = _free(
                chance, list(learners)[number * LEARNERS :][:LEARNERS], busy.setdefault(slot, set())
            )
            lesson = _Lesson(chance, tutor, learner, learners[learner], first + _hours(slot))
            world.events += lesson.life(f"sim-{number}-{slot}", world.tutors[tutor])
    world.events += _people(world.tutors, learners, first)
    world.events.sort(key=lambda each: each[0])  # and what is of one instant stays in order
    return world


def _slots(chance: random.Random) -> list[int]:
    wanted = round(MEDIAN * exp(chance.gauss(0, SPREAD)))
    return sorted(chance.sample(range(DAYS * 10), min(MOST, max(1, wanted))))


def _hours(slot: int) -> timedelta:
    """Ten lessons' beginnings a day, from eight on."""
    return timedelta(days=slot // 10, hours=8 + slot % 10)


def _free(chance: random.Random, own: list[str], busy: set[str]) -> str:
    learner = chance.choice([each for each in own if each not in busy])
    busy.add(learner)
    return learner


def _people(tutors: dict[str, TrueRates], learners: dict[str, float], first: datetime) -> Iterator[Timed]:
    began = first - timedelta(days=60)
    for number, tutor in enumerate(tutors):
        yield began, PersonRegistered(person=tutor, name=f"Simulated tutor {number}", role="tutor")
    for number, learner in enumerate(learners):
        yield began, PersonRegistered(person=learner, name=f"Simulated learner {number}", role="student")


@dataclass
class _Lesson:
    chance: random.Random
    tutor: str
    learner: str
    careless: float
    starts: datetime

    def life(self, session: str, tutor: TrueRates) -> Iterator[Timed]:
        """What becomes of one lesson. Each thing that a tutor may do is as likely in every lesson."""
        who = {"session": session, "tutor": self.tutor, "learner": self.learner}
        lead = min(45, 1 + int(self.chance.expovariate(0.2)))
        booked = self.starts - timedelta(days=lead)
        yield booked, SessionBooked(**who, starts=self.starts, ends=self.starts + HOUR, subject="")
        by = self._happens(tutor.moves, LEARNER_MOVES)
        if by:
            hours = self._notice(lead)
            at, self.starts = self.starts - hours, self.starts + timedelta(days=self.chance.randint(1, 7))
            reason = self.chance.choice(REASONS)
            notice = hours // timedelta(minutes=1)
            yield (
                at,
                SessionRescheduled(
                    **who, by=by, reason=reason, notice=notice, starts=self.starts, ends=self.starts + HOUR
                ),
            )
        by = self._happens(tutor.cancels, LEARNER_CANCELS)
        if by:
            hours = min(self._notice(lead), timedelta(hours=20))
            reason, notice = self.chance.choice(REASONS), hours // timedelta(minutes=1)
            yield self.starts - hours, SessionCancelled(**who, by=by, reason=reason, notice=notice)
        else:
            yield from self._held(who, tutor, lead)

    def _held(self, who: dict[str, str], tutor: TrueRates, lead: int) -> Iterator[Timed]:
        likely = -3.4 + self.careless + 0.5 * (log2(1 + lead) - 2)
        by = self._happens(tutor.misses, 1 / (1 + exp(-likely)))
        if by:
            yield self.starts + HOUR, NoShowReported(**who, missing=by)
            return
        late = max(0, int(self.chance.gauss(0, 4)))
        yield self.starts, SessionStarted(**who, late=late)
        yield self.starts + HOUR, SessionCompleted(**who)
        if self.chance.random() < 0.4:
            yield self.starts + 2 * HOUR, SessionRated(**who, stars=self.chance.choice((3, 4, 5, 5, 5)))

    def _happens(self, by_tutor: float, by_learner: float) -> Party | None:
        """Who does it, if anybody; the tutor is asked first, so that their rate is what it is."""
        if self.chance.random() < by_tutor:
            return "tutor"
        return "learner" if self.chance.random() < by_learner else None

    def _notice(self, lead: int) -> timedelta:
        most = max(2, lead * 24 - 2)
        return timedelta(hours=min(most, 1 + int(self.chance.expovariate(1 / 40))))
