"""What is fitted to the log in the background: how tutors' rates are spread, what foretells a no-show."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import msgspec

from adapters.postgres_views import PostgresViews
from domain.appeals import Act
from domain.deciding import Command
from domain.events import Context, Item, Query, Recorded, type_of
from domain.log import EventLog
from domain.measures import MeasureCommand, PriorFitted, RecordPrior, RecordRisk, RiskFitted
from domain.sessions import (
    NoShowReported,
    SessionBooked,
    SessionCancelled,
    SessionCompleted,
    SessionRescheduled,
)
from projections.beta_binomial import Beta, fit
from projections.no_show import Facts, History, Learning
from projections.reliability import ACTS, RELIABILITY, Reliability, within
from projections.risk import NO_SHOW
from projections.scores import FLAGGED_IN, WINDOWS

PAUSE = 3600.0
"""Seconds between two looks."""
PAGE = 200
FROM = 200
"""Lessons from which on there is a model of what foretells a missed one."""
READ = (SessionBooked, SessionRescheduled, SessionCancelled, NoShowReported, SessionCompleted)


@dataclass
class Coming:
    """A lesson that is to come."""

    booked: datetime
    starts: datetime
    moved: bool = False


@dataclass
class Lessons:
    """What one organisation's lessons have taught so far."""

    learning: Learning = field(default_factory=Learning)
    coming: dict[str, Coming] = field(default_factory=dict[str, Coming])
    learners: dict[str, History] = field(default_factory=dict[str, History])
    tutors: dict[str, History] = field(default_factory=dict[str, History])
    pairs: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])
    position: int = 0

    def saw(self, recorded: Recorded) -> None:
        """Learn from one event, in the order of the log."""
        match recorded.event:
            case SessionBooked() as event:
                self.coming[event.session] = Coming(recorded.at, event.starts)
            case SessionRescheduled() as event if event.session in self.coming:
                lesson = self.coming[event.session]
                lesson.starts, lesson.moved = event.starts, True
            case SessionCancelled() as event:
                self.coming.pop(event.session, None)
            case NoShowReported() | SessionCompleted() as event:
                self._ended(event)
            case _:
                pass

    def _ended(self, event: NoShowReported | SessionCompleted) -> None:
        missing = event.missing if isinstance(event, NoShowReported) else None
        pair, lesson = (event.tutor, event.learner), self.coming.pop(event.session, None)
        learner = self.learners.get(event.learner, History())
        tutor = self.tutors.get(event.tutor, History())
        if lesson is not None:
            lead = (lesson.starts - lesson.booked).total_seconds() / 86_400
            facts = Facts(learner, tutor, lead, pair not in self.pairs, lesson.moved)
            self.learning.learn(facts, missing is not None)
        self.learners[event.learner] = _one_more(learner, missing == "learner")
        self.tutors[event.tutor] = _one_more(tutor, missing == "tutor")
        self.pairs.add(pair)


def _one_more(before: History, missed: bool) -> History:
    return History(before.came + (not missed), before.missed + missed)


class Measuring:
    """Looks every hour; what it finds is put on record by commands, and hardly anything new by none."""

    def __init__(
        self,
        log: EventLog,
        views: PostgresViews,
        perform: Callable[[Command, Context], Awaitable[object]],
        clock: Callable[[], datetime],
    ) -> None:
        self._log = log
        self._views = views
        self._perform = perform
        self._clock = clock
        self._orgs: dict[str, Lessons] = {}

    async def run(self) -> None:
        """Look every hour, until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(PAUSE)

    async def look(self) -> None:
        """Read what is new, and fit. Raises `LogUnavailable`."""
        query = Query((Item(types=tuple(map(type_of, READ))),))
        for org in await self._views.orgs(RELIABILITY.name):
            lessons = self._orgs.setdefault(org, Lessons())
            before = lessons.position
            async for batch in self._log.read(query, after=before, org=org):
                for recorded in batch:
                    lessons.saw(recorded)
                lessons.position = batch[-1].position
                await asyncio.sleep(0)
            if lessons.position > before:
                await self._fit(org)

    async def _fit(self, org: str) -> None:
        now = self._clock()
        context = Context(org=org, actor="measuring", role="service", at=now)
        counts = await self._counts(org, now)
        for act in ACTS:
            found = await asyncio.to_thread(fit, counts[act])
            if found is not None:
                await self._perform(_prior(act, found, counts[act]), context)
        learning = self._orgs[org].learning
        if learning.lessons >= FROM:
            await self._perform(_risk(learning), context)

    async def _counts(self, org: str, now: datetime) -> Mapping[Act, list[tuple[int, int]]]:
        """Of each tutor, as the flags look at them."""
        counts: dict[Act, list[tuple[int, int]]] = {act: [] for act in ACTS}
        after, decoder = "", msgspec.msgpack.Decoder(Reliability)
        while True:
            page = await self._views.page(RELIABILITY.name, org, after=after, limit=PAGE)
            if page.version != RELIABILITY.version:
                return counts
            for row in page.rows.values():
                tally = within(decoder.decode(row), now, WINDOWS[FLAGGED_IN])
                for act, name in ACTS.items():
                    counts[act].append((getattr(tally, name), tally.lessons))
            await asyncio.sleep(0)
            if len(page.rows) < PAGE:
                return counts
            after = max(page.rows)


def _prior(act: Act, found: Beta, counts: list[tuple[int, int]]) -> MeasureCommand:
    lessons = [n for _, n in counts if n]
    fitted = PriorFitted(
        measure=act, a=round(found.a, 4), b=round(found.b, 4), tutors=len(lessons), lessons=sum(lessons)
    )
    return RecordPrior(fitted=fitted)


def _risk(learning: Learning) -> MeasureCommand:
    fitted = RiskFitted(
        measure=NO_SHOW,
        weights=tuple(round(weight, 6) for weight in learning.weights),
        lessons=learning.lessons,
        error=round(min(1.0, learning.error()), 6),
        rate=round(learning.missed / learning.lessons, 6),
    )
    return RecordRisk(fitted=fitted)
