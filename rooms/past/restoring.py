"""Going back: edits that make a board's parts what they were, or take out what somebody did.

History is never written anew. What is too much is deleted, and what is missing is written once more, where
it had stood, in the name of whoever had written it. On record it is an edit of whoever goes back.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import count

from domain.rooms import Run
from rooms.board.gathering import CARRIED
from rooms.board.parts import CODE, CODE_SETTINGS, NOTES, SCRATCHPAD, SHAPES, TEXT
from rooms.board.update import ANY, BINARY, JSON, STRING, TYPE, Id
from rooms.past.board import BoardPast, text_of
from rooms.past.draft import Draft
from rooms.past.items import Entry, Item

TEXTS = (TEXT, CODE, SCRATCHPAD)
"""The parts of a board that are texts."""
MAPS = (SHAPES, CODE_SETTINGS, NOTES)
"""Those that are maps: of values, or of maps of values. What is nested deeper does not go back."""
VALUES = (JSON, BINARY, ANY, TYPE)
MAP = b"\x01"
"""The content of a value that is a map."""
Wanted = Callable[[Item], Iterable[tuple[int, int, bool]]]
"""For an item the clocks from where to where, in order, that are to be visible or not."""


@dataclass(frozen=True)
class Goal:
    """What a board is to be."""

    wanted: Wanted
    counts: Callable[[Item], bool]
    """Whether it is to be as if this value of a map had been set."""


def client_of(edit: str, past: BoardPast, person: str) -> int:
    """The client id of an edit with this name: the same whenever it is asked for, and nobody else's."""
    for attempt in count():
        digest = sha256(f"{attempt} {person} {edit}".encode()).digest()
        client = int.from_bytes(digest[:4])
        if client != CARRIED and past.authors.of(client, 0) in ("", person):
            return client
    raise AssertionError


def back_to(past: BoardPast, position: int) -> Goal:
    """What the board was at the position."""
    reached = past.reached(position)

    def wanted(item: Item) -> Iterator[tuple[int, int, bool]]:
        upto = max(item.clock, min(item.end, reached.get(item.client, 0)))
        yield item.clock, upto, not 0 < item.deleted <= position
        yield upto, item.end, False

    return Goal(wanted, lambda item: item.clock < reached.get(item.client, 0))


def without(past: BoardPast, person: str, since: int) -> Goal:
    """What the board is, without what somebody wrote behind `since`, and with what they deleted since then,
    unless they had written that since then as well."""
    reached = past.reached(since)

    def wanted(item: Item) -> Iterator[tuple[int, int, bool]]:
        visible = not item.deleted or (item.deleter == person and item.deleted > since)
        upto = max(item.clock, min(item.end, reached.get(item.client, 0)))
        yield item.clock, upto, visible
        for start, end, who in past.doers(item.client, upto, item.end):
            yield start, end, visible and who != person

    def counts(item: Item) -> bool:
        if item.clock < reached.get(item.client, 0):
            return True
        return all(who != person for _, _, who in past.doers(item.client, item.clock, item.end))

    return Goal(wanted, counts)


def drafted(past: BoardPast, goal: Goal, edit: str, person: str, parts: Iterable[str]) -> list[Run]:
    """The runs that make these parts of the board what they are to be, as an edit with this name of somebody:
    the last has the client id `client_of`, whatever there is to be changed."""

    def client(author: str) -> int:
        return client_of(f"{edit} {author}" if author else edit, past, author or person)

    draft = Draft(person, client)
    parts = tuple(parts)
    for root in parts:
        if root not in MAPS:
            _Text(past, draft).settle(past.items(root), goal.wanted)
    maps = _Maps(past, draft, goal)
    for root in parts:
        if root in MAPS:
            maps.settle(root)
    draft.part()
    maps.fill()
    return draft.runs(parts[0])


class _Text:
    """Brings a text to where it is to be, from its beginning to its end."""

    def __init__(self, past: BoardPast, draft: Draft) -> None:
        self._past = past
        self._draft = draft
        self._texts: list[str] = []
        self._author = ""
        self._last: tuple[Item, int] | None = None

    def settle(self, items: Iterable[Item], wanted: Wanted) -> None:
        """See to it that these parts of the items are visible, or not."""
        for item in items:
            if item.kind == STRING:
                for start, end, visible in wanted(item):
                    if start < end:
                        self._settle(item, start, end, visible=visible)
        self._flush()

    def _settle(self, item: Item, start: int, end: int, *, visible: bool) -> None:
        if not visible:
            if not item.deleted:
                self._draft.delete(item.client, start, end - start)
        elif not item.deleted:
            self._flush()  # what comes next stays where it is
        else:
            for first, upto, author in self._past.authors.parts(item.client, start, end):
                if author != self._author:
                    self._flush()
                self._author = author
                self._texts.append(text_of(item, first, upto))
                self._last = item, upto

    def _flush(self) -> None:
        """Insert what was gathered so far, behind the last of it."""
        if self._last is None:
            return
        item, end = self._last
        after = item.right
        right = (item.client, end) if end < item.end else (after.client, after.clock) if after else None
        self._draft.text(self._author, "".join(self._texts), (item.client, end - 1), right)
        self._texts, self._last = [], None


class _Maps:
    """Brings maps, and the maps in them, to where they are to be."""

    def __init__(self, past: BoardPast, draft: Draft, goal: Goal) -> None:
        self._past = past
        self._draft = draft
        self._goal = goal
        self._new: list[tuple[Id, Item]] = []

    def settle(self, parent: str | Id) -> None:
        """See to it that each key has the value that it is to have."""
        for key in self._past.keys(parent):
            last, wanted = self._found(Entry(parent, key))
            shown = None if last is None or last.deleted else last
            if wanted is None or shown is None or not _alike(shown, wanted):
                self._set(last, shown, wanted)
            elif shown is wanted and wanted.content == MAP and isinstance(parent, str):
                self.settle((wanted.client, wanted.clock))

    def fill(self) -> None:
        """Write the fields of the maps that were brought back."""
        for identity, item in self._new:
            for key in self._past.keys((item.client, item.clock)):
                _, wanted = self._found(Entry((item.client, item.clock), key))
                if wanted is not None and wanted.kind != TYPE:
                    author = self._past.authors.of(wanted.client, wanted.clock)
                    self._draft.value(author, wanted.kind, wanted.content, Entry(identity, key))

    def _found(self, entry: Entry) -> tuple[Item | None, Item | None]:
        """The last value there, and the one that is to be visible."""
        last = wanted = None
        for item in self._past.items(entry):
            last = item
            if self._goal.counts(item):
                wanted = item
        if wanted is None or wanted.kind not in VALUES or wanted.length != 1:
            return last, None
        visible = any(shown for start, end, shown in self._goal.wanted(wanted) if start < end)
        return last, wanted if visible else None

    def _set(self, last: Item | None, shown: Item | None, wanted: Item | None) -> None:
        if shown is not None:
            self._draft.delete(shown.client, shown.clock, shown.length)
        if wanted is None or last is None or (wanted.kind == TYPE and wanted.content != MAP):
            return
        author = self._past.authors.of(wanted.client, wanted.clock)
        identity = self._draft.value(author, wanted.kind, wanted.content, (last.client, last.end - 1))
        if wanted.kind == TYPE:
            self._new.append((identity, wanted))


def _alike(one: Item, other: Item) -> bool:
    """Whether there is nothing to do to have the other instead."""
    return one is other or (one.kind != TYPE and (one.kind, one.content) == (other.kind, other.content))
