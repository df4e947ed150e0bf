"""Who is really there: members whose every stream has been gone for a while have left without a word."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Generator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from domain.deciding import Command
from domain.errors import Refused
from domain.events import Context
from domain.rooms import LeaveRoom

BEAT = 10.0
"""Seconds between two reports of who is here."""
GRACE = timedelta(seconds=45)
"""How long somebody may be away: a reload or a tunnel is no leaving."""


class Seat(NamedTuple):
    """Somebody's place in a room."""

    org: str
    room: str
    person: str


class Presence(Protocol):
    """When each person was last seen, on any node. Implemented in `adapters/redis_presence.py`."""

    async def seen(self, seats: Sequence[Seat], at: datetime) -> None:
        """They are here at this moment."""
        ...

    async def unseen(self, since: datetime) -> Sequence[Seat]:
        """Who was here once, and not since then."""
        ...

    async def forget(self, seat: Seat) -> None:
        """They are not expected any more."""
        ...


class Attendance:
    """Reports who follows a room's feed on this node."""

    def __init__(self, presence: Presence, clock: Callable[[], datetime]) -> None:
        self._presence = presence
        self._clock = clock
        self._here: Counter[Seat] = Counter()
        self._changed = asyncio.Event()

    @contextmanager
    def attending(self, org: str, room: str, person: str) -> Generator[None, None, None]:
        """The person follows the room within the block; one of perhaps several streams of theirs."""
        seat = Seat(org, room, person)
        self._here[seat] += 1
        self._changed.set()
        try:
            yield
        finally:
            self._here[seat] -= 1
            if not self._here[seat]:
                del self._here[seat]

    async def report(self) -> None:
        """Tell who is here."""
        if self._here:
            await self._presence.seen(list(self._here), self._clock())

    async def run(self) -> None:
        """Report until cancelled: at every beat, and when somebody comes."""
        while True:
            self._changed.clear()
            await self.report()
            try:
                async with asyncio.timeout(BEAT):
                    await self._changed.wait()
            except TimeoutError:
                continue


class Absence:
    """Lets those leave who have gone without a word."""

    def __init__(
        self,
        presence: Presence,
        perform: Callable[[Command, Context], Awaitable[object]],
        clock: Callable[[], datetime],
    ) -> None:
        self._presence = presence
        self._perform = perform
        self._clock = clock

    async def look(self) -> None:
        """Look once. Whoever has left already is not left again."""
        for seat in await self._presence.unseen(self._clock() - GRACE):
            context = Context(org=seat.org, actor="attendance", role="service", at=self._clock())
            with suppress(Refused):  # the room may be no more
                await self._perform(LeaveRoom(room=seat.room, person=seat.person), context)
            await self._presence.forget(seat)

    async def run(self) -> None:
        """Look at every beat, until cancelled."""
        while True:
            await asyncio.sleep(BEAT)
            await self.look()
