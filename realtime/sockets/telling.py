"""Stateless messages: what clients of a board tell each other, and nobody keeps."""

from realtime.sockets.addressed import Addressed
from realtime.sockets.desk import Patience
from rooms.board import hocuspocus
from rooms.board.closing import Overloaded, ReadOnly, TooLarge
from rooms.board.connection import Connection


class Telling:
    """What one client tells the others that use the same protocol at the same board, on this node."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._second = 0.0
        self._said = 0

    def tell(self, connection: Connection, text: str) -> None:
        """Tell the others. Raises `ReadOnly`, `TooLarge` or, above the rate, `Overloaded`."""
        if not connection.writes:
            raise ReadOnly
        frame = hocuspocus.stateless(text)
        if len(frame) > self._patience.stateless:
            raise TooLarge
        self._count(connection.board.now())
        most = connection.board.limits.pending
        for other in connection.board.connections:
            transport = other.transport
            if other is connection or not isinstance(transport, Addressed) or transport.pending() > most:
                continue
            transport.send(frame)

    def _count(self, now: float) -> None:
        if now - self._second >= 1:
            self._second, self._said = now, 0
        self._said += 1
        if self._said > self._patience.stateless_rate:
            raise Overloaded
