"""A room as it was at an instant: what is shown of it."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from domain.identity import ERASED, Millis
from rooms.board.document import TEXT
from rooms.board.parts import Language, Note, Shape
from rooms.past.board import Reading, Span
from rooms.past.values import Drawn


class Author(Struct, frozen=True, kw_only=True):
    """How many characters of the text are somebody's; of all who were erased together, with no id."""

    person: str
    name: str
    characters: int


class Member(Struct, frozen=True, kw_only=True):
    """Somebody in the room."""

    person: str
    name: str


class Speaker(Struct, frozen=True, kw_only=True):
    """How much somebody had spoken; a turn that was going on counts up to the instant."""

    person: str
    name: str
    talk_ms: Millis
    turns: int


class Message(Struct, frozen=True, kw_only=True):
    """What somebody had written."""

    position: int
    at: datetime
    person: str
    name: str
    text: str


class Word(Struct, frozen=True, kw_only=True):
    """What the facilitator had said, to whom, and why."""

    position: int
    at: datetime
    person: str
    name: str
    text: str
    why: str
    source: str


class Heard(Struct, frozen=True, kw_only=True):
    """What somebody had said, as a recogniser wrote it down; both instants in ms since the epoch."""

    position: int
    at: datetime
    person: str
    name: str
    started: Millis
    ended: Millis
    text: str


class TextThen(Struct, frozen=True, kw_only=True):
    """One of the board's texts, and whose each span of it is, of those who were erased with no id."""

    part: str
    text: str
    spans: tuple[Span, ...]


class BoardThen(Struct, frozen=True, kw_only=True):
    """The board: its text, whose that is, what other texts there are (code, the scratchpad), and the rest."""

    text: str
    spans: tuple[Span, ...]
    others: tuple[TextThen, ...]
    language: Language = "plain"
    shapes: tuple[Shape, ...] = ()
    notes: tuple[Note, ...] = ()


class RoomThen(Struct, frozen=True, kw_only=True):
    """The room at `position`; `first` and `last` bound what can be asked for (0 in an unknown room)."""

    room: str
    title: str
    position: int
    time: datetime | None
    first: int
    last: int
    board: BoardThen
    authors: tuple[Author, ...]
    members: tuple[Member, ...]
    spoke: tuple[Speaker, ...]
    speaking: tuple[str, ...]
    messages: tuple[Message, ...]
    facilitator: tuple[Word, ...]
    transcripts: tuple[Heard, ...] = ()


class Known(NamedTuple):
    """What people are called; whoever it lacks goes by their id. Of the erased, no name or word is shown."""

    names: Mapping[str, str] = {}
    erased: Collection[str] = ()

    def name(self, person: str) -> str:
        """What somebody is called."""
        return ERASED if person in self.erased else self.names.get(person, person)

    def id(self, person: str) -> str:
        """Who it was, empty if erased."""
        return "" if person in self.erased else person


def board_then(read: Mapping[str, Reading], drawn: Drawn, known: Known) -> BoardThen:
    """The board as it is shown, of its texts by their names, and of what was drawn."""
    shown = {part: tuple(_spans(each, known)) for part, each in read.items()}
    others = tuple(
        TextThen(part=part, text=each.text, spans=shown[part])
        for part, each in read.items()
        if part != TEXT and each.text
    )
    return BoardThen(
        text=read[TEXT].text,
        spans=shown[TEXT],
        others=others,
        language=drawn.language,
        shapes=tuple(_shape(shape, known) for shape in drawn.shapes),
        notes=drawn.notes,
    )


def _shape(shape: Shape, known: Known) -> Shape:
    return replace(shape, by=None) if shape.by in known.erased else shape


def _spans(read: Reading, known: Known) -> Iterator[Span]:
    last: Span | None = None
    for span in read.spans:
        person = known.id(span.person)
        if last is not None and last.person == person:
            last = Span(start=last.start, end=span.end, person=person)
            continue
        if last is not None:
            yield last
        last = Span(start=span.start, end=span.end, person=person)
    if last is not None:
        yield last


def authors_of(read: Reading, known: Known) -> tuple[Author, ...]:
    """Who wrote how much, most first."""
    counts: dict[str, int] = {}
    for person, characters in read.characters.items():
        shown = known.id(person)
        counts[shown] = counts.get(shown, 0) + characters
    return tuple(
        Author(person=person, name=known.name(person) if person else ERASED, characters=characters)
        for person, characters in sorted(counts.items(), key=lambda count: (-count[1], count[0]))
    )
