"""One document among several on a socket: what the board takes for a socket of its own."""

from collections import deque
from collections.abc import Callable, Collection

from rooms.board import wire
from rooms.board.hocuspocus import QUERY
from rooms.board.transport import Transport

STEP_1 = b"\x00\x00"
"""How a frame of y-websocket begins that asks what the other side has."""
GONE = wire.varstring("null")
"""What stands in a frame about presence that tells of somebody who has gone."""


class Addressed:
    """Implements `rooms.board.transport.Transport`: puts an address in front of every frame.

    What is sent waits until the client has been let in. `closed` is called once, with code and reason.
    """

    def __init__(self, carrier: Transport, address: bytes, closed: Callable[[int, str], None]) -> None:
        self._carrier = carrier
        self._address = address
        self._closed = closed
        self._waiting: deque[bytes] | None = deque()
        self._size = 0
        self.why: tuple[int, str] | None = None
        """Why it was closed; None while it is open."""
        self.settled = False
        """Whether what came last was answered: by asking what the client has, or by a refusal."""
        self.speaks_for: Collection[int] = ()
        """The client ids whose presence it tells."""

    def send(self, data: bytes) -> None:
        """See `Transport.send`; without the address."""
        if data[:2] == STEP_1:
            self.settled = True
        if self._waiting is not None:
            self._waiting.append(data)
            self._size += len(data)
        elif self.why is None:
            self._carrier.send(self._address + data)
            if data[0] == wire.AWARENESS and GONE in data and self._is_told_gone(data):
                self._carrier.send(self._address + QUERY)

    def close(self, code: int, reason: str) -> None:
        """See `Transport.close`: the document is closed, the socket is not."""
        if self.why is None:
            self.why = (code, reason)
            self._closed(code, reason)

    def hold(self, seconds: float) -> None:
        """See `Transport.hold`: all of the socket waits."""
        self._carrier.hold(seconds)

    def pending(self) -> int:
        """See `Transport.pending`: that of the whole socket, which is read as a whole."""
        return self._carrier.pending() + self._size

    def let_in(self, welcome: bytes) -> None:
        """Send the welcome and what waited; what the client has, it is asked when it has asked the same."""
        waiting, self._waiting, self._size = self._waiting or (), None, 0
        self.send(welcome)
        for data in waiting:
            if data[:2] != STEP_1:
                self.send(data)

    def _is_told_gone(self, frame: bytes) -> bool:
        """Whether the client is told that it is gone itself. The board does so to hear that it is not, with a
        newer clock; from version 4 on, providers take that in and say nothing until they are asked."""
        told = wire.parse(frame)
        return isinstance(told, wire.Presence) and any(
            entry.state is None and entry.client in self.speaks_for for entry in told.entries
        )
