"""Reading as much of a room's history as an instant of it needs."""

import asyncio
from collections.abc import Collection
from datetime import datetime

from domain.catalogue import CURRENT, tag_kinds
from domain.events import Item, Query, about
from domain.log import EventLog
from domain.rooms import BoardEdited, UnknownRoom
from rooms.facilitator.history import PeopleFromLog
from rooms.history import RoomAsOf, RoomThen

LIGHT = [event for event in CURRENT.values() if "room" in tag_kinds(event) and event is not BoardEdited]
"""What else happens in rooms. Edits are most of a history, and all of its weight."""


async def room_as_of(
    log: EventLog, org: str, room: str, *, position: int | None = None, time: datetime | None = None
) -> tuple[RoomAsOf, Collection[str]]:
    """The room at that position or instant, and the persons whom what was read concerns; none if unknown.

    Of the edits behind it only those are read that stand at the very end: what the room had come to is
    known without them, and turns of speech that were going on are no edits.
    """
    reader = _Reader(log, org, RoomAsOf(room, position=position, time=time))
    tag = f"room:{room}"
    await reader.read(Item(tags=(tag,)), upto=position, until_past=True)
    await reader.read(about(tag, *LIGHT))
    await reader.read(about(tag, BoardEdited))
    return reader.history, reader.persons


async def room_then(
    log: EventLog, org: str, room: str, *, position: int | None = None, time: datetime | None = None
) -> tuple[RoomThen, Collection[str]]:
    """What is to be shown of it, and whom that concerns; raises `UnknownRoom`."""
    history, persons = await room_as_of(log, org, room, position=position, time=time)
    if not persons:
        raise UnknownRoom
    known = await PeopleFromLog(log).people(org, list(persons))
    erased = [person for person, who in known.items() if who.erased]
    return history.answer({person: who.name for person, who in known.items()}, erased), persons


class _Reader:
    def __init__(self, log: EventLog, org: str, history: RoomAsOf) -> None:
        self.history = history
        self.persons: dict[str, None] = {}
        self._log = log
        self._org = org

    async def read(self, item: Item, upto: int | None = None, until_past: bool = False) -> None:
        """Fold what is behind what was folded so far."""
        after = self.history.last
        async for batch in self._log.read(Query((item,)), after=after, upto=upto, org=self._org):
            for recorded in batch:
                self.history.apply(recorded)
                self.persons |= dict.fromkeys(tag[7:] for tag in recorded.tags if tag.startswith("person:"))
            await asyncio.sleep(0)  # a long history does not hold up those who are live
            if until_past and self.history.past:
                return
