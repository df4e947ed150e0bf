"""A WebSocket straight on the transport of the event loop: no task, no timer and no queue of its own."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from realtime.sockets import frames
from realtime.sockets.frames import CLOSE, PING, PONG, Parser, Violation, sole_message
from realtime.sockets.handshake import NotUpgraded, upgraded
from realtime.sockets.session import Session

if TYPE_CHECKING:
    from realtime.sockets.keeper import Sockets

RESTART, FAILED = 1012, 1011
PUZZLED = "Something went wrong on our side; it has been noted."
ONLY_BINARY = "Messages are binary here."
MOVING = "The server restarts; come back in a moment."
QUIET, PATIENCE, FAREWELL, HURRY = 20, 40, 10, 2
"""Ticks of silence until a client is pinged, or cut off; ticks that it has to hang up, and when we stop."""
NEW, OPENING, OPEN, ENDING = range(4)
MUCH = 16 * 1024
"""Bytes that are written at once: who does not read is noticed by what the network does not take."""
HIGH = 1024 * 1024
"""Bytes that a client leaves unread before we stop to read what it sends: what it asks for would have no end.
What others do is kept from it much earlier, so whoever reads slowly and types is read from."""


class LeanSocket(asyncio.Protocol):
    """One socket, from its handshake on. Implements `rooms.board.transport.Transport`.

    What comes in goes to the session at once, and what the session sends to the network. A client that
    does not read is not read from either, so what waits for it is bounded by what one message may cause.
    """

    __slots__ = (
        "_choked",
        "_connections",
        "_held",
        "_outgoing",
        "_parser",
        "_receive",
        "_session",
        "_sockets",
        "_stage",
        "_transport",
        "heard",
    )

    def __init__(self, sockets: "Sockets", connections: set[Any]) -> None:
        """`connections` are those that the HTTP server waits for when it stops."""
        self._sockets = sockets
        self._connections = connections
        self._transport = cast("asyncio.Transport", None)
        self._stage = NEW
        self._session: Session | None = None
        self._receive: Callable[[bytes], None] | None = None
        """What takes the next message, if nothing stands before it."""
        self._parser: Parser | None = None
        """Only while a message is here in part."""
        self._choked = 0
        """If the client does not read: the bytes that waited for it when that was looked at last."""
        self._outgoing = b""
        """What the session sent in this turn of the loop: a write costs more than all else."""
        self._held = False
        """Whether nothing is taken for a while, since it sends too fast."""
        self.heard = sockets.now
        """The tick of the last sign of life."""

    # What the session does.

    def send(self, data: bytes) -> None:
        """See `Transport.send`. What is sent to many one after the other is framed once."""
        if self._stage != ENDING:
            sockets = self._sockets
            frame = sockets.frame if data is sockets.framed else sockets.encoded(data)
            if self._outgoing:
                self._outgoing += frame
            else:
                self._outgoing = frame
                sockets.has_outgoing(self)
            if len(self._outgoing) > MUCH:
                self.write()

    def close(self, code: int, reason: str) -> None:
        """See `Transport.close`. From here on nothing is read; whoever does not hang up is cut off."""
        if self._stage != ENDING:
            self._end(frames.close(code, reason))
            if self._transport.can_write_eof():
                self._transport.write_eof()
                self._transport.resume_reading()  # or else we would not see them hang up
            else:
                self._transport.close()

    def hold(self, seconds: float) -> None:
        """See `Transport.hold`."""
        if self._stage != ENDING and not self._held:
            self._held = True
            self._receive = None
            self._transport.pause_reading()
            asyncio.get_running_loop().call_later(seconds, self._release)

    def pending(self) -> int:
        """See `Transport.pending`."""
        return self._transport.get_write_buffer_size() + len(self._outgoing)

    # What the event loop and the HTTP server do.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(HIGH)
        self._connections.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio."""
        self._connections.discard(self)
        self._sockets.gone(self)
        self._over()

    def data_received(self, data: bytes) -> None:
        """See asyncio. The first data are the request, which the HTTP server has read."""
        self.heard = self._sockets.now
        receive = self._receive
        if receive is not None and (message := sole_message(data)) is not None:
            try:
                receive(message)
            except Exception as error:
                self._failed(error)
        elif self._stage == NEW:
            self._shake_hands(data)
        elif self._stage != ENDING:
            self._parser = self._parser or Parser(self._sockets.largest)
            self._parser.feed(data)
            self._go_on()

    def eof_received(self) -> None:
        """See asyncio: they have hung up, and now we do."""
        self._over()
        self._stop()

    def pause_writing(self) -> None:
        """See asyncio: the client does not read."""
        if self._stage != ENDING:
            self._choked = self.pending()
            self._receive = None
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        """See asyncio: the client has read."""
        self._choked = 0
        self.heard = self._sockets.now
        self._go_on()

    def shutdown(self) -> None:
        """The HTTP server stops, and does not wait for long."""
        self.close(RESTART, MOVING)
        self._sockets.ending(self, HURRY)

    # What the keeper of the sockets does.

    def opened(self, session: Session) -> None:
        """Somebody was let in."""
        if self._stage == ENDING:
            session.closed()
            return
        self._session = session
        self._stage = OPEN
        self._go_on()

    def write(self) -> None:
        """Write what the session sent."""
        outgoing, self._outgoing = self._outgoing, b""
        if outgoing and not self._transport.is_closing():
            self._transport.write(outgoing)

    def silent(self, ticks: int) -> None:
        """Nothing was heard for so long. Whoever takes what we send is alive."""
        if self._choked > (left := self.pending()):
            self._choked = left
            self.heard = self._sockets.now
        elif ticks >= PATIENCE:
            self._stop()
            self._transport.abort()
        elif ticks == QUIET:
            self._transport.write(frames.control(PING))

    def abort(self) -> None:
        """Cut the connection."""
        self._transport.abort()

    # The rest is our own.

    def _shake_hands(self, request: bytes) -> None:
        try:
            arrival, answer = upgraded(request)
            opening = self._sockets.opening(arrival.path)
        except NotUpgraded as refusal:
            self._sockets.refused("http", refusal.code)
            self._end(refusal.answer())
            self._transport.close()
            return
        self._stage = OPENING
        self._transport.write(answer)
        self._transport.pause_reading()
        self._sockets.arrived(self, opening, arrival)

    def _release(self) -> None:
        self._held = False
        self.heard = self._sockets.now
        self._go_on()

    def _go_on(self) -> None:
        """Take what is here, and then read on; the session may choke or end the socket at each message."""
        try:
            while self._stage == OPEN and not (self._choked or self._held) and self._take():
                pass
        except Violation as violation:
            self._refuse(violation.code, violation.reason)
        except Exception as error:
            self._failed(error)
        if self._stage == OPEN and not (self._choked or self._held) and self._session:
            self._receive = None if self._parser else self._session.receive
            self._transport.resume_reading()

    def _take(self) -> bool:
        """Take one frame, if there is a whole one."""
        parser = self._parser
        if parser is None or self._session is None:
            return False
        frame = parser.next()
        if frame is None:
            if parser.is_between_messages():
                self._parser = None
            return False
        if frame.kind == frames.BINARY:
            self._session.receive(frame.payload)
        else:
            self._answer(frame)
        return True

    def _answer(self, frame: frames.Frame) -> None:
        if frame.kind == PING:
            self._transport.write(frames.control(PONG, frame.payload))
        elif frame.kind == CLOSE:
            self._end(frames.control(CLOSE, frame.payload[:2]))
            self._transport.close()
            self._over()
        elif frame.kind == frames.TEXT:
            self._refuse(frames.NOT_TAKEN, ONLY_BINARY)

    def _refuse(self, code: int, reason: str) -> None:
        self._sockets.refused("board", str(code))
        self.close(code, reason)
        self._over()

    def _failed(self, error: Exception) -> None:
        self._sockets.failed(error)
        self.close(FAILED, PUZZLED)
        self._over()

    def _end(self, last: bytes) -> None:
        """Send this, and nothing behind it."""
        self._transport.write(self._outgoing + last)
        self._outgoing = b""
        self._stop()

    def _stop(self) -> None:
        """From now on nothing is taken, and nothing sent."""
        self._stage = ENDING
        self._receive = self._parser = None
        self._sockets.ending(self, FAREWELL)

    def _over(self) -> None:
        """Tell the session that it is over; it holds us, so we let go of it."""
        self._stage = ENDING
        session, self._session, self._receive, self._parser = self._session, None, None, None
        if session is not None:
            session.closed()
