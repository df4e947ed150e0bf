"""Which node carries a room: leases of nodes, and claims to rooms that hold as long as the node's lease.

No clock is compared with another. A record is forgotten by the bus so long after it was written; its owner
counts from before it asked for that, by its own clock, and stops counting on it earlier.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from rooms.voices.ports import Entry, Leases, Taken

HERE = "here"
GONE = "gone"
NOBODY = ""
FORGOTTEN = 86_400.0
"""Seconds after which the claim to a room is forgotten, if it is not written again."""
AGAIN = FORGOTTEN / 4


class Lost(Exception):
    """This node's lease is over: what it carried, another may carry now."""


@dataclass(frozen=True)
class Times:
    """In seconds."""

    lease: float = 5.0
    """A node that has not renewed its lease for so long is gone."""
    idle: float = 30.0
    """A room without voices is let go of after so long."""
    answer: float = 2.0
    """In which another node must answer."""

    @property
    def renewal(self) -> float:
        """How often a lease is renewed."""
        return self.lease / 3

    @property
    def trust(self) -> float:
        """For how long a node counts on its lease; the rest is for clocks that run at different speeds."""
        return self.lease * 5 / 6


class Claim(NamedTuple):
    """A room that this node carries: the revision of the record, and when it was written."""

    revision: int
    at: float


@dataclass
class Term:
    """From when a node got a lease until it lost it. A name is never used again."""

    name: str
    revision: int
    until: float
    held: dict[str, Claim] = field(default_factory=dict[str, Claim])


class Ownership:
    """One node's lease, and the rooms that it holds. `now` is monotonic, in seconds."""

    def __init__(
        self, leases: Leases, times: Times, now: Callable[[], float], new_name: Callable[[], str]
    ) -> None:
        self._nodes, self._rooms = leases.nodes, leases.rooms
        self._times = times
        self._now = now
        self._new_name = new_name
        self._term: Term | None = None

    @property
    def term(self) -> Term | None:
        """The present term; None while this node has no lease that it may count on."""
        return self._term if self._term and self._now() < self._term.until else None

    def holds(self, room: str) -> Term | None:
        """The present term, if the room is held in it."""
        term = self.term
        return term if term and room in term.held else None

    async def begin(self) -> Term:
        """Get a lease, under a new name. Raises BusAway."""
        name, asked = self._new_name(), self._now()
        revision = await self._nodes.put(name, HERE, 0)
        self._term = Term(name, revision, asked + self._times.trust)
        return self._term

    async def renew(self, term: Term) -> None:
        """Raises Lost, or BusAway: then try again for as long as the lease lasts."""
        asked = self._now()
        try:
            term.revision = await self._nodes.put(term.name, HERE, term.revision)
        except Taken:  # forgotten; or the answer to an earlier renewal was lost
            entry = await self._nodes.get(term.name)
            if entry is None:
                raise Lost from None
            asked, term.revision = self._now(), await self._renewed(term.name, entry)
        term.until = max(term.until, asked + self._times.trust)

    async def end(self, term: Term) -> None:
        """Give the lease up, and all rooms with it. Raises BusAway."""
        self.forget(term)
        try:
            await self._nodes.put(term.name, GONE, term.revision)
        except Taken:
            return

    def forget(self, term: Term) -> None:
        """Hold nothing any more."""
        if self._term is term:
            self._term = None
        term.held.clear()

    async def there(self, node: str) -> bool:
        """Whether a node may still count on its lease. Raises BusAway."""
        entry = await self._nodes.get(node)
        return entry is not None and entry.value == HERE

    async def owner(self, room: str) -> str:
        """The node that carries the room: this one, if none did. Raises Lost, BusAway."""
        while True:
            if held := self.holds(room):
                return held.name
            entry = await self._rooms.get(room)
            if entry is not None and await self._carries(entry.value):
                return entry.value
            await self._claim(room, entry.revision if entry else 0)

    async def known(self, room: str) -> str:
        """The node that carried the room when last heard of, or NOBODY. Raises BusAway."""
        if held := self.holds(room):
            return held.name
        entry = await self._rooms.get(room)
        return entry.value if entry else NOBODY

    async def release(self, room: str) -> None:
        """Let go of a room, which anybody may claim then. Raises BusAway."""
        term = self.holds(room)
        if term is None:
            return
        claim = term.held.pop(room)
        try:
            await self._rooms.put(room, NOBODY, claim.revision)
        except Taken:
            return

    async def confirm(self) -> None:
        """Write old claims again, before they are forgotten. Raises Lost, BusAway."""
        term = self.term
        due = self._now() - AGAIN
        for room, claim in list(term.held.items()) if term else ():
            if claim.at < due:
                await self._claim(room, claim.revision)

    async def _carries(self, node: str) -> bool:
        """Whether it is another node, and there."""
        own = self._term is not None and self._term.name == node
        return node != NOBODY and not own and await self.there(node)

    async def _claim(self, room: str, revision: int) -> None:
        """Hold the room, unless somebody was faster. Raises Lost, BusAway."""
        term, asked = self.term, self._now()
        if term is None:
            raise Lost
        try:
            written = await self._rooms.put(room, term.name, revision)
        except Taken:  # if by this node itself, whose answer was lost, then it claims again
            if (claim := term.held.get(room)) and claim.revision == revision:
                del term.held[room]
            return
        if self.term is not term:
            raise Lost
        term.held[room] = max(Claim(written, asked), term.held.get(room, Claim(0, 0.0)))

    async def _renewed(self, name: str, entry: Entry) -> int:
        try:
            return await self._nodes.put(name, HERE, entry.revision)
        except Taken:
            raise Lost from None
