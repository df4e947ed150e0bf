"""The latest lines of a room that the model may read: of who agreed, where the room did, under pseudonyms.

All that is needed must have been given before a line was said or written, and not withdrawn since.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from unicodedata import category, normalize

from msgspec import Struct

from domain.events import Event, Query, Recorded, about
from domain.identity import ERASED
from domain.log import EventLog
from domain.people import ConsentGiven, ConsentWithdrawn, PersonErased
from domain.rooms import MessageSent, RoomJoined
from domain.text_to_model import TextToModelSet
from domain.transcripts import NEEDED, TranscriptsSet, TurnTranscribed
from rooms.facilitator.history import People
from rooms.facilitator.picture import Picture, millis

MOST = 8
LONGEST = 200
"""Characters of one line."""
RECENT = 180_000
"""Milliseconds: what was said longer ago is not what the group is at."""
SOMEBODY = "somebody"
QUOTE = 5
"""So many words in a row that stand in a line are a quotation of it."""

_OF_ROOM = (RoomJoined, TextToModelSet, TranscriptsSet, TurnTranscribed, MessageSent)
_OF_PERSON = (ConsentGiven, ConsentWithdrawn, PersonErased)
_WORD = re.compile(r"\w+")
_TWICE = re.compile(rf"\b(S\d+|{SOMEBODY})(?:\s+\1\b)+")


class Line(Struct, frozen=True):
    """What a person said or wrote, both told by pseudonyms only."""

    who: str
    text: str


@dataclass
class Lines:
    """What may be shown, folded over the room's events and those of its members in order of the log."""

    on: bool = False
    transcripts: bool = False
    consents: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    kept: list[tuple[int, str, str, bool]] = field(default_factory=list[tuple[int, str, str, bool]])
    """When, who, what, and whether it was spoken."""
    joined: set[str] = field(default_factory=set[str])
    """Who has ever been here, and may be spoken of by name."""

    def fold(self, recorded: Recorded) -> None:
        """Take one event in."""
        event = recorded.event
        match event:
            case RoomJoined():
                self.joined.add(event.person)
            case MessageSent() if self._agreed(event.person):
                self._keep(millis(recorded.at), event.person, event.text, spoken=False)
            case TurnTranscribed() if self._agreed(event.person, spoken=True):
                self._keep(event.ended, event.person, event.text, spoken=True)
            case _:
                self._change(event)

    def _agreed(self, person: str, *, spoken: bool = False) -> bool:
        given = self.consents.get(person, set())
        return self.on and "text-to-model" in given and (not spoken or (self.transcripts and given >= NEEDED))

    def _keep(self, at: int, person: str, text: str, *, spoken: bool) -> None:
        if text != ERASED:
            self.kept.append((at, person, text, spoken))

    def _change(self, event: Event) -> None:
        match event:
            case TextToModelSet():
                self.on = event.on
            case TranscriptsSet():
                self.transcripts = event.on
            case ConsentGiven():
                self.consents.setdefault(event.person, set()).add(event.scope)
            case ConsentWithdrawn():
                self.consents.get(event.person, set()).discard(event.scope)
            case PersonErased():
                self.consents.pop(event.person, None)
            case _:
                return
        self.kept = [each for each in self.kept if self._agreed(each[1], spoken=each[3])]


async def permitted_lines(log: EventLog, people: People, picture: Picture, now: int) -> tuple[Line, ...]:
    """The latest lines of the room's members at `now` (ms), the oldest first. Raises `LogUnavailable`."""
    room = about(f"room:{picture.room}", *_OF_ROOM)
    members = (about(f"person:{person}", *_OF_PERSON) for person in picture.members)
    lines = Lines()
    async for batch in log.read(Query((room, *members)), org=picture.org):
        for recorded in batch:
            lines.fold(recorded)
    recent = [(who, text) for at, who, text, _ in lines.kept if now - at <= RECENT and who in picture.members]
    if not recent:
        return ()
    pseudonyms = picture.pseudonyms()
    known = await people.people(picture.org, lines.joined)
    names = {each.name: pseudonyms.get(person, SOMEBODY) for person, each in known.items()}
    return tuple(Line(pseudonyms[who], unnamed(text, names)[:LONGEST]) for who, text in recent[-MOST:])


def unnamed(text: str, names: Mapping[str, str]) -> str:
    """The text with what is given for each name in place of each of its words."""
    given = {
        _plain(part): instead for name, instead in names.items() for part in _parts(name) if _is_word(part[0])
    }
    return _TWICE.sub(r"\1", "".join(given.get(_plain(part), part) for part in _parts(text)))


def _parts(text: str) -> Iterator[str]:
    """Words, with their accents and other marks, and what is between them."""
    return ("".join(part) for _, part in groupby(normalize("NFC", text), _is_word))


def _is_word(char: str) -> bool:
    return category(char)[0] in "LMN"


def _plain(word: str) -> str:
    return normalize("NFKC", word).casefold()


def quotes(text: str, lines: tuple[Line, ...]) -> bool:
    """Whether a text repeats what somebody said, word for word."""
    runs = {run for line in lines for run in _runs(line.text)}
    return any(run in runs for run in _runs(text))


def _runs(text: str) -> list[tuple[str, ...]]:
    words = _WORD.findall(text.casefold())
    return [tuple(words[at : at + QUOTE]) for at in range(len(words) - QUOTE + 1)]
