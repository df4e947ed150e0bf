"""Any history of a board: authors edit at once, hear of each other late, and bring what others wrote."""

from dataclasses import dataclass, field

from hypothesis import strategies as st
from pycrdt import Doc, Map, Text

from domain.rooms import Run
from rooms.board.document import Document, Missing, restored
from rooms.board.gathering import CARRIED
from rooms.board.update import read
from rooms.past.board import BoardPast

PERSONS = ("ada", "ben", "cyd")
WORDS = ("a", "xyz", "é", "😀", "b😀c", "\n")

acts = st.one_of(
    st.tuples(st.just("insert"), st.integers(0, 2), st.integers(0, 99), st.sampled_from(WORDS)),
    st.tuples(st.just("delete"), st.integers(0, 2), st.integers(0, 99), st.integers(1, 5)),
    st.tuples(st.just("draw"), st.integers(0, 2), st.integers(0, 2), st.integers(0, 2)),
    st.tuples(st.just("wipe"), st.integers(0, 2), st.integers(0, 2)),
    st.tuples(st.just("note"), st.integers(0, 2), st.integers(0, 2)),
    st.tuples(st.just("speak"), st.integers(0, 2), st.sampled_from(("plain", "python"))),
    st.tuples(st.just("send"), st.integers(0, 2)),
    st.tuples(st.just("hear"), st.integers(0, 2)),
    st.tuples(st.just("bring"), st.integers(0, 2), st.integers(0, 2)),
    st.tuples(st.just("late"), st.integers(0, 2)),
    st.tuples(st.just("event")),
)
histories = st.lists(acts, max_size=40)


@dataclass
class Author:
    """A page: its document, and what it has not sent yet."""

    person: str
    doc: Doc
    waiting: list[bytes] = field(default_factory=list)

    @property
    def text(self) -> Text:
        return self.doc.get("text", type=Text)

    def map(self, root: str) -> Map:
        return self.doc.get(root, type=Map)

    def edit(self, change) -> None:
        sent: list[bytes] = []
        subscription = self.doc.observe(lambda event: sent.append(event.update))
        change(self.text)
        self.doc.unobserve(subscription)
        self.waiting += sent

    def draw(self, name: str, colour: str) -> None:
        """Draw a shape, or give one that is there another colour and place."""
        shapes = self.map("shapes")
        if name in shapes:
            shapes[name]["colour"] = colour
            shapes[name]["points"] = [len(self.waiting), 2.5]
        else:
            fields = {"v": 1, "kind": "pen", "points": [0, 1], "colour": colour, "by": self.person}
            shapes[name] = Map(fields)


class Told:
    """Plays such a history; `events` are the runs that the log would hold, event by event."""

    def __init__(self, history) -> None:
        self.authors = [Author(p, Doc(client_id=n + 1)) for n, p in enumerate(PERSONS)]
        self.events: list[list[Run]] = [[]]
        self.held: list[Run] = []
        self.complete = [0]
        """The positions at which nothing on record stands on what is not on record yet."""
        for act in history:
            getattr(self, f"_{act[0]}")(*act[1:])
        for who in range(len(PERSONS)):
            self._send(who)
        self._record(*self.held)
        self.complete.append(len(self.events))

    def _insert(self, who: int, at: int, word: str) -> None:
        text = str(self.authors[who].text)
        place = len(text[: at % (len(text) + 1)].encode())
        self.authors[who].edit(lambda it: it.insert(place, word))

    def _delete(self, who: int, at: int, length: int) -> None:
        text = str(self.authors[who].text)
        if text:
            start = at % len(text)
            first, last = len(text[:start].encode()), len(text[: start + length].encode())
            self.authors[who].edit(lambda it: it.__delitem__(slice(first, last)))

    def _draw(self, who: int, which: int, colour: int) -> None:
        self.authors[who].edit(lambda _: self.authors[who].draw(f"s{which}", f"#{colour:06d}"))

    def _wipe(self, who: int, which: int) -> None:
        shapes = self.authors[who].map("shapes")
        if f"s{which}" in shapes:
            self.authors[who].edit(lambda _: shapes.__delitem__(f"s{which}"))

    def _note(self, who: int, which: int) -> None:
        note = {"v": 1, "anchor": f"shape@s{which}"}
        self.authors[who].edit(lambda _: self.authors[who].map("notes").__setitem__(f"m{who}", note))

    def _speak(self, who: int, language: str) -> None:
        self.authors[who].edit(
            lambda _: self.authors[who].map("code-settings").__setitem__("language", language)
        )

    def _send(self, who: int) -> None:
        self._hear(who)  # as the server asks for what an edit stands on
        for update in self.authors[who].waiting:
            self._record(Run(person=PERSONS[who], client=who + 1, update=update))
        self.authors[who].waiting.clear()

    def _late(self, who: int) -> None:
        """What waits is recorded by a node that is behind: later than what stands on it."""
        sent = [Run(person=PERSONS[who], client=who + 1, update=each) for each in self.authors[who].waiting]
        self.authors[who].waiting.clear()
        self.held += sent

    def _hear(self, who: int) -> None:
        """While something is held back, the node that others are at has nothing new to tell."""
        if not self.held:
            self.authors[who].doc.apply_update(self.document(len(self.events)).whole())

    def _bring(self, who: int, other: int) -> None:
        """All that a page has, what others wrote and nobody had sent included, in the name of whoever."""
        self.authors[who].doc.apply_update(self.authors[other].doc.get_update())
        whole = self.authors[who].doc.get_update()
        self._record(Run(person=PERSONS[who], client=CARRIED, update=whole))

    def _record(self, *runs: Run) -> None:
        self.events[-1] += runs

    def _event(self) -> None:
        """What was held back comes with every third event."""
        if not self.held:
            self.complete.append(len(self.events))
        self.events.append([])
        if len(self.events) % 3 == 0:
            self._record(*self.held)
            self.held = []

    def document(self, position: int) -> Document:
        """The document at a position, replayed by the library; the first event has position 1.

        An edit that is recorded before what it stands on is held back here: the library may lose it."""
        document = restored([])
        waiting = [run for event in self.events[:position] for run in event]
        while True:
            late = [run for run in waiting if not _applied(document, run)]
            if len(late) == len(waiting):
                return document
            waiting = late


def _applied(document: Document, run: Run) -> bool:
    contents = read(run.update)
    try:
        document.apply(run.update, contents, document.new_blocks(contents))
    except Missing:
        return False
    return True


def past_of(told: Told) -> BoardPast:
    """The same, folded; the first event has position 1."""
    past = BoardPast()
    for position, runs in enumerate(told.events, 1):
        past.fold(runs, position)
    return past
