"""Stateless messages: what clients of a board tell each other, and nobody keeps."""

from realtime.sockets.desk import Patience
from rooms.board import hocuspocus
from rooms.board.closing import Overloaded, ReadOnly, TooLarge
from rooms.board.connection import Connection
from rooms.board.saying import Rate, say


class Telling:
    """What one client tells the others that use the same protocol at the same board, on all nodes."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._rate = Rate(patience.stateless_rate)

    def tell(self, connection: Connection, text: str) -> None:
        """Tell the others. Raises `ReadOnly`, `TooLarge` or, above the rate, `Overloaded`."""
        if not connection.writes:
            raise ReadOnly
        if len(hocuspocus.stateless(text)) > self._patience.stateless:
            raise TooLarge
        if not self._rate.one_more(connection.board.now()):
            raise Overloaded
        say(connection.board, text, connection)
        connection.board.sharing.said(text)
