"""One document of a Hocuspocus socket: waiting for its token, being opened, open, or closed."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator
from typing import NamedTuple

from realtime.sockets.addressed import Addressed
from realtime.sockets.desk import Desk, Flood
from realtime.sockets.door import Entered
from realtime.sockets.renewing import Reminder
from realtime.sockets.session import OVERLOADED, Refusal
from realtime.sockets.telling import Telling
from rooms.board import hocuspocus, wire
from rooms.board.board import EMPTY
from rooms.board.closing import Closing, ReadOnly, TooLarge
from rooms.board.hocuspocus import Message, Presence, Stateless, Sync, Token

FINAL = range(4400, 4500)
EVERYTHING = Sync(wire.STEP_1, wire.step_1(EMPTY))
"""What a client would ask for whose document is opened anew, if it were told of it."""


class Here(NamedTuple):
    """An open document."""

    entered: Entered
    transport: Addressed


class Seat:
    """One document of one socket. Whatever is wrong with it leaves the others alone."""

    def __init__(self, desk: Desk, address: bytes, changed: Callable[[], None]) -> None:
        self._desk = desk
        self._address = address
        self._room = hocuspocus.name(address)
        self._changed = changed
        self._queue: deque[Message] = deque()
        self._queued = 0
        self._token: str | None = None
        self._pauses: Iterator[float] = iter(())
        self._entering: asyncio.Task[None] | None = None
        self._here: Here | None = None
        self._over = False
        """Closed: nothing but a token is listened to."""
        self._owed = 0
        """Edits that a board which closed did not take. They come again with the next step 2."""
        self._reminder = Reminder(desk.patience.notice)
        self._telling = Telling(desk.patience)

    @property
    def busy(self) -> bool:
        """Whether it is open, or being opened."""
        return self._here is not None or self._entering is not None

    def receive(self, body: bytes) -> None:
        """What stands behind the address of a frame. Raises `Flood`."""
        try:
            message = hocuspocus.parse(body)
        except Closing as why:
            self._desk.refused(why.code)
            self.leave()
            self._tell_why(why.reason)
            return
        if not isinstance(message, Sync | Presence):
            self._desk.requested()
        match message:
            case Token():
                self._identify(message.token or self._desk.token)
            case hocuspocus.Leave():
                self.leave()
            case _ if self._here is not None:
                self._handle(message, self._here)
            case _ if not self._over:
                self._wait(message, len(body))
            case _:
                pass

    def leave(self) -> None:
        """The client is done with it, or the socket is closed. May be called more than once."""
        if self._entering is not None:
            self._entering.cancel()
        if (here := self._part()) is not None:
            here.entered.leave()
        self._end()

    def _wait(self, message: Message, size: int) -> None:
        self._queue.append(message)
        self._queued += size
        patience = self._desk.patience
        if len(self._queue) > patience.queued or self._queued > patience.queued_size:
            raise Flood

    def _identify(self, token: str | None) -> None:
        """The first token opens the document; any later one is a fresh one of the same person."""
        if self._here is not None:
            self._renew(token, self._here)
        elif self._entering is None:
            self._over = False
            self._token = token
            self._pauses = iter(self._desk.patience.pauses)
            self._open_after(0)

    def _renew(self, token: str | None, here: Here) -> None:
        try:
            entered = self._desk.renew(here.entered, token, here.transport)
        except Refusal as refusal:
            here.transport.close(refusal.code, refusal.reason)
            here.entered.leave()
            return
        if entered is not here.entered:
            self._token = token
            self._here = Here(entered, here.transport)
            self._reminder.set(entered, here.transport)
        here.transport.send(hocuspocus.authenticated(writes=entered.connection.writes))

    def _open_after(self, pause: float) -> None:
        self._entering = self._desk.start(self._enter(pause))
        self._changed()

    async def _enter(self, pause: float) -> None:
        again: float | None = pause
        while again is not None:
            await asyncio.sleep(again)
            again = await self._attempt()

    async def _attempt(self) -> float | None:
        """Seconds until it should be tried again; None once it is decided."""
        transport = Addressed(self._desk.carrier, self._address, self._closed)
        try:
            entered = await self._desk.enter(self._token, self._room, transport)
        except Refusal as refusal:
            return self._refuse(refusal.code, refusal.reason)
        if transport.why is not None:
            entered.leave()
            return self._refuse(*transport.why)
        self._entering = None
        self._open(Here(entered, transport))
        return None

    def _refuse(self, code: int, reason: str) -> float | None:
        if code == OVERLOADED and (pause := next(self._pauses, None)) is not None:
            return pause
        self._end()
        if code in FINAL:
            self._desk.carrier.send(self._address + hocuspocus.denied(reason))
        else:
            self._desk.carrier.close(code, reason)
        return None

    def _open(self, here: Here) -> None:
        self._here = here
        connection = here.entered.connection
        connection.forgives = self._forgives
        connection.is_told = True
        here.transport.speaks_for = connection.clients
        here.transport.let_in(hocuspocus.authenticated(writes=connection.writes))
        self._reminder.set(here.entered, here.transport)
        waiting, self._queue, self._queued = self._queue, deque[Message](), 0
        for message in waiting:
            self._handle(message, here)

    def _handle(self, message: Message, here: Here) -> None:
        connection, transport = here.entered.connection, here.transport
        match message:
            case Sync(step=wire.STEP_1):
                connection.receive(message.frame)
                if not message.answered and connection.open:
                    transport.send(wire.step_1(connection.board.state()))
                if message is EVERYTHING:
                    transport.send(hocuspocus.QUERY)
            case Sync():
                self._edit(message, here)
            case Presence():
                connection.receive(message.frame)
            case Stateless():
                self._tell(message, here)
            case _:
                pass

    def _edit(self, message: Sync, here: Here) -> None:
        """Each edit is acknowledged; where the board asks for a sync, that is in its place."""
        transport = here.transport
        transport.settled = False
        here.entered.connection.receive(message.frame)
        if transport.why is not None:
            self._owed += 1
        elif not transport.settled:
            transport.send(hocuspocus.sync_status(taken=True))
            while message.step == wire.STEP_2 and self._owed:
                self._owed -= 1
                transport.send(hocuspocus.sync_status(taken=True))

    def _forgives(self, why: Closing) -> bool:
        """Whoever may only read is told that their edit was not taken."""
        if not isinstance(why, ReadOnly) or self._here is None:
            return False
        self._here.transport.settled = True
        self._here.transport.send(hocuspocus.sync_status(taken=False))
        return True

    def _tell(self, message: Stateless, here: Here) -> None:
        if here.transport.why is not None:
            return
        try:
            self._telling.tell(here.entered.connection, message.text)
        except TooLarge as why:
            self._desk.refused(why.code)
            here.transport.close(why.code, why.reason)
            here.entered.leave()
        except Closing as why:
            self._desk.refused(why.code)

    def _closed(self, code: int, reason: str) -> None:
        """The board has closed it, or its token has expired."""
        if (here := self._part()) is None:
            return  # it was being opened, and whoever opens it will see
        # The board is not called back at once.
        asyncio.get_running_loop().call_soon(here.entered.leave)
        keeps_up = self._desk.carrier.pending() <= self._desk.patience.queued_size
        if code in FINAL:
            self._end()
            self._tell_why(reason)
        elif keeps_up and (pause := next(self._pauses, None)) is not None:
            self._queue.append(EVERYTHING)
            self._open_after(pause)
        else:
            self._desk.carrier.close(code, reason)

    def _tell_why(self, reason: str) -> None:
        """Version 2 understands the first only; the others would not take it for closed by that."""
        self._desk.carrier.send(self._address + hocuspocus.denied(reason))
        self._desk.carrier.send(self._address + hocuspocus.closed(reason))

    def _part(self) -> Here | None:
        here, self._here = self._here, None
        self._reminder.cancel()
        return here

    def _end(self) -> None:
        self._over = True
        self._entering = None
        self._queue.clear()
        self._queued = self._owed = 0
        self._changed()
