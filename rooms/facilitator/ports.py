"""What the facilitator needs from outside."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Protocol

from msgspec import Struct

from domain.events import Recorded, type_of
from domain.log import EventLog
from rooms.facilitator.delivery import Perform
from rooms.facilitator.history import People, Place
from rooms.facilitator.phrasing import Phraser
from rooms.facilitator.picture import FOLDED
from rooms.facilitator.sharing import Sharing

FACTS_WANTED = tuple(type_of(event) for event in FOLDED)
"""The event tags to subscribe to."""
FACTS_BACK = 10_000
"""So many facts before the last one a facilitator begins: those since it read the log are among them."""


class Fact(Protocol):
    """An event from the bus: delivered at least once, those of a room as a rule in order of position."""

    @property
    def recorded(self) -> Recorded:
        """The event as it stands in the log."""
        ...

    async def ack(self) -> None:
        """Do not deliver it again."""
        ...


class Mark(Struct, frozen=True, kw_only=True):
    """A signal, which may be lost: a person begins or ends to speak, at a moment in ms since the epoch."""

    org: str
    room: str
    person: str
    speaking: bool
    at: int


@dataclass(frozen=True, kw_only=True)
class Ports:
    """The log, who people are, how commands are handled, and the streams of facts and marks, begun by a call.

    With `sharing` it looks after its share of the rooms; the facts must be those of all rooms, all the same.
    Without a phraser the templates speak. Without marks a turn counts when it is over. `rooms` answers
    the rooms that somebody is in, as of a log position no earlier than the call; without it the log is
    gone through once at the start, which takes about two seconds a million events.
    """

    log: EventLog
    people: People
    perform: Perform
    facts: Callable[[], AsyncIterator[Fact]]
    sharing: Sharing | None = None
    marks: Callable[[], AsyncIterator[Mark]] | None = None
    rooms: Callable[[], Awaitable[Collection[Place]]] | None = None
    phraser: Phraser | None = None
