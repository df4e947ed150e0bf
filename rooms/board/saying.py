"""What clients of a board tell each other, and nobody keeps: Hocuspocus calls it stateless."""

from typing import TYPE_CHECKING

from rooms.board import hocuspocus
from rooms.board.connection import Connection

if TYPE_CHECKING:
    from rooms.board.board import Board


class Rate:
    """So many in a second, and no more. Times in seconds."""

    __slots__ = ("_made", "_most", "_second")

    def __init__(self, most: int) -> None:
        self._most = most
        self._second = 0.0
        self._made = 0

    def one_more(self, now: float) -> bool:
        """Count one; whether it is within the rate."""
        if now - self._second >= 1:
            self._second, self._made = now, 0
        self._made += 1
        return self._made <= self._most


def say(board: "Board", text: str, sender: Connection | None = None) -> None:
    """To all on this node who use the protocol, and read what they are sent."""
    frame, most = hocuspocus.stateless(text), board.limits.pending
    for connection in board.connections:
        if connection is not sender and connection.is_told and connection.transport.pending() <= most:
            connection.transport.send(frame)
