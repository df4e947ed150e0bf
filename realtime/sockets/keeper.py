"""Keeps the lean sockets of a process: lets them in, watches over them all with one timer, ends them."""

import asyncio
import logging
import time
from collections.abc import Coroutine, Mapping
from functools import partial
from typing import Any, Protocol

from realtime.house import House
from realtime.sockets.frames import binary
from realtime.sockets.handshake import NotUpgraded
from realtime.sockets.lean import FAILED, PUZZLED, QUIET, LeanSocket
from realtime.sockets.openings import OPENINGS, Opening
from realtime.sockets.pace import Pace
from realtime.sockets.session import Arrival, Refusal

logger = logging.getLogger(__name__)


class ServerState(Protocol):
    """What we use of uvicorn's."""

    connections: set[Any]


class Sockets:
    """All lean sockets. The wiring keeps `run` running, and gives `socket` to the HTTP server.

    Time is counted in ticks of so many seconds: one clock and one timer for all sockets.
    """

    def __init__(
        self,
        house: House,
        *,
        largest: int,
        openings: Mapping[str, Opening] = OPENINGS,
        tick: float = 1.0,
    ) -> None:
        """`largest` is how many bytes a message may have."""
        self.largest = largest
        self.now = 0
        self.framed: bytes | None = None
        """What was framed last, and below its frame."""
        self.frame = b""
        self._house = house
        self._openings = openings
        self._tick = tick
        self._open: set[LeanSocket] = set()
        self._ending: dict[LeanSocket, int] = {}
        self._group: asyncio.TaskGroup | None = None
        self._outgoing: list[LeanSocket] = []
        self._pace = Pace(time.monotonic(), time.thread_time())

    def __len__(self) -> int:
        """How many there are."""
        return len(self._open) + len(self._ending)

    def socket(self, config: object, server_state: ServerState, app_state: object) -> LeanSocket:
        """One more socket: what uvicorn calls as its `ws` class."""
        return LeanSocket(self, server_state.connections)

    async def run(self) -> None:
        """Watch over the sockets. When cancelled: tell all that they shall come back, and end."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            try:
                while True:
                    await asyncio.sleep(self._tick)
                    self._look_after()
            finally:
                self._group = None
                for socket in tuple(self._open):
                    socket.shutdown()

    # What sockets ask for.

    def opening(self, path: str) -> Opening:
        """What serves a path. Raises `NotUpgraded`."""
        if self._group is None:
            raise NotUpgraded(503, "The server restarts; come back in a moment.", {"Retry-After": "1"})
        head, _, last = path.rpartition("/")
        opening = self._openings.get(f"{head}/" if head else path) if last else None
        if opening is None:
            raise NotUpgraded(404, "There is no such socket.")
        return opening

    def arrived(self, socket: LeanSocket, opening: Opening, arrival: Arrival) -> None:
        """A socket has shaken hands."""
        self._open.add(socket)
        self._start(socket, self._let_in(socket, opening, arrival))

    def encoded(self, data: bytes) -> bytes:
        """The frame of a message. It is kept, since most messages are sent to several sockets."""
        self.framed, self.frame = data, binary(data)
        return self.frame

    def has_outgoing(self, socket: LeanSocket) -> None:
        """It sends something: written as soon as what is to be read now has been read, or a little later."""
        if not self._outgoing:
            asyncio.get_running_loop().call_later(self._pace.wait, self._write)
        self._outgoing.append(socket)

    def ending(self, socket: LeanSocket, ticks: int) -> None:
        """A socket is being closed, and cut off if that takes longer."""
        self._open.discard(socket)
        self._ending[socket] = self.now + ticks

    def gone(self, socket: LeanSocket) -> None:
        """A socket is closed."""
        self._open.discard(socket)
        self._ending.pop(socket, None)

    def refused(self, boundary: str, reason: str) -> None:
        """Count what was refused."""
        self._house.metrics.refused(boundary, reason)

    def failed(self, error: Exception) -> None:
        """Note an error of ours; its message may hold what somebody wrote, so it is left out."""
        name = type(error).__name__
        logger.error("unexpected %s", name, exc_info=(RuntimeError, RuntimeError(name), error.__traceback__))

    def _start(self, socket: LeanSocket, work: Coroutine[Any, Any, None]) -> asyncio.Task[None] | None:
        if self._group is None:
            work.close()
            return None
        return self._group.create_task(self._guarded(socket, work))

    async def _guarded(self, socket: LeanSocket, work: Coroutine[Any, Any, None]) -> None:
        """One socket's error ends that socket, and no other."""
        try:
            await work
        except Exception as error:
            self.failed(error)
            socket.close(FAILED, PUZZLED)

    async def _let_in(self, socket: LeanSocket, opening: Opening, arrival: Arrival) -> None:
        try:
            session = await opening(self._house, arrival, socket, partial(self._start, socket))
        except Refusal as refusal:
            socket.close(refusal.code, refusal.reason)
        else:
            socket.opened(session)

    def _write(self) -> None:
        outgoing, self._outgoing = self._outgoing, []
        for socket in outgoing:
            try:
                socket.write()
            except Exception as error:  # that of one socket, and of no other
                self.failed(error)
                socket.abort()

    def _look_after(self) -> None:
        self.now += 1
        self._pace.look(time.monotonic(), time.thread_time())
        self.framed, self.frame = None, b""
        early = self.now - QUIET
        for socket in tuple(self._open):
            if socket.heard <= early:
                socket.silent(self.now - socket.heard)
        for socket, deadline in tuple(self._ending.items()):
            if deadline <= self.now:
                socket.abort()
