"""What the tests of the board share: a socket in memory, a client in Python, and a log that can fail."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from pycrdt import Doc, Text

from domain.errors import LogUnavailable
from domain.events import EVERYTHING, Context, Event, Query, Recorded, about
from domain.log import EventLog
from domain.rooms import BoardEdited
from rooms.board import wire
from rooms.board.boards import Boards
from rooms.board.connection import Connection
from rooms.board.limits import Limits

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
WAITING_FOR_EACH_OTHER = bytes.fromhex("020108008407000162" + "0107008408000161" + "00")
"""Client 7's character stands to the right of client 8's, and that one to the right of client 7's."""
QUICK = Limits(window=0.001, pulse=0.01, retry=0.01, attempts=1)


class Socket:
    """A transport in memory. `backlog` stands for what the network has not taken."""

    def __init__(self) -> None:
        self.sent: deque[bytes] = deque()
        self.closed: tuple[int, str] | None = None
        self.backlog = 0
        self.held = 0.0
        self.arrived = asyncio.Event()

    def send(self, data: bytes) -> None:
        if self.closed is None:
            self.sent.append(data)
            self.arrived.set()

    def close(self, code: int, reason: str) -> None:
        self.closed = self.closed or (code, reason)
        self.arrived.set()

    def hold(self, seconds: float) -> None:
        self.held += seconds

    def pending(self) -> int:
        return self.backlog

    def messages(self) -> list[wire.Message]:
        """All that was sent, taken off."""
        taken = [wire.parse(data) for data in self.sent]
        self.sent.clear()
        return taken

    async def until(self, done) -> None:
        """Wait for traffic until `done()` is true."""
        async with asyncio.timeout(10):
            while not done():
                self.arrived.clear()
                await self.arrived.wait()


class Peer:
    """A client that follows the protocol as y-websocket does, with a network that delivers when told."""

    def __init__(self, person: str, client: int) -> None:
        self.person = person
        self.client = client
        self.doc: Doc[Text] = Doc(client_id=client)
        self.text = self.doc.get("text", type=Text)
        self.clock = 0
        self.outgoing: deque[bytes] = deque()
        self.socket: Socket | None = None
        self.connection: Connection | None = None
        self._applying = False
        self._subscription = self.doc.observe(self._edited)

    def _edited(self, event) -> None:
        if not self._applying and self.connection is not None:
            self.outgoing.append(wire.update(event.update))

    async def connect(self, boards: Boards, room: str, *, org: str = "school", writes: bool = True) -> None:
        self.socket = Socket()
        self.connection = await boards.open(org, room, self.socket, self.person, writes=writes)
        self.outgoing.append(wire.step_1(self.doc.get_state()))
        self.outgoing.append(wire.presence([wire.Entry(self.client, self.clock, self.presence())]))

    def presence(self) -> str:
        return f'{{"user":{{"person":"{self.person}"}}}}'

    def disconnect(self) -> None:
        if self.connection is not None:
            self.connection.closed()
        self.connection = self.socket = None
        self.outgoing.clear()

    def insert(self, at: int, text: str) -> None:
        """At a place counted in characters; the library counts bytes."""
        before = str(self.text)
        self.text.insert(len(before[: at % (len(before) + 1)].encode()), text)

    def delete(self, at: int, length: int) -> None:
        before = str(self.text)
        if before:
            start = at % len(before)
            gone = before[start : start + length]
            offset = len(before[:start].encode())
            del self.text[offset : offset + len(gone.encode())]

    def push(self, most: int = 1_000_000) -> None:
        """Deliver some of what we have said."""
        while self.outgoing and most and self.connection is not None:
            most -= 1
            self.connection.receive(self.outgoing.popleft())

    def pull(self, most: int = 1_000_000) -> None:
        """Take in some of what we were told."""
        while self.socket and self.socket.sent and most:
            most -= 1
            self._hear(wire.parse(self.socket.sent.popleft()))

    def _hear(self, message: wire.Message) -> None:
        match message:
            case wire.Step1():
                self.outgoing.append(wire.step_2(self.doc.get_update(message.state)))
            case wire.Step2() | wire.Update():
                self._applying = True
                self.doc.apply_update(message.update)
                self._applying = False
            case _:
                pass

    def forget(self) -> None:
        """Let go of the document; an observed one is never freed."""
        self.doc.unobserve(self._subscription)

    def quiet(self) -> bool:
        return not self.outgoing and not (self.socket and self.socket.sent)


class Moves:
    """What a client may do in any order; the steps of tests that interleave them are named so."""

    def write(self, peer, at, text):
        peer.insert(at, text)

    def say(self, peer, at, text):
        peer.insert(at, text)
        peer.push()

    def delete(self, peer, at, length):
        peer.delete(at, length)

    def push(self, peer, most):
        peer.push(most)

    def pull(self, peer, most):
        peer.pull(most)

    def drop(self, peer):
        peer.disconnect()


def settle(peers: Sequence[Peer]) -> None:
    """Deliver everything, in both directions, until there is nothing left to deliver."""
    while not all(peer.quiet() for peer in peers):
        for peer in peers:
            peer.push()
            peer.pull()


class Fallible:
    """The log, on a line that can be cut."""

    def __init__(self, log: EventLog) -> None:
        self.log = log
        self.cut = False
        self._refusals: asyncio.Queue[None] = asyncio.Queue()

    async def refused(self, times: int) -> None:
        """Wait until so many appends have failed."""
        async with asyncio.timeout(10):
            for _ in range(times):
                await self._refusals.get()

    async def append(self, events: Sequence[Event], context: Context, boundary=None) -> int:
        if self.cut:
            self._refusals.put_nowait(None)
            raise LogUnavailable
        return await self.log.append(events, context, boundary)

    async def read(self, query: Query = EVERYTHING, **where) -> AsyncIterator[Sequence[Recorded]]:
        if self.cut:
            raise LogUnavailable
        async for batch in self.log.read(query, **where):
            yield batch

    def follow(self, after: int = 0) -> AsyncIterator[Sequence[Recorded]]:
        return self.log.follow(after)

    async def head(self) -> int:
        return await self.log.head()


class Running:
    """Boards that run, and what they have told."""

    def __init__(self, log: EventLog, limits: Limits = QUICK, neighbours=None, **more) -> None:
        self.told: list[tuple[str, str, int]] = []
        self.refused: list[int] = []
        self._saved = asyncio.Event()
        self.boards = Boards(
            log,
            clock=lambda: NOON,
            saved=self._save,
            refused=self.refused.append,
            limits=limits,
            **more,
        )
        if neighbours:
            self.boards.meet(neighbours)

    def _save(self, org: str, room: str, position: int) -> None:
        self.told.append((org, room, position))
        self._saved.set()

    async def saved(self) -> None:
        """Wait until the log has everything."""
        async with asyncio.timeout(10):
            while self.boards.unsaved:
                self._saved.clear()
                await self._saved.wait()


@asynccontextmanager
async def running(log: EventLog, limits: Limits = QUICK, **more) -> AsyncIterator[Running]:
    """Boards as the wiring runs them, stopped cleanly at the end of the block."""
    started = Running(log, limits, **more)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(started.boards.run())
        try:
            yield started
        finally:
            task.cancel()


async def edits(log: EventLog, room: str, org: str = "school") -> list[BoardEdited]:
    """The board's events on record."""
    query = Query((about(f"room:{room}", BoardEdited),))
    return [
        r.event async for batch in log.read(query, org=org) for r in batch if isinstance(r.event, BoardEdited)
    ]
