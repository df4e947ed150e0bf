"""Fitting the parameters of knowledge tracing to the log: every night, and whenever somebody asks for it."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import datetime, timedelta

from domain.deciding import Command
from domain.events import EVERYTHING, Context, Item, Query, type_of
from domain.log import EventLog
from domain.mastery import MOST, RecordFit, SkillFit
from domain.practice import AnswerGiven
from projections import fitting
from projections.fitting import Answer

NIGHT = 3
"""The hour of UTC at which parameters are fitted."""
DIGITS = 4
"""Of a parameter: more would be new ones every night, of the same answers."""
ANSWERS = Query((Item(types=(type_of(AnswerGiven),)),))
Perform = Callable[[Command, Context], Awaitable[object]]


class Fitting:
    """Fits the skills of every organisation. Two may run: what one has recorded, the other has not to say."""

    def __init__(self, log: EventLog, perform: Perform, clock: Callable[[], datetime]) -> None:
        self._log = log
        self._perform = perform
        self._clock = clock

    async def run(self) -> None:
        """Fit every night, until cancelled."""
        while True:
            now = self._clock()
            await asyncio.sleep(until_night(now).total_seconds())
            await self.fit(self._clock().date().isoformat())

    async def fit(self, name: str, only: str | None = None) -> int:
        """Fit all skills, of all organisations or of one; how many there are. Raises `LogUnavailable`."""
        upto = await self._log.head()
        fitted = 0
        for org, answers in (await self._answers(upto, only)).items():
            # In a thread of its own: some seconds for a million answers, and others go on meanwhile.
            skills = await asyncio.to_thread(fits_of, answers)
            context = Context(org=org, actor="fitting", role="service", at=self._clock())
            for part in parts(skills):
                await self._perform(RecordFit(fit=name, upto=upto, skills=tuple(part)), context)
            fitted += len(skills)
        return fitted

    async def _answers(self, upto: int, only: str | None) -> dict[str, list[Answer]]:
        answers: defaultdict[str, list[Answer]] = defaultdict(list)
        query = ANSWERS if only else EVERYTHING  # a query of its own is asked within an organisation
        async for batch in self._log.read(query, upto=upto, org=only):
            for each in batch:
                if isinstance(event := each.event, AnswerGiven):
                    answers[each.org].append(Answer(event.person, event.skill, event.correct))
            await asyncio.sleep(0)
        return answers


def fits_of(answers: Sequence[Answer]) -> list[SkillFit]:
    """The parameters of each skill, in alphabetical order."""
    counts = Counter(answer.skill for answer in answers)
    found = fitting.fit(answers).skills
    return [
        SkillFit(
            skill=skill,
            answers=counts[skill],
            **{name: round(value, DIGITS) for name, value in found[skill]._asdict().items()},
        )
        for skill in sorted(found)
    ]


def parts(skills: Sequence[SkillFit]) -> Iterator[Sequence[SkillFit]]:
    """As many at a time as one event holds."""
    return (skills[start : start + MOST] for start in range(0, len(skills), MOST))


def until_night(now: datetime) -> timedelta:
    """How long it is until the next time to fit; `now` in UTC."""
    tonight = now.replace(hour=NIGHT, minute=0, second=0, microsecond=0)
    return tonight - now if now < tonight else tonight + timedelta(days=1) - now
