"""Who is present on a board, by Yjs client id: the same rules as the clients follow, and no more."""

from collections.abc import Iterable
from typing import Any

import msgspec

from rooms.board.closing import Malformed, NotYou
from rooms.board.wire import Entry

LAST_CLOCK = 2**32 - 1


class Awareness:
    """The last state of every client id, and of those that are gone, their last clock."""

    __slots__ = ("_entries", "_remembered")

    def __init__(self, remembered: int) -> None:
        self._entries: dict[int, Entry] = {}
        self._remembered = remembered

    def get(self, client: int) -> Entry | None:
        """What is known of the client id."""
        return self._entries.get(client)

    def present(self) -> list[Entry]:
        """Everybody who is here."""
        return [entry for entry in self._entries.values() if entry.state is not None]

    def known(self) -> list[Entry]:
        """Everybody who is here, or has gone."""
        return list(self._entries.values())

    def accept(self, entry: Entry) -> bool:
        """Take the entry if it is newer than what is known; say whether it was."""
        known = self._entries.get(entry.client)
        if known is not None and not _is_newer(entry, known):
            return False
        self._entries[entry.client] = entry
        if len(self._entries) > self._remembered:
            self._forget_one()
        return True

    def leave(self, clients: Iterable[int]) -> list[Entry]:
        """Mark these as gone; return what the others must be told."""
        gone = [
            Entry(client, known.clock + 1, None)
            for client in clients
            if (known := self._entries.get(client)) is not None and known.state is not None
        ]
        for entry in gone:
            self._entries[entry.client] = entry
        return gone

    def _forget_one(self) -> None:
        oldest = next((entry.client for entry in self._entries.values() if entry.state is None), None)
        if oldest is not None:
            del self._entries[oldest]


def _is_newer(entry: Entry, known: Entry) -> bool:
    if entry.clock == known.clock:
        return entry.state is None and known.state is not None
    return entry.clock > known.clock


_states = msgspec.json.Decoder(dict[str, Any])


def check(entry: Entry, person: str, largest: int) -> None:
    """Raise if the state is no JSON object, is too large, or names another person."""
    if entry.clock >= LAST_CLOCK:
        raise Malformed("A presence has an impossible clock.")
    if entry.state is None:
        return
    if len(entry.state) > largest:
        raise Malformed("A presence is too large.")
    try:
        state = _states.decode(entry.state)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise Malformed("A presence is no JSON object.") from error
    user = state.get("user")
    if isinstance(user, dict) and user.get("person", person) != person:
        raise NotYou
