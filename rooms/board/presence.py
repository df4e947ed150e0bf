"""Presence on a board: each client speaks for itself; what it repeats of others is not believed."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rooms.board import wire
from rooms.board.awareness import check
from rooms.board.connection import Connection
from rooms.board.wire import Entry

if TYPE_CHECKING:
    from rooms.board.board import Board


def receive(board: "Board", connection: Connection, entries: Iterable[Entry]) -> None:
    """Take what is new, and pass it on."""
    own = [entry for entry in entries if _is_own(board, connection, entry)]
    for entry in own:
        check(entry, connection.person, board.limits.presence)
    if own and not connection.introduced:
        connection.introduced = True
        _introduce(board, connection, own)
    fresh = [entry for entry in own if board.awareness.accept(entry)]
    for entry in fresh:
        _speak_for(board, connection, entry.client)
    if fresh:
        board.relay.presence(fresh, connection)
        board.sharing.seen(fresh, connection.person)


def _is_own(board: "Board", connection: Connection, entry: Entry) -> bool:
    owner = board.owners.of(entry.client)
    if owner is None:
        return entry.state is not None
    return owner == connection.person


def _introduce(board: "Board", connection: Connection, entries: list[Entry]) -> None:
    """Whoever comes back may be remembered, by us or by others, with a later clock than its own, and
    would not be seen. Told that it is gone, a client says that it is here, with a clock above that.
    In the same way it would not see the others, whom it remembers and took for gone: see `refresh`."""
    told: list[Entry] = []
    for entry in entries:
        known = board.awareness.get(entry.client)
        clock = entry.clock if known is None else max(entry.clock, known.clock)
        board.somebody_returned |= known is not None
        if entry.state is not None:
            _speak_for(board, connection, entry.client)
            told.append(Entry(entry.client, clock, None))
    if told:
        connection.send(wire.presence(told))


def refresh(board: "Board") -> None:
    """Have everybody say anew that they are here, for those who came back."""
    for connection in board.connections:
        known = [board.awareness.get(client) for client in connection.clients]
        told = [Entry(e.client, e.clock, None) for e in known if e is not None and e.state is not None]
        if told:
            connection.send(wire.presence(told))


def _speak_for(board: "Board", connection: Connection, client: int) -> None:
    """From now on this socket decides whether the client is here, and no older one."""
    board.owners.claim(connection, client)
    for other in board.connections:
        if other is not connection:
            other.clients.discard(client)
