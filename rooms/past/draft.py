"""An edit of the server's own, in the encoding of Yjs (v1): deletions, and what is written in several names.

Each name writes by a client id of its own that has written nothing yet, so that the runs can be recorded
one after the other: each stands on what was there before, and on those before it.
"""

from collections.abc import Callable, Iterator

from domain.rooms import Run
from rooms.board import wire
from rooms.board.update import STRING, Id, utf16_length
from rooms.past.items import DELETED, Entry

PIECE = 128 * 1024
"""Bytes above which a run is ended, and the next one begun."""
CHARACTERS = 32 * 1024
"""Of which a block has no more."""
NONE, ONE = wire.varuint(0), wire.varuint(1)
HAS_ORIGIN, HAS_RIGHT, HAS_KEY = 0x80, 0x40, 0x20
UNDER_ITEM, UNDER_ROOT = 0, 1


class _Writer:
    """What is written by one client id: blocks, in pieces that are a run each."""

    def __init__(self, client: int) -> None:
        self.client = client
        self.clock = 0
        self._pieces: list[tuple[int, list[bytes]]] = []
        self._size = 0

    def add(self, block: bytes, length: int) -> None:
        self._size += len(block)
        if not self._pieces or self._size > PIECE:
            self._pieces.append((self.clock, []))
            self._size = len(block)
        self._pieces[-1][1].append(block)
        self.clock += length

    def taken(self) -> Iterator[bytes]:
        """The blocks of each run, as an update has them."""
        pieces, self._pieces = self._pieces, []
        for clock, blocks in pieces:
            yield b"".join((wire.varuint(len(blocks)), _identity((self.client, clock)), *blocks))


class Draft:
    """An edit of `person`. Each author, and the edit itself (""), has the client id that `client_of` says."""

    def __init__(self, person: str, client_of: Callable[[str], int]) -> None:
        self._person = person
        self._client_of = client_of
        self._writers: dict[str, _Writer] = {}
        self._deleted: dict[int, list[tuple[int, int]]] = {}
        self._runs: list[Run] = []

    def delete(self, client: int, clock: int, length: int) -> None:
        """Delete this."""
        self._deleted.setdefault(client, []).append((clock, length))

    def text(self, author: str, text: str, origin: Id, right: Id | None) -> None:
        """Insert somebody's text between these two."""
        writer = self._writer(author)
        info = bytes((STRING | HAS_ORIGIN | (HAS_RIGHT if right else 0),))
        after = _identity(right) if right else b""
        for at in range(0, len(text), CHARACTERS):
            part = text[at : at + CHARACTERS]
            block = info + _identity(origin) + after + wire.varstring(part)
            writer.add(block, utf16_length(part))
            origin = (writer.client, writer.clock - 1)

    def value(self, author: str, kind: int, content: bytes, where: Id | Entry) -> Id:
        """Set somebody's value under a key: after the last one there was, by its id, or as the first in a map
        that is new. Answers the id of the value."""
        writer = self._writer(author)
        identity = (writer.client, writer.clock)
        if isinstance(where, Entry):
            place = _parent(where.parent) + wire.varstring(where.key)
            writer.add(bytes((kind | HAS_KEY,)) + place + content, 1)
        else:
            writer.add(bytes((kind | HAS_ORIGIN,)) + _identity(where) + content, 1)
        return identity

    def part(self) -> None:
        """What is drafted from here on may stand on what was drafted before."""
        for author, writer in self._writers.items():
            for blocks in writer.taken():
                self._runs.append(self._run(author, writer.client, ONE + blocks + NONE))

    def runs(self, root: str) -> list[Run]:
        """All of it, in the order in which it is to be recorded. It ends with something in this part of the
        board that nobody sees: by it the edit is known to have been made, whatever it changed."""
        self.part()
        client = self._client_of("")
        deletions = [self._run("", client, NONE + each) for each in self._deletions()]
        mark = bytes((DELETED,)) + _parent(root) + wire.varuint(1)
        end = self._run("", client, ONE + ONE + _identity((client, 0)) + mark + NONE)
        return [*deletions, *self._runs, end]

    def _run(self, author: str, client: int, update: bytes) -> Run:
        by = None if author in ("", self._person) else self._person
        return Run(person=author or self._person, client=client, update=update, by=by)

    def _writer(self, author: str) -> _Writer:
        """What nobody is known to have written, the person has."""
        author = author or self._person
        if author not in self._writers:
            self._writers[author] = _Writer(self._client_of(author))
        return self._writers[author]

    def _deletions(self) -> Iterator[bytes]:
        """What is deleted, as updates have it, in pieces."""
        clients: list[bytes] = []
        size = 0
        for client, spans in self._deleted.items():
            encoded = [_identity(span) for span in sorted(spans)]
            for at in range(0, len(encoded), PIECE // 10):
                part = encoded[at : at + PIECE // 10]
                clients.append(wire.varuint(client) + wire.varuint(len(part)) + b"".join(part))
                size += len(clients[-1])
                if size > PIECE:
                    yield wire.varuint(len(clients)) + b"".join(clients)
                    clients, size = [], 0
        if clients:
            yield wire.varuint(len(clients)) + b"".join(clients)


def _parent(parent: str | Id) -> bytes:
    if isinstance(parent, str):
        return wire.varuint(UNDER_ROOT) + wire.varstring(parent)
    return wire.varuint(UNDER_ITEM) + _identity(parent)


def _identity(pair: Id) -> bytes:
    return wire.varuint(pair[0]) + wire.varuint(pair[1])
