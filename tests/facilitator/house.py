"""A facilitator in a house with a real log: commands are performed for real, time is not."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from msgspec.structs import replace

from domain.commands import ROUTES
from domain.events import Context, Event, Recorded
from domain.interventions import (
    InterventionDecided,
    InterventionDelivered,
    ModelAnswered,
    ModelAsked,
)
from domain.log import EventLog
from domain.people import PersonRegistered
from realtime.perform import Performer
from rooms.facilitator.delivery import Perform
from rooms.facilitator.facilitator import Facilitator
from rooms.facilitator.history import PeopleFromLog
from rooms.facilitator.phrasing import Phraser
from rooms.facilitator.policy import STANDARD, Policy
from rooms.facilitator.ports import Fact, Mark, Ports
from rooms.facilitator.sharing import Sharing
from tests.facilitator.script import BEGAN, Script

SAYS_ALL = replace(STANDARD, hold_out=0.0)
"""A policy by which nothing is left unsaid by lot."""
SOON = 10.0
"""Seconds after which a test gives up waiting; nothing takes nearly as long."""


@dataclass
class Heard:
    """A fact from a scripted bus."""

    recorded: Recorded
    acked: "Acked"

    async def ack(self) -> None:
        self.acked.append(self.recorded.position)
        self.acked.more.set()


class Acked(list[int]):
    """The positions that were acknowledged, in that order."""

    def __init__(self) -> None:
        super().__init__()
        self.more = asyncio.Event()

    async def upto(self, position: int) -> None:
        """Wait for one position to be acknowledged."""
        async with asyncio.timeout(SOON):
            while position not in self:
                self.more.clear()
                await self.more.wait()


class Time:
    """The clock and the pause of a facilitator, moved on by the test alone."""

    def __init__(self, seconds: float) -> None:
        self.now = BEGAN + timedelta(seconds=seconds)
        self._paused = asyncio.Event()
        self._go = asyncio.Event()

    def clock(self) -> datetime:
        return self.now

    async def pause(self, seconds: float) -> None:
        self._paused.set()
        await self._go.wait()
        self._go.clear()

    async def looked(self) -> None:
        """Wait until it has looked at all rooms, and done what it set out to do."""
        async with asyncio.timeout(SOON):
            await self._paused.wait()
            while acts := [task for task in asyncio.all_tasks() if task.get_name() == "intervention"]:
                await asyncio.wait(acts)

    async def move(self, seconds: float) -> None:
        """Let time go on by so much, and the facilitator look once more."""
        await self.looked()
        self.now += timedelta(seconds=seconds)
        self._paused.clear()
        self._go.set()
        await self.looked()


@dataclass
class House:
    """The log, and how to write to it and look into it."""

    log: EventLog
    acked: Acked = field(default_factory=Acked)
    performer: Performer = field(init=False)

    def __post_init__(self) -> None:
        self.performer = Performer(self.log, ROUTES)

    async def record(self, *events: Event, at: float = 0, org: str = "main") -> None:
        when = BEGAN + timedelta(seconds=at)
        await self.log.append(events, Context(org=org, actor="somebody", role="service", at=when))

    async def play(self, script: Script, org: str = "main", *, after: float = -1, upto: float = 1e6) -> None:
        """Write the script, or what happens in it within (after, upto] s, into the log, each at its time."""
        first, last = (BEGAN + timedelta(seconds=seconds) for seconds in (after, upto))
        for written in script.events:
            if not first < written.at <= last:
                continue
            context = Context(org=org, actor="somebody", role="service", at=written.at)
            await self.log.append([written.event], context)

    async def register(self, org: str = "main", **names: str) -> None:
        """Make people known: a person's id and name, the tutor by the id `tutor`."""
        for person, name in names.items():
            role = "tutor" if person == "tutor" else "student"
            await self.record(PersonRegistered(person=person, name=name, role=role), org=org)

    async def facts(self) -> AsyncIterator[Fact]:
        """Facts as a bus gives them that loses and repeats nothing."""
        async for batch in self.log.follow():
            for recorded in batch:
                yield Heard(recorded, self.acked)

    async def heard(self) -> None:
        """Wait until the facilitator has heard of all that is in the log."""
        await self.acked.upto(await self.log.head())

    async def happened(self, *kinds: type[Event], org: str | None = None) -> list[Event]:
        """All events of these kinds in the log."""
        return [
            recorded.event
            async for batch in self.log.read(org=org)
            for recorded in batch
            if isinstance(recorded.event, kinds)
        ]

    async def said(self) -> list[Event]:
        """What facilitators decided, asked and said."""
        return await self.happened(InterventionDecided, ModelAsked, ModelAnswered, InterventionDelivered)

    @asynccontextmanager
    async def facilitator(
        self,
        time: Time,
        *,
        facts: Callable[[], AsyncIterator[Fact]] | None = None,
        marks: Callable[[], AsyncIterator[Mark]] | None = None,
        perform: Perform | None = None,
        phraser: Phraser | None = None,
        policy: Policy = SAYS_ALL,
        log: EventLog | None = None,
        sharing: Sharing | None = None,
    ) -> AsyncIterator[Facilitator]:
        """A facilitator at work; it is killed at the end of the block."""
        ports = Ports(
            log=log or self.log,
            people=PeopleFromLog(log or self.log),
            perform=perform or self.performer.perform,
            facts=facts or self.facts,
            marks=marks,
            phraser=phraser,
            sharing=sharing,
        )
        facilitator = Facilitator(ports, clock=time.clock, policy=policy, pause=time.pause)
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(facilitator.run())
            yield facilitator
            running.cancel()


async def silence() -> AsyncIterator[Fact]:
    """A bus on which nothing is ever heard."""
    await asyncio.Event().wait()
    yield Heard(Script().events[0], Acked())


def given(facts: Iterable[Recorded], acked: Acked) -> Callable[[], AsyncIterator[Fact]]:
    """A bus that gives just these facts, in this order, and then nothing more."""

    async def stream() -> AsyncIterator[Fact]:
        for recorded in facts:
            yield Heard(recorded, acked)
        await asyncio.Event().wait()

    return stream
