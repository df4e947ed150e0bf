"""What the tests of the session share: one socket in memory with any number of documents."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from pycrdt import Doc, Text

from realtime.sockets.desk import Desk, Patience
from realtime.sockets.door import entered
from realtime.sockets.hocuspocus import HocuspocusSession
from realtime.sockets.renewing import renewed
from rooms.board import hocuspocus, wire
from tests.board.support import Socket
from tests.hocuspocus.served import School

QUICK = Patience(pauses=(0.001, 0.001, 0.001))


def insertion(text: str, client: int = 7) -> bytes:
    """An update that writes this."""
    document: Doc[Text] = Doc(client_id=client)
    document.get("text", type=Text).insert(0, text)
    return document.get_update()


class Line:
    """One socket: what a test says on it as a client, and what it is told, by address."""

    def __init__(self, here: School, group: asyncio.TaskGroup, patience: Patience, token: str | None) -> None:
        self.carrier = Socket()
        self.refused: list[int] = []
        self.session = HocuspocusSession(
            Desk(
                carrier=self.carrier,
                token=token,
                enter=partial(entered, here.house),
                renew=partial(renewed, here.house),
                start=group.create_task,
                refused=self.refused.append,
                patience=patience,
            )
        )

    def say(self, room: str, *bodies: bytes, session: str | None = None) -> None:
        """Send frames about a document."""
        for body in bodies:
            self.session.receive(hocuspocus.address(room, session) + body)

    def come(self, room: str, token: str, **at) -> None:
        """What a provider sends at once when it comes."""
        self.say(room, hocuspocus.token(token, "4.8.0"), wire.step_1(b"\x00"), **at)

    async def hear(self, room: str, *, session: str | None = None) -> bytes:
        """The next frame about this document, once it is here; frames before it about others are dropped."""
        address = hocuspocus.address(room, session)
        while True:
            await self.carrier.until(lambda: self.carrier.sent)
            at, body = hocuspocus.split(self.carrier.sent.popleft())
            if at == address:
                return body

    async def until(self, room: str, wanted: bytes, **at) -> list[bytes]:
        """All frames about this document up to this one, which is left out."""
        before: list[bytes] = []
        while (body := await self.hear(room, **at)) != wanted:
            before.append(body)
        return before

    async def welcome(self, room: str, token: str, **at) -> None:
        """Come, answer what is asked, and have that acknowledged."""
        self.come(room, token, **at)
        await self.hear(room, **at)
        self.say(room, wire.step_2(wire.NOTHING), **at)
        await self.until(room, TAKEN, **at)

    async def closed(self) -> tuple[int, str]:
        """How the socket was closed, once it is."""
        await self.carrier.until(lambda: self.carrier.closed)
        return self.carrier.closed


TAKEN = hocuspocus.sync_status(taken=True)
NOT_TAKEN = hocuspocus.sync_status(taken=False)


class Hall:
    """Makes lines."""

    def __init__(self, here: School, group: asyncio.TaskGroup) -> None:
        self._here = here
        self._group = group
        self._lines: list[Line] = []

    def line(self, patience: Patience = QUICK, token: str | None = None) -> Line:
        """A new socket."""
        self._lines.append(Line(self._here, self._group, patience, token))
        return self._lines[-1]

    def end(self) -> None:
        """Everybody hangs up."""
        for line in self._lines:
            line.session.closed()


@asynccontextmanager
async def hall(here: School) -> AsyncIterator[Hall]:
    """Sockets for the block; no task outlives it."""
    async with asyncio.TaskGroup() as group:
        opened = Hall(here, group)
        try:
            yield opened
        finally:
            opened.end()
