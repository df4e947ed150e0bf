"""A room's history: a pure fold over its events, from the log alone, that answers for any instant."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from domain.events import Recorded
from domain.identity import ERASED, Millis
from domain.interventions import InterventionDelivered
from domain.rooms import BoardEdited, MessageSent, RoomJoined, RoomLeft, RoomOpened, TurnTaken
from domain.transcripts import TurnTranscribed
from rooms.board.parts import TEXT
from rooms.past.board import BoardPast, Reading
from rooms.past.restoring import TEXTS
from rooms.past.then import Heard, Known, Member, Message, RoomThen, Speaker, Word, authors_of, board_then
from rooms.past.values import Drawn, drawn

EVENT_SIZE = 200
"""Bytes that it takes to remember that and when something happened, about."""


class Moment(NamedTuple):
    """What had happened up to `position`, at `time`; 0 and None if nothing had."""

    position: int
    time: datetime | None


class RoomHistory:
    """Fold every event of one room (tag `room:<id>`) in order with `apply`, then ask.

    What people wrote to the room, and what they were told, is not kept: whoever asks brings it, so that
    nothing is remembered here that somebody's erasure must remove.
    """

    def __init__(self, room: str) -> None:
        self.room = room
        self.board = BoardPast()
        self.first = self.last = 0
        """The positions between which all happened."""
        self._positions: list[int] = []
        self._times: list[datetime] = []
        self._latest: list[datetime] = []
        self._titles: list[tuple[int, str]] = []
        self._moves: list[tuple[int, str, bool]] = []
        self._turns: list[tuple[int, TurnTaken]] = []
        self._persons: dict[str, int] = {}

    @property
    def size(self) -> int:
        """Bytes that it takes in memory, about."""
        return self.board.size + EVENT_SIZE * len(self._positions)

    def apply(self, recorded: Recorded) -> None:
        """Fold one event."""
        position = recorded.position
        self.first = self.first or position
        self.last = position
        self._positions.append(position)
        self._times.append(recorded.at)
        self._latest.append(max(recorded.at, self._latest[-1]) if self._latest else recorded.at)
        for tag in recorded.tags:
            if tag.startswith("person:"):
                self._persons.setdefault(tag[7:], position)
        self._fold(recorded)

    def _fold(self, recorded: Recorded) -> None:
        position = recorded.position
        match recorded.event:
            case BoardEdited() as edited:
                self.board.fold(edited.runs, position)
            case RoomOpened() as opened:
                self._titles.append((position, opened.title))
            case RoomJoined() as joined:
                self._moves.append((position, joined.person, True))
            case RoomLeft() as left:
                self._moves.append((position, left.person, False))
            case TurnTaken() as turn:
                self._turns.append((position, turn))
            case _:
                pass

    def moment(self, position: int | None = None, time: datetime | None = None) -> Moment:
        """What a position, an instant, or neither (the end) means here: all that had happened by then."""
        count = len(self._positions)
        if position is not None:
            count = bisect_right(self._positions, position)
        if time is not None:
            count = min(count, bisect_right(self._latest, time))
        if not count:
            return Moment(0, time)
        return Moment(self._positions[count - 1], time or self._times[count - 1])

    def time_of(self, position: int) -> datetime:
        """When the event at this position happened."""
        return self._times[bisect_right(self._positions, position) - 1]

    def persons(self, moment: Moment) -> list[str]:
        """Whom all that concerns that had happened by then, or was going on."""
        before = (person for person, first in self._persons.items() if first <= moment.position)
        return list(dict.fromkeys((*before, *(turn.person for turn in self._going_on(moment)))))

    def texts(self, moment: Moment) -> dict[str, Reading]:
        """All texts of the board then, by the parts that they are."""
        return {part: self.board.read(moment.position, part) for part in TEXTS}

    def drawn(self, moment: Moment) -> Drawn:
        """The rest of the board then: shapes, the language of the code, notes."""
        return drawn(self.board, moment.position)

    def was_in(self, person: str) -> bool:
        """Whether somebody was ever in the room."""
        return any(who == person and entered for _, who, entered in self._moves)

    def answer(self, moment: Moment, known: Known, said: Iterable[Recorded] = ()) -> RoomThen:
        """The room then. `said` is what was written and said in it; what came later is left out."""
        said = [recorded for recorded in said if recorded.position <= moment.position]
        read = self.texts(moment)
        return RoomThen(
            room=self.room,
            title=next((t for p, t in reversed(self._titles) if p <= moment.position), ""),
            position=moment.position,
            time=moment.time,
            first=self.first,
            last=self.last,
            board=board_then(read, self.drawn(moment), known),
            authors=authors_of(read[TEXT], known),
            members=tuple(Member(person=p, name=known.name(p)) for p in self._members(moment)),
            spoke=tuple(self._spoken(moment, known)),
            speaking=self._speaking(moment),
            messages=tuple(_messages(said, known)),
            facilitator=tuple(_words(said, known)),
            transcripts=tuple(_heard(said, known)),
        )

    def _members(self, moment: Moment) -> Iterable[str]:
        inside: dict[str, None] = {}
        for position, person, entered in self._moves:
            if position > moment.position:
                break
            if entered:
                inside[person] = None
            else:
                inside.pop(person, None)
        return inside

    def _going_on(self, moment: Moment) -> Iterator[TurnTaken]:
        """Turns that had begun, and are recorded later: a turn is recorded when it ends."""
        now = _millis(moment)
        later = (turn for position, turn in self._turns if position > moment.position)
        return (turn for turn in later if turn.started <= now)

    def _spoken(self, moment: Moment, known: Known) -> Iterator[Speaker]:
        now = _millis(moment)
        talk: dict[str, list[int]] = {}
        for position, turn in self._turns:
            if position <= moment.position:
                talk.setdefault(turn.person, []).append(turn.ended - turn.started)
        for turn in self._going_on(moment):
            talk.setdefault(turn.person, []).append(min(turn.ended, now) - turn.started)
        for person, lengths in sorted(talk.items()):
            yield Speaker(person=person, name=known.name(person), talk_ms=sum(lengths), turns=len(lengths))

    def _speaking(self, moment: Moment) -> tuple[str, ...]:
        now = _millis(moment)
        return tuple(sorted({turn.person for _, turn in self._turns if turn.started <= now < turn.ended}))


def _millis(moment: Moment) -> Millis:
    return round(moment.time.timestamp() * 1000) if moment.time else 0


def _messages(said: Iterable[Recorded], known: Known) -> Iterator[Message]:
    for recorded in said:
        if isinstance(sent := recorded.event, MessageSent):
            yield Message(
                position=recorded.position,
                at=recorded.at,
                person=sent.person,
                name=known.name(sent.person),
                text=ERASED if sent.person in known.erased else sent.text,
            )


def _words(said: Iterable[Recorded], known: Known) -> Iterator[Word]:
    for recorded in said:
        if isinstance(word := recorded.event, InterventionDelivered):
            yield Word(
                position=recorded.position,
                at=recorded.at,
                person=word.person,
                name=known.name(word.person),
                text=ERASED if word.person in known.erased else word.text,
                why=word.why,
                source=word.source,
            )


def _heard(said: Iterable[Recorded], known: Known) -> Iterator[Heard]:
    for recorded in said:
        if isinstance(turn := recorded.event, TurnTranscribed):
            yield Heard(
                position=recorded.position,
                at=recorded.at,
                person=turn.person,
                name=known.name(turn.person),
                started=turn.started,
                ended=turn.ended,
                text=ERASED if turn.person in known.erased else turn.text,
            )
