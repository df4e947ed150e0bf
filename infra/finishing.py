"""Turns of speech that a node told of and did not live to record: they are recorded for it, once each."""

import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import groupby
from typing import Protocol

from domain.errors import Refused
from domain.events import Context
from domain.speech import RecordTurn, Turns
from realtime.outbox import Outbox
from realtime.perform import Performer
from realtime.signals import Spoke
from realtime.unrecorded import Begun, Unrecorded
from rooms.voices.ports import BusAway

logger = logging.getLogger(__name__)

SWEEP = 30.0
"""Seconds between looks at which of the turns that ended are on record."""


class Told(Protocol):
    """Something that nodes told all of voices; `at` in ms, by the clock of the bus."""

    @property
    def subject(self) -> str: ...
    @property
    def payload(self) -> bytes: ...
    @property
    def at(self) -> int: ...


class Finishing:
    """Records what is left of nodes that are gone; two at a time record it once, as turns are."""

    def __init__(
        self,
        told: Callable[[], AsyncIterator[Sequence[Told]]],
        there: Callable[[str], Awaitable[bool]],
        performer: Performer,
        outbox: Outbox,
        clock: Callable[[], datetime],
        lease: float,
    ) -> None:
        """`told` answers all that the bus keeps, an empty batch whenever there is no more for the moment.

        `there` answers whether a node may count on its lease, which lasts for `lease` seconds.
        """
        self._told = told
        self._there = there
        self._performer = performer
        self._outbox = outbox
        self._clock = clock
        self._lease = int(lease * 1000)

    async def run(self) -> None:
        """Until cancelled; begins with what the bus has kept. Raises LogUnavailable and errors of the bus."""
        turns, now, silent, swept = Unrecorded(), 0, False, time.monotonic()
        async for batch in self._told():
            for told in batch:
                turns.heard(told.subject, told.payload, told.at)
                now = told.at
            if batch:
                silent = False
                continue
            with suppress(BusAway):
                await self._finish(turns, now if silent else now - self._lease)
            silent = True
            if time.monotonic() - swept >= SWEEP:
                swept = time.monotonic()
                turns.settled([each for each, known in await self._looked_up(turns.ended()) if known])

    async def _finish(self, turns: Unrecorded, since: int) -> None:
        """Record the turns of nodes that are gone, not heard of after `since`. Raises BusAway."""
        for node in turns.quiet(since):
            if not await self._there(node):
                for each, known in await self._looked_up(turns.of(node)):
                    if known or await self._record(each):
                        turns.settled([each])

    async def _looked_up(self, turns: Iterable[Begun]) -> list[tuple[Begun, bool]]:
        """Each turn, and whether it is on record."""
        found: list[tuple[Begun, bool]] = []
        for _, of_room in groupby(sorted(turns, key=_place), _place):
            some = list(of_room)
            room: Turns = await self._performer.look(_record(some[0]), self._context(some[0]))
            found += [(each, each.turn in room.known) for each in some]
        return found

    async def _record(self, turn: Begun) -> bool:
        """Whether it is on record; if not, it is tried again."""
        command = _record(turn)
        try:
            await self._performer.perform(command, self._context(turn))
        except Refused as refusal:
            logger.warning("a turn of a node that is gone was refused: %s", refusal.code)
            return False
        told = Spoke(turn.person, turn.turn, command.started, command.ended)
        self._outbox.voice(turn.org, turn.room, told)
        return True

    def _context(self, turn: Begun) -> Context:
        return Context(org=turn.org, actor="voice", role="service", at=self._clock())


def _place(turn: Begun) -> tuple[str, str]:
    return turn.org, turn.room


def _record(turn: Begun) -> RecordTurn:
    ended = turn.at + 1 if turn.ended is None else turn.ended
    return RecordTurn(room=turn.room, person=turn.person, turn=turn.turn, started=turn.at, ended=ended)
