"""Going back: updates that make a board's texts what they were, or take out what somebody did.

History is never written anew. What is too much is deleted, and what is missing is inserted once more, where
it had stood, by a client id of whoever goes back: on record it is an edit like any other.
"""

from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from itertools import count

from domain.rooms import Run
from rooms.board import wire
from rooms.board.document import Document
from rooms.board.gathering import CARRIED
from rooms.board.update import STRING, Id
from rooms.past.board import BoardPast, text_of
from rooms.past.items import DELETED, Item

NOW = 2**62
"""The position of what the log does not have yet."""
HAS_ORIGIN, HAS_RIGHT = 0x80, 0x40
ROOT = 1
Wanted = Callable[[Item], Iterable[tuple[int, int, bool]]]
"""For an item the clocks from where to where, in order, that are to be visible or not."""


def client_of(edit: str, past: BoardPast, person: str) -> int:
    """The client id of an edit with this name: the same whenever it is asked for, and nobody else's."""
    for attempt in count():
        digest = sha256(f"{attempt} {person} {edit}".encode()).digest()
        client = int.from_bytes(digest[:4])
        if client != CARRIED and past.authors.of(client, 0) in ("", person):
            return client
    raise AssertionError


def caught_up(past: BoardPast, document: Document) -> BoardPast:
    """The history with all that the live document has and the log does not, by nobody in particular."""
    rest = document.difference(past.state())
    past.fold([Run(person="", client=CARRIED, update=rest)], NOW)
    return past


def back_to(past: BoardPast, position: int, client: int, roots: Iterable[str]) -> bytes:
    """The update that makes these texts what they were at the position."""
    reached = past.reached(position)

    def wanted(item: Item) -> Iterator[tuple[int, int, bool]]:
        upto = max(item.clock, min(item.end, reached.get(item.client, 0)))
        yield item.clock, upto, not 0 < item.deleted <= position
        yield upto, item.end, False

    return _update(past, client, roots, wanted)


def without(past: BoardPast, person: str, since: int, client: int, roots: Iterable[str]) -> bytes:
    """The update that takes out of these texts what somebody wrote behind `since`, and brings back what they
    deleted since then, unless they had written that since then as well."""
    reached = past.reached(since)

    def wanted(item: Item) -> Iterator[tuple[int, int, bool]]:
        visible = not item.deleted or (item.deleter == person and item.deleted > since)
        upto = max(item.clock, min(item.end, reached.get(item.client, 0)))
        yield item.clock, upto, visible
        for start, end, author in past.authors.parts(item.client, upto, item.end):
            yield start, end, visible and author != person

    return _update(past, client, roots, wanted)


def _update(past: BoardPast, client: int, roots: Iterable[str], wanted: Wanted) -> bytes:
    draft = _Draft(client)
    for root in roots:
        if not draft.blocks:
            draft.mark(root)
        for item in past.items(root):
            if item.kind == STRING:
                draft.settle(item, wanted(item))
        draft.flush()
    return draft.update()


class _Draft:
    """An update by one client id that has written nothing yet, in the encoding of Yjs (v1)."""

    def __init__(self, client: int) -> None:
        self.blocks: list[bytes] = []
        self._client = client
        self._deleted: dict[int, list[tuple[int, int]]] = {}
        self._text: list[str] = []
        self._beside: tuple[Id, Id | None] | None = None

    def mark(self, root: str) -> None:
        """Something that nobody sees: by it the edit is known to have been made, whatever it changed."""
        place = wire.varuint(ROOT) + wire.varstring(root)
        self.blocks.append(bytes((DELETED,)) + place + wire.varuint(1))

    def settle(self, item: Item, wanted: Iterable[tuple[int, int, bool]]) -> None:
        """See to it that these parts of the item are visible, or not."""
        for start, end, visible in wanted:
            if start == end or visible == (not item.deleted):
                if start != end and visible:
                    self.flush()
            elif visible:
                self._bring(item, start, end)
            else:
                self._deleted.setdefault(item.client, []).append((start, end - start))

    def _bring(self, item: Item, start: int, end: int) -> None:
        self._text.append(text_of(item, start, end))
        if end < item.end:
            self._beside = (item.client, end - 1), (item.client, end)
        else:
            after = item.right
            self._beside = (item.client, end - 1), (after.client, after.clock) if after else None

    def flush(self) -> None:
        """Insert what was brought so far: what comes next stays where it is."""
        if self._beside is None:
            return
        origin, right = self._beside
        info = STRING | HAS_ORIGIN | (HAS_RIGHT if right else 0)
        place = _identity(origin) + (_identity(right) if right else b"")
        self.blocks.append(bytes((info,)) + place + wire.varstring("".join(self._text)))
        self._text, self._beside = [], None

    def update(self) -> bytes:
        """All of it."""
        clients = wire.varuint(1) + wire.varuint(len(self.blocks)) + wire.varuint(self._client) + b"\0"
        deleted = [wire.varuint(len(self._deleted))]
        for client, spans in self._deleted.items():
            deleted += [wire.varuint(client), wire.varuint(len(spans))]
            deleted += [_identity(span) for span in sorted(spans)]
        return clients + b"".join(self.blocks) + b"".join(deleted)


def _identity(pair: Id) -> bytes:
    return wire.varuint(pair[0]) + wire.varuint(pair[1])
