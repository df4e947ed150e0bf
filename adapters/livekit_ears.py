"""In which LiveKit rooms this node listens: in those whose people it lets in, and where nobody else does."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from adapters.livekit_hearing import Ear, EarLost, EarReplaced
from adapters.livekit_names import EAR
from adapters.livekit_server import LiveKitAway, LiveKitServer

logger = logging.getLogger(__name__)

RETRY = 1.0
"""Seconds between attempts to listen in a room."""
SWEEP = 15.0
"""Seconds between looks for rooms in which nobody listens, since their node is gone."""


class RoomsListener(Protocol):
    """Is told of all rooms what an EarListener is told of one."""

    def came(self, room: str, identity: str) -> None:
        """Somebody is in the room."""
        ...

    def went(self, room: str, identity: str) -> None:
        """Somebody has left it."""
        ...

    def sounded(self, room: str, identity: str, level: int, samples: bytes) -> None:
        """20 ms of somebody."""
        ...


class InRoom:
    """An EarListener: what the ear of one room hears, with the room's name."""

    def __init__(self, listener: RoomsListener, room: str) -> None:
        self._listener, self._room = listener, room

    def came(self, identity: str) -> None:
        """Somebody is in the room."""
        self._listener.came(self._room, identity)

    def went(self, identity: str) -> None:
        """Somebody has left it."""
        self._listener.went(self._room, identity)

    def sounded(self, identity: str, level: int, samples: bytes) -> None:
        """20 ms of somebody."""
        self._listener.sounded(self._room, identity, level, samples)


class Ears:
    """One ear in each room, of all nodes together: LiveKit lets its identity into a room once."""

    def __init__(
        self,
        server: LiveKitServer,
        ear: Ear,
        listener: RoomsListener,
        ours: Callable[[str, str], bool],
        lost: Callable[[str, bool], None],
        failed: Callable[[str], None],
    ) -> None:
        """`ours` tells of an identity in a room whether it is one of ours.

        `lost` is told of a room in which nothing is heard now, and whether for good; `failed` counts.
        """
        self._server, self._ear, self._listener = server, ear, listener
        self._ours, self._lost, self._failed = ours, lost, failed
        self.hearing: set[str] = set()
        """The rooms in which this node listens."""
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._asked: asyncio.Queue[str] = asyncio.Queue()

    def listen(self, room: str) -> None:
        """Listen there, unless another node does."""
        if room not in self._tasks:
            self._asked.put_nowait(room)

    def leave(self, room: str) -> None:
        """Listen there no longer."""
        if task := self._tasks.pop(room, None):
            task.cancel()

    async def run(self) -> None:
        """Until cancelled; then it leaves all rooms."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._sweep())
            while True:
                room = await self._asked.get()
                if room not in self._tasks:
                    self._tasks[room] = group.create_task(self._keep(room))

    async def _sweep(self) -> None:
        before: set[str] = set()
        while True:
            try:
                open_ = set(await self._server.rooms())
            except LiveKitAway:
                self._failed("livekit-away")
            else:
                for room in (
                    open_ & before
                ) - self._tasks.keys():  # to new ones another node may be on its way
                    await self._look(room)
                before = open_
            await asyncio.sleep(SWEEP)

    async def _look(self, room: str) -> None:
        """Listen there if there is somebody to hear."""
        with suppress(LiveKitAway):
            if any(self._ours(room, identity) for identity in await self._server.identities(room)):
                self.listen(room)

    async def _keep(self, room: str) -> None:
        try:
            if not await self._taken(room):
                await self._hear(room)
        finally:
            if self._tasks.get(room) is asyncio.current_task():
                del self._tasks[room]

    async def _taken(self, room: str) -> bool:
        """Whether another node listens there already."""
        while True:
            try:
                return EAR in await self._server.identities(room)
            except LiveKitAway:
                self._failed("livekit-away")
                await asyncio.sleep(RETRY)

    async def _hear(self, room: str) -> None:
        self.hearing.add(room)
        try:
            await self._hear_on(room)
        finally:
            self.hearing.discard(room)

    async def _hear_on(self, room: str) -> None:
        while True:
            try:
                await self._ear(
                    self._server.url, self._server.token_of_the_ear(room), InRoom(self._listener, room)
                )
            except EarReplaced:
                self._lost(room, True)
                return
            except EarLost as error:
                self._failed("ear-lost")
                logger.warning("a LiveKit room cannot be heard: %s", error)
                self._lost(room, False)
                await asyncio.sleep(RETRY)
