"""A node's voices with what hears and speaks there, on a real engine and a real log."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from adapters.postgres_log import PostgresLog
from domain.commands import ROUTES
from domain.events import Context, Event
from domain.rooms import RoomOpened
from realtime.outbox import Outbox
from realtime.perform import Performer
from realtime.speech import Speech, place
from rooms.voice.ice_lite import IceLiteEngine
from tests.realtime.test_signals import Wire
from tests.voice.conftest import now
from tests.voice.ears import Ears

ROOM = place("school", "algebra")


class VoiceNode:
    """`attach` something that is told of voices and of the log, and `run` the node."""

    def __init__(self, log: PostgresLog) -> None:
        self.log = log
        self.performer = Performer(log, ROUTES)
        self.ears = Ears()
        self.speech = Speech(Outbox(Wire()), self.performer.perform, now, [self.ears])
        self.engine = IceLiteEngine("127.0.0.1", 0, ["127.0.0.1"], self.speech, now)
        self._attached: list[Any] = []
        self._seen = 0

    def attach(self, other: Any) -> None:
        self.speech.others.append(other)
        self._attached.append(other)

    async def record(self, *events: Event) -> None:
        context = Context(org="school", actor="tia", role="tutor", at=now())
        position = await self.log.append(list(events), context)
        await until(lambda: self._seen >= position)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as group:
            runs = [self.engine.run, self.speech.run, self._follow, *(one.run for one in self._attached)]
            tasks = [group.create_task(run()) for run in runs]
            await asyncio.wait_for(self.engine.opened(), 5)
            await self.record(RoomOpened(room="algebra", title="Algebra", capacity=8, host="tia"))
            yield
            for task in tasks:
                task.cancel()

    async def _follow(self) -> None:
        async for batch in self.log.follow():
            for recorded in batch:
                for one in self._attached:
                    one.saw(recorded)
                self._seen = recorded.position


async def until(true: Callable[[], bool]) -> None:
    """Waits for a figure, of which nobody is told."""
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110
            await asyncio.sleep(0.005)
