"""The past of rooms: read from the log once and kept for a while, so that a step to any instant is quick."""

import asyncio
from collections import OrderedDict
from collections.abc import Collection
from datetime import datetime

from domain.events import Item, Query, Recorded, about
from domain.interventions import InterventionDelivered
from domain.log import EventLog
from domain.rooms import MessageSent, UnknownRoom
from domain.transcripts import TurnTranscribed
from rooms.facilitator.history import PeopleFromLog
from rooms.past.room import Moment, RoomHistory
from rooms.past.then import Known, RoomThen

ROOMS = 64
"""Histories kept in memory, at most; the ones asked for longest ago go first."""
SIZE = 64 * 1024 * 1024
"""Bytes that they may take together, about; the one asked for last is kept whatever its size."""
SLICE = 64
"""Events folded before others have their turn."""


class _Kept:
    def __init__(self, room: str) -> None:
        self.history = RoomHistory(room)
        self.reading = asyncio.Lock()


class Pasts:
    """Histories of rooms, as far as the log goes. What was said in writing is read anew for each answer."""

    def __init__(self, log: EventLog, *, rooms: int = ROOMS, size: int = SIZE) -> None:
        self._log = log
        self._most = rooms
        self._size = size
        self._kept: OrderedDict[tuple[str, str], _Kept] = OrderedDict()
        self._people = PeopleFromLog(log)

    @property
    def kept(self) -> int:
        """How many histories are in memory."""
        return len(self._kept)

    async def of(self, org: str, room: str) -> RoomHistory:
        """The history up to now; raises `UnknownRoom`, and `LogUnavailable`. Do not change it."""
        key = (org, room)
        kept = self._kept.setdefault(key, _Kept(room))
        async with kept.reading:
            await self._read_on(org, kept.history)
        if not kept.history.last:
            self._kept.pop(key, None)
            raise UnknownRoom
        self._keep(key, kept)
        return kept.history

    async def _read_on(self, org: str, history: RoomHistory) -> None:
        async for batch in self._log.read(_everything(history.room), after=history.last, org=org):
            for start in range(0, len(batch), SLICE):
                for recorded in batch[start : start + SLICE]:
                    history.apply(recorded)
                await asyncio.sleep(0)  # a long history does not hold up those who are live

    def _keep(self, key: tuple[str, str], kept: _Kept) -> None:
        self._kept[key] = kept
        self._kept.move_to_end(key)
        size = sum(each.history.size for each in self._kept.values())
        while len(self._kept) > 1 and (len(self._kept) > self._most or size > self._size):
            size -= self._kept.popitem(last=False)[1].history.size

    async def then(
        self, org: str, room: str, *, position: int | None = None, time: datetime | None = None
    ) -> tuple[RoomThen, Collection[str]]:
        """The room at a position or an instant, now if none is given, and whom what is shown concerns.

        Raises `UnknownRoom`, and `LogUnavailable`."""
        history = await self.of(org, room)
        moment = history.moment(position, time)
        persons = history.persons(moment)
        async with asyncio.TaskGroup() as group:
            known = group.create_task(self.known(org, persons))
            said = group.create_task(self._said(org, room, moment))
        return history.answer(moment, known.result(), said.result()), persons

    async def known(self, org: str, persons: Collection[str]) -> Known:
        """What people are called now, and who was erased."""
        known = await self._people.people(org, list(persons))
        names = {person: who.name for person, who in known.items()}
        return Known(names, frozenset(person for person, who in known.items() if who.erased))

    async def _said(self, org: str, room: str, moment: Moment) -> list[Recorded]:
        query = Query((about(f"room:{room}", MessageSent, TurnTranscribed, InterventionDelivered),))
        batches = self._log.read(query, upto=moment.position, org=org)
        return [recorded async for batch in batches for recorded in batch]


def _everything(room: str) -> Query:
    return Query((Item(tags=(f"room:{room}",)),))


async def room_then(
    log: EventLog, org: str, room: str, *, position: int | None = None, time: datetime | None = None
) -> tuple[RoomThen, Collection[str]]:
    """A room at one instant, for whoever asks once; raises `UnknownRoom`, and `LogUnavailable`."""
    return await Pasts(log).then(org, room, position=position, time=time)
