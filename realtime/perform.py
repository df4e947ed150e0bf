"""The way of every command: read its boundary, decide, record, and try again if the boundary moved."""

import asyncio
import random
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from domain.deciding import AnyDecider, Command
from domain.errors import BoundaryMoved, Refused
from domain.events import Boundary, Context, Event, Query
from domain.log import EventLog

RETRIES = 3
"""How often a decision is taken anew when its boundary moved."""
PAUSE = 0.05
"""Seconds: before retry N, whoever was overtaken waits for any part of N times this. Who overtook them may
have more to record, and does so sooner than anybody can read what happened and decide anew."""
KEPT = 20_000
"""Folded boundaries kept in memory; the ones used longest ago go first."""


class BoundaryKeepsMoving(Refused):
    """Others changed the same thing at the same moment, several times over. Please try again."""

    wait = 1
    """Seconds after which to try again."""

    def __init__(self, tag: str) -> None:
        super().__init__(f"{self.__doc__} ({tag} moved)")
        self.tag = tag


async def breath(retry: int) -> None:
    """Wait before a retry, numbered from 1; everybody differently, or they would meet again."""
    await asyncio.sleep(random.uniform(0, PAUSE * retry))


@dataclass(frozen=True)
class Performed:
    """What became of a command: its events, none if it had happened before, and a position to read at."""

    position: int
    events: Sequence[Event]


@dataclass
class Folded:
    """A boundary's state, as of the last event within it; `fresh` if it was read just now."""

    state: Any
    position: int = 0
    fresh: bool = False
    read: float = 0.0
    """When the last reading of it began, by the monotonic clock."""


@dataclass
class Performer:
    """Performs commands against one log. States of boundaries are kept, so most commands read nothing.

    A kept state may be stale. That cannot lead to a wrong record, since the append is guarded by the
    position that the state stands for; and nobody is refused before the state has been brought up to date.
    """

    log: EventLog
    routes: Mapping[type[Command], AnyDecider]
    pause: Callable[[int], Awaitable[None]] = breath
    """What to wait for before a retry, by its number, when what had just been read was overtaken."""
    _kept: OrderedDict[tuple[str, AnyDecider, Query], Folded] = field(
        default_factory=OrderedDict[tuple[str, AnyDecider, Query], Folded]
    )
    _locks: dict[tuple[str, str], "_Lock"] = field(default_factory=dict[tuple[str, str], "_Lock"])

    async def perform(self, command: Command, context: Context) -> Performed:
        """Perform one command; raises `Refused`, or `LogUnavailable` when nothing could be recorded.

        Commands of this process about the same thing go one after the other: they would only move each
        other's boundaries.
        """
        decider = self.routes[type(command)]
        query = decider.boundary(command, context)
        first = query.items[0].tags[0]
        async with self._one_at_a_time((context.org, first)):
            return await self._attempt(command, context, decider, query)

    async def look(self, command: Command, context: Context) -> Any:
        """The present state of what the command's decision would read. Do not change it.

        Many who look at once share one reading: what began after somebody asked is present to them.
        """
        asked = time.monotonic()
        decider = self.routes[type(command)]
        query = decider.boundary(command, context)
        async with self._one_at_a_time((context.org, query.items[0].tags[0])):
            query, folded = await self._reached(command, context, decider, query)
            if not folded.fresh and folded.read < asked:
                await self._refresh(context.org, decider, query, folded)
            return folded.state

    def forget(self) -> None:
        """Have no state in memory, since what somebody wrote may stand in one."""
        self._kept = OrderedDict()  # a state that is being read just now goes into the old one

    async def _attempt(
        self, command: Command, context: Context, decider: AnyDecider, query: Query
    ) -> Performed:
        query, folded = await self._reached(command, context, decider, query)
        retry = 0
        while True:
            events = await self._decide(command, context, decider, query, folded)
            if not events:
                return Performed(folded.position, ())
            try:
                last = await self.log.append(events, context, Boundary(query, folded.position))
            except BoundaryMoved as conflict:
                retry += 1
                if retry > RETRIES:
                    raise BoundaryKeepsMoving(conflict.tag) from conflict
                if folded.fresh:  # else only what was remembered was old, and nobody need be at it now
                    await self.pause(retry)
                await self._refresh(context.org, decider, query, folded)
                continue
            for event in events:
                folded.state = decider.evolve(folded.state, event)
            folded.position = last
            folded.fresh = False
            return Performed(last, events)

    async def _decide(
        self, command: Command, context: Context, decider: AnyDecider, query: Query, folded: Folded
    ) -> Sequence[Event]:
        try:
            events = decider.decide(command, folded.state, context)
        except Refused:
            if folded.fresh:
                raise
            events = ()
        if events or folded.fresh:
            return events
        await self._refresh(context.org, decider, query, folded)
        return decider.decide(command, folded.state, context)

    async def _reached(
        self, command: Command, context: Context, decider: AnyDecider, query: Query
    ) -> tuple[Query, Folded]:
        """What the decision depends on, folded: the boundary, or the wider one that is found within it."""
        folded = await self._folded(context.org, decider, query)
        if decider.widen is None:
            return query, folded
        wider = decider.widen(command, folded.state)
        if wider is None and not folded.fresh:
            await self._refresh(context.org, decider, query, folded)
            wider = decider.widen(command, folded.state)
        if wider is None:
            return query, folded
        return wider, await self._folded(context.org, decider, wider)

    async def _folded(self, org: str, decider: AnyDecider, query: Query) -> Folded:
        key, kept = (org, decider, query), self._kept
        folded = kept.pop(key, None)
        if folded is None:
            folded = Folded(decider.initial())
            await self._refresh(org, decider, query, folded)
        else:
            folded.fresh = False
        kept[key] = folded
        if len(kept) > KEPT:
            kept.popitem(last=False)
        return folded

    async def _refresh(self, org: str, decider: AnyDecider, query: Query, folded: Folded) -> None:
        began = time.monotonic()
        async for batch in self.log.read(query, after=folded.position, org=org):
            for recorded in batch:
                folded.state = decider.evolve(folded.state, recorded.event)
                folded.position = recorded.position
        folded.fresh = True
        folded.read = began

    def _one_at_a_time(self, key: tuple[str, str]) -> "_Lock":
        lock = self._locks.get(key)
        if lock is None:
            lock = self._locks[key] = _Lock(self._locks, key)
        return lock


class _Lock:
    """A lock that leaves its table when nobody holds it or waits for it."""

    def __init__(self, table: dict[tuple[str, str], "_Lock"], key: tuple[str, str]) -> None:
        self._table = table
        self._key = key
        self._lock = asyncio.Lock()
        self._users = 0

    async def __aenter__(self) -> None:
        self._users += 1
        try:
            await self._lock.acquire()
        except BaseException:
            self._gone()
            raise

    async def __aexit__(self, *_: object) -> None:
        self._lock.release()
        self._gone()

    def _gone(self) -> None:
        self._users -= 1
        if not self._users:
            del self._table[self._key]
