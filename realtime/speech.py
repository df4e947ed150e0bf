"""From the voice engine to the rest of the house: marks to the bus at once, turns to the log."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from domain.aloud import FACILITATOR
from domain.deciding import Command
from domain.errors import LogUnavailable, Refused
from domain.events import Context
from domain.speech import RecordTurn
from realtime.outbox import Outbox
from realtime.signals import Slots, Speaking, Spoke
from rooms.voice.engine import SlotContent, VoiceListener, Why

logger = logging.getLogger(__name__)

RETRY = 1.0
"""Seconds between attempts while the log is away."""
LAST = 0.8
"""Seconds in which the last turns are recorded when the node stops; it insists after a second."""
WAITING = 100_000
"""Turns that may wait for the log, more than a day of talk; the oldest are dropped beyond that."""


def place(org: str, room: str) -> str:
    """The room's name within the engine, which knows no organisations."""
    return f"{org}/{room}"


@dataclass
class Speech:
    """Implements `rooms.voice.engine.VoiceListener`."""

    outbox: Outbox
    perform: Callable[[Command, Context], Awaitable[object]]
    clock: Callable[[], datetime]
    others: list[VoiceListener] = field(default_factory=list[VoiceListener])
    """Those on this node who are told as well."""
    node: Callable[[], str] = str
    """The name of this node among those that carry voices; "" where none of ours does."""
    _turns: deque[tuple[str, RecordTurn]] = field(default_factory=lambda: deque(maxlen=WAITING))
    _some: asyncio.Event = field(default_factory=asyncio.Event)

    def speaking(self, room: str, person: str, turn: str, at: int) -> None:
        """A turn has started."""
        if person == FACILITATOR:
            return
        org, name = room.split("/")
        self.outbox.voice(org, name, Speaking(person, turn, at, self.node()))
        for other in self.others:
            other.speaking(room, person, turn, at)

    def spoke(self, room: str, person: str, turn: str, started: int, ended: int) -> None:
        """A turn is over."""
        if person == FACILITATOR:
            return
        org, name = room.split("/")
        self.outbox.voice(org, name, Spoke(person, turn, started, ended))
        self._turns.append(
            (org, RecordTurn(room=name, person=person, turn=turn, started=started, ended=ended))
        )
        self._some.set()
        for other in self.others:
            other.spoke(room, person, turn, started, ended)

    def slots(self, room: str, person: str, slots: Sequence[SlotContent]) -> None:
        """A listener's slots hold other speakers now."""
        org, name = room.split("/")
        self.outbox.signal(f"lyceum.{org}.rooms.{name}.presence", Slots(person, tuple(slots)))
        for other in self.others:
            other.slots(room, person, slots)

    def left(self, room: str, person: str, voice: str, why: Why) -> None:
        """A voice has ended; its last turn was reported before."""
        for other in self.others:
            other.left(room, person, voice, why)

    async def run(self) -> None:
        """Record turns until cancelled; what still waits then is recorded first, if the log is there."""
        try:
            while True:
                await self._some.wait()
                self._some.clear()
                await self._record_all()
        finally:
            with suppress(TimeoutError):
                async with asyncio.timeout(LAST):
                    await self._record_all()
            if self._turns:
                logger.warning("%d turns of speech could not be recorded", len(self._turns))

    async def _record_all(self) -> None:
        """In order, waiting for the log. A turn that is interrupted goes back: recording it twice is once."""
        while self._turns:
            org, turn = self._turns.popleft()
            try:
                await self._record(org, turn)
            except BaseException:
                self._turns.appendleft((org, turn))
                raise

    async def _record(self, org: str, turn: RecordTurn) -> None:
        while True:
            context = Context(org=org, actor="voice", role="service", at=self.clock())
            try:
                await self.perform(turn, context)
                return
            except LogUnavailable:
                await asyncio.sleep(RETRY)
            except Refused as refusal:
                logger.warning("a turn of speech was refused: %s", refusal.code)
                return
