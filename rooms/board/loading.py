"""A board from what is on record: its last snapshot and the tail of the log, and when the next one is due."""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from domain.errors import LogUnavailable
from domain.events import Query, about
from domain.log import EventLog
from domain.rooms import BoardEdited, Run
from rooms.board.snapshot import Snapshot, folded, owners

logger = logging.getLogger(__name__)

Key = tuple[str, str]
"""(organisation, room)."""
ENVELOPE = 140
"""Bytes that an event takes in the log besides its updates, about."""


def edits_of(room: str) -> Query:
    """All that was edited on the board of a room."""
    return Query((about(f"room:{room}", BoardEdited),))


LONG = 256 * 1024
"""A tail that weighs more is folded beside the event loop before its board is loaded."""


class Kept(NamedTuple):
    """A snapshot, and the bytes that it takes where it is kept."""

    snapshot: Snapshot
    size: int


class Snapshots(Protocol):
    """Where snapshots are kept: `adapters/postgres_snapshots.py`. Both methods raise `LogUnavailable`."""

    async def load(self, org: str, room: str) -> Kept | None:
        """The last one of the board; None if there is none that can be read."""
        ...

    async def keep(self, org: str, room: str, snapshot: Snapshot) -> int:
        """Keep it instead of an older one; the bytes that it takes."""
        ...


class NoSnapshots:
    """Every board is read from the log."""

    async def load(self, org: str, room: str) -> Kept | None:
        """None."""
        return None

    async def keep(self, org: str, room: str, snapshot: Snapshot) -> int:
        """Nothing is kept."""
        return 0


class Tail(NamedTuple):
    """The runs on record behind some position, where they end, and what their events weigh in the log."""

    runs: list[Run]
    position: int
    size: int


class Loaded(NamedTuple):
    """A board as the log has it up to `position`: what makes its document, and client id -> owner."""

    runs: list[Run]
    owners: dict[int, str]
    position: int
    snapshot: Snapshot | None


@dataclass(slots=True)
class Life:
    """What is known of a board in use, in bytes."""

    behind: int
    """What the events behind its last snapshot weigh, as far as this process wrote or read them."""
    last: int
    """What that snapshot weighs, 0 without one."""
    document: int = 0
    """The document written down; what was written since its last snapshot is only added up."""


class Loading:
    """Loads the boards of this process, and takes snapshots while `run` runs.

    One is due when the events behind the last one weigh more than it does, and than `floor`: so all the
    snapshots ever taken weigh no more than the log does, and a tail is never long.
    """

    def __init__(self, log: EventLog, snapshots: Snapshots, floor: int, long: int = LONG) -> None:
        self._log = log
        self._snapshots = snapshots
        self._floor = floor
        self._long = long
        self._lives: dict[Key, Life] = {}
        self._due: dict[Key, None] = {}
        self._wake = asyncio.Event()

    async def load(self, org: str, room: str, *, trusting: bool = True) -> Loaded:
        """A board as it is on record; from the log alone, if not `trusting`. Raises `LogUnavailable`."""
        snapshot, size, tail = await self._read(org, room, trusting=trusting)
        if trusting and tail.size > self._long and (kept := await self._take(org, room, snapshot, tail)):
            snapshot, size = kept
            tail = Tail([], snapshot.position, 0)
        before = snapshot.runs() if snapshot else []
        self._lives[org, room] = Life(tail.size, size)
        self._look(org, room)
        return Loaded([*before, *tail.runs], owners(snapshot, tail.runs), tail.position, snapshot)

    def loaded(self, org: str, room: str, size: int) -> None:
        """So large is the document, written down."""
        self._lives[org, room].document = size

    def wrote(self, org: str, room: str, events: Sequence[BoardEdited]) -> None:
        """These events are in the log now."""
        if (life := self._lives.get((org, room))) is not None:
            life.behind += weight(events)
            life.document += weight(events) - ENVELOPE * len(events)
            self._look(org, room)

    def let_go(self, org: str, room: str) -> None:
        """The board is not in use any more."""
        self._lives.pop((org, room), None)

    def size(self, org: str, room: str) -> int:
        """Bytes of the document of a board that is in use, written down, about."""
        life = self._lives.get((org, room))
        return life.document if life else 0

    @property
    def sizes(self) -> int:
        """Those of all of them."""
        return sum(life.document for life in self._lives.values())

    async def run(self) -> None:
        """Take the snapshots that are due, one at a time, until cancelled."""
        while True:
            while self._due:
                org, room = next(iter(self._due))
                del self._due[org, room]
                try:
                    await self.renew(org, room)
                except LogUnavailable:
                    logger.warning("no snapshot of the board of room %s: the log is not available", room)
            self._wake.clear()
            await self._wake.wait()

    def _look(self, org: str, room: str) -> None:
        life = self._lives[org, room]
        if self._is_due(life.behind, life.last):
            self._due[org, room] = None
            self._wake.set()

    def _is_due(self, behind: int, last: int) -> bool:
        return behind > max(last, self._floor)

    async def renew(self, org: str, room: str) -> None:
        """Take a snapshot, unless another node just did."""
        before, size, tail = await self._read(org, room)
        if not self._is_due(tail.size, size):
            self._renewed(org, room, Life(tail.size, size))
            return
        kept = await self._take(org, room, before, tail)
        life = Life(0, kept.size, len(kept.snapshot.update)) if kept else Life(0, tail.size)
        self._renewed(org, room, life)

    async def _take(self, org: str, room: str, before: Snapshot | None, tail: Tail) -> Kept | None:
        """Fold, beside the event loop, and keep; None if there can be no snapshot of this board."""
        snapshot = await asyncio.to_thread(folded, before, tail.runs, tail.position)
        if snapshot is None and before is not None:
            _, _, tail = await self._read(org, room, trusting=False)
            snapshot = await asyncio.to_thread(folded, None, tail.runs, tail.position)
        if snapshot is None:
            logger.error("the board of room %s can have no snapshot, and is read from the log", room)
            return None
        return Kept(snapshot, await self._snapshots.keep(org, room, snapshot))

    def _renewed(self, org: str, room: str, life: Life) -> None:
        if (org, room) in self._lives:
            life.document = life.document or self._lives[org, room].document
            self._lives[org, room] = life

    async def _read(self, org: str, room: str, *, trusting: bool = True) -> tuple[Snapshot | None, int, Tail]:
        """The last snapshot, the bytes that it takes, and what is behind it in the log."""
        kept = await self._snapshots.load(org, room) if trusting else None
        snapshot, size = kept or (None, 0)
        return snapshot, size, await self._tail(org, room, snapshot.position if snapshot else 0)

    async def _tail(self, org: str, room: str, position: int) -> Tail:
        runs: list[Run] = []
        size = 0
        async for batch in self._log.read(edits_of(room), org=org, after=position):
            edits = [recorded.event for recorded in batch if isinstance(recorded.event, BoardEdited)]
            runs += [run for edit in edits for run in edit.runs]
            position, size = batch[-1].position, size + weight(edits)
        return Tail(runs, position, size)


def weight(events: Iterable[BoardEdited]) -> int:
    """Bytes that events take in the log, about."""
    return sum(ENVELOPE + sum(len(run.update) for run in event.runs) for event in events)
