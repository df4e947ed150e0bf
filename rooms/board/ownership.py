"""Who writes by which Yjs client id: nobody can write in the name of somebody who is here.

A client id belongs to the person who first wrote or was present with it. Somebody else may bring edits
by it only while its owner is away: so come back, from another's copy, edits that a killed server had
passed on and not yet saved. They are on record as brought, not as written.
"""

from collections.abc import Iterable

from rooms.board.closing import Malformed, NotYours
from rooms.board.connection import Connection
from rooms.board.gathering import CARRIED


class Ownership:
    """Client id -> person, for one board."""

    __slots__ = ("_most", "_owners")

    def __init__(self, most: int) -> None:
        self._owners: dict[int, str] = {}
        self._most = most

    def of(self, client: int) -> str | None:
        """The person who owns the client id."""
        return self._owners.get(client)

    def recorded(self, client: int, person: str) -> None:
        """The log says who wrote by the client id."""
        if client != CARRIED:
            self._owners.setdefault(client, person)

    def claim(self, connection: Connection, client: int) -> None:
        """The connection writes by the client id, or is present with it."""
        if client not in connection.clients and len(connection.clients) >= self._most:
            raise Malformed("One connection uses too many client ids.")
        self._owners[client] = connection.person
        connection.clients.add(client)

    def check(self, connection: Connection, written: Iterable[int], here: Iterable[Connection]) -> None:
        """Raise `NotYours` if one of the client ids belongs to somebody else who is here."""
        for client in written:
            owner = self._owners.get(client)
            if owner in (None, connection.person):
                continue
            if any(c.synced and c.person == owner and client in c.clients for c in here):
                raise NotYours

    def writes(self, connection: Connection, written: Iterable[int], *, live: bool) -> int:
        """The client id to record the update under, after `check`; `CARRIED` if it is not its author's.

        A live update makes its unowned client id the person's; what is brought from before does not.
        """
        clients = tuple(written)
        if not clients:
            return connection.client
        client = clients[0]
        owner = self._owners.get(client) or (connection.person if live else None)
        if len(clients) > 1 or owner != connection.person:
            return CARRIED
        self.claim(connection, client)
        connection.client = client
        return client
