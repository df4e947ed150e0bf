"""Passing on what one client says to all the others: at once, or in a crowd, a tick's worth together."""

from collections.abc import Callable, Collection, Iterable

from rooms.board import wire
from rooms.board.connection import Connection
from rooms.board.gathering import as_one_update
from rooms.board.limits import Limits
from rooms.board.wire import Entry

Later = Callable[[float, Callable[[], None]], object]
"""Calls back after so many seconds."""


class Relay:
    """To the sockets of one board.

    With n sockets an edit costs n writes, so in a crowd many edits share them. Whoever wrote gets their own
    back then; that changes nothing for them.
    """

    __slots__ = ("_connections", "_entries", "_later", "_limits", "_now", "_ticking", "_updates")

    def __init__(
        self, connections: Collection[Connection], limits: Limits, now: Callable[[], float], later: Later
    ) -> None:
        self._connections = connections
        self._now = now
        self._limits = limits
        self._later = later
        self._ticking = False
        self._updates: list[bytes] = []
        self._entries: dict[int, Entry] = {}

    def update(self, update: bytes, sender: Connection | None = None) -> None:
        """An edit that the document has taken."""
        if self._gathers():
            self._updates.append(update)
        else:
            self._send(wire.update(update), sender)

    def frame(self, frame: bytes, sender: Connection) -> None:
        """An edit of less than 128 bytes, as it came."""
        if self._gathers():
            self._updates.append(frame[3:])
        else:
            self._send(frame, sender)

    def presence(self, entries: Iterable[Entry], sender: Connection | None = None) -> None:
        """Who is here, or has gone."""
        if self._gathers():
            self._entries |= {entry.client: entry for entry in entries}
        else:
            self._send(wire.presence(entries), sender)

    def _gathers(self) -> bool:
        if self._ticking:
            return True
        if len(self._connections) < self._limits.crowd:
            return False
        self._ticking = True
        self._later(self._limits.tick, self._tick)
        return True

    def _tick(self) -> None:
        updates, entries = self._updates, self._entries
        self._ticking, self._updates, self._entries = False, [], {}
        for update in as_one_update(updates):
            self._send(wire.update(update), None)
        if entries:
            self._send(wire.presence(entries.values()), None)

    def _send(self, frame: bytes, sender: Connection | None) -> None:
        largest, now = self._limits.pending, self._now()
        for connection in tuple(self._connections):
            if connection is not sender:
                connection.relay(frame, now, largest)
