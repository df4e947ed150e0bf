"""Who is present by way of other nodes: each Yjs client id is where it was last seen."""

from collections.abc import Iterable

from rooms.board.telling import Person
from rooms.board.wire import Entry


class Elsewhere:
    """Client id -> the node that speaks for it, and the person."""

    __slots__ = ("_clients",)

    def __init__(self) -> None:
        self._clients: dict[int, tuple[str, str]] = {}

    def person(self, client: int) -> str | None:
        """Who is present by this client id on another node."""
        found = self._clients.get(client)
        return found[1] if found else None

    def may_tell(self, node: str, entry: Entry) -> bool:
        """Whether the node may say this: that somebody is gone is said by the node that spoke for them."""
        return entry.state is not None or self._clients.get(entry.client, ("", ""))[0] == node

    def put(self, node: str, entry: Entry, person: str) -> None:
        """Take note of what the node says."""
        if entry.state is None:
            self._clients.pop(entry.client, None)
        else:
            self._clients[entry.client] = (node, person)

    def came_here(self, client: int) -> None:
        """This node speaks for the client id from now on."""
        self._clients.pop(client, None)

    def drop_others(self, node: str, present: Iterable[Person]) -> list[int]:
        """Forget all of a node's but these; return whom."""
        here = {each.entry.client for each in present}
        gone = [c for c, (where, _) in self._clients.items() if where == node and c not in here]
        for client in gone:
            del self._clients[client]
        return gone
