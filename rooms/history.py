"""A room as it was at an instant: a pure fold over the events of the room, from the log alone."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime

from msgspec import Struct

from domain.events import Recorded
from domain.identity import ERASED, Millis
from domain.interventions import InterventionDelivered
from domain.rooms import BoardEdited, MessageSent, RoomJoined, RoomLeft, RoomOpened, Run, TurnTaken
from rooms.board.authorship import Authors
from rooms.board.document import TEXT, Document, restored


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


class BoardThen(Struct, frozen=True, kw_only=True):
    """The board."""

    text: str


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


class RoomAsOf:
    """Fold every event of one room (tag `room:<id>`) in order with `apply`, then ask with `answer`.

    What stands behind `position`, or is later than `time`, is no part of the room then. Only the end of
    its history (`last`) is taken from there, and the turns of speech that were going on: a turn is recorded
    when it ends. Once it is `past`, a reader may leave out everything else: see `rooms/past.py`.
    """

    def __init__(self, room: str, *, position: int | None = None, time: datetime | None = None) -> None:
        self._room = room
        self._upto = position
        self._time = time
        self.past = False
        self._position = self._first = self.last = 0
        self._at: datetime | None = None
        self._title = ""
        self._runs: list[Run] = []
        self._authors = Authors()
        self._members: dict[str, None] = {}
        self._turns: list[TurnTaken] = []
        self._later_turns: list[TurnTaken] = []
        self._messages: list[tuple[Recorded, MessageSent]] = []
        self._words: list[tuple[Recorded, InterventionDelivered]] = []

    def apply(self, recorded: Recorded) -> None:
        """Fold one event."""
        self._first = self._first or recorded.position
        self.last = recorded.position
        self.past = self.past or self._is_past(recorded)
        if not self.past:
            self._position, self._at = recorded.position, recorded.at
            self._fold(recorded)
        elif isinstance(recorded.event, TurnTaken):
            self._later_turns.append(recorded.event)

    def _is_past(self, recorded: Recorded) -> bool:
        if self._upto is not None and recorded.position > self._upto:
            return True
        return self._time is not None and recorded.at > self._time

    def _fold(self, recorded: Recorded) -> None:
        match recorded.event:
            case BoardEdited() as edited:
                self._runs += edited.runs
                self._authors.add(edited.runs)
            case RoomOpened() as opened:
                self._title = opened.title
            case RoomJoined() as joined:
                self._members[joined.person] = None
            case RoomLeft() as left:
                self._members.pop(left.person, None)
            case TurnTaken() as turn:
                self._turns.append(turn)
            case MessageSent() as message:
                self._messages.append((recorded, message))
            case InterventionDelivered() as word:
                self._words.append((recorded, word))
            case _:
                pass

    def answer(self, names: Mapping[str, str], erased: Collection[str] = ()) -> RoomThen:
        """The room then; `names` says what people are called, and whoever it lacks goes by their id.

        Of those who were `erased`, whenever that was, no name and no word is shown.
        """
        names = {**names, **dict.fromkeys(erased, ERASED)}
        document = restored(self._runs)
        return RoomThen(
            room=self._room,
            title=self._title,
            position=self._position,
            time=self._instant(),
            first=self._first,
            last=self.last,
            board=BoardThen(text=document.text()),
            authors=tuple(self._written(document, names, erased)),
            members=tuple(Member(person=p, name=names.get(p, p)) for p in self._members),
            spoke=tuple(self._spoken(names)),
            speaking=self._speaking(),
            messages=tuple(_message(recorded, sent, names, erased) for recorded, sent in self._messages),
            facilitator=tuple(_word(recorded, word, names, erased) for recorded, word in self._words),
        )

    def _instant(self) -> datetime | None:
        return self._time or self._at

    def _now(self) -> Millis:
        instant = self._instant()
        return round(instant.timestamp() * 1000) if instant else 0

    def _written(
        self, document: Document, names: Mapping[str, str], erased: Collection[str]
    ) -> Iterator[Author]:
        counts: Counter[str | None] = Counter()
        for person, characters in self._authors.characters(document.whole(), TEXT).items():
            counts[None if person in erased else person] += characters
        for person, characters in sorted(counts.items(), key=lambda count: (-count[1], count[0] or "")):
            name = ERASED if person is None else names.get(person, person)
            yield Author(person=person or "", name=name, characters=characters)

    def _spoken(self, names: Mapping[str, str]) -> Iterator[Speaker]:
        now = self._now()
        talk: dict[str, list[int]] = {}
        for turn in self._turns:
            talk.setdefault(turn.person, []).append(turn.ended - turn.started)
        for turn in _begun(self._later_turns, now):
            talk.setdefault(turn.person, []).append(min(turn.ended, now) - turn.started)
        for person, lengths in sorted(talk.items()):
            name = names.get(person, person)
            yield Speaker(person=person, name=name, talk_ms=sum(lengths), turns=len(lengths))

    def _speaking(self) -> tuple[str, ...]:
        now = self._now()
        turns = _begun([*self._turns, *self._later_turns], now)
        return tuple(sorted({turn.person for turn in turns if now < turn.ended}))


def _begun(turns: Iterable[TurnTaken], now: Millis) -> Iterator[TurnTaken]:
    return (turn for turn in turns if turn.started <= now)


def _message(
    recorded: Recorded, sent: MessageSent, names: Mapping[str, str], erased: Collection[str]
) -> Message:
    return Message(
        position=recorded.position,
        at=recorded.at,
        person=sent.person,
        name=names.get(sent.person, sent.person),
        text=ERASED if sent.person in erased else sent.text,
    )


def _word(
    recorded: Recorded, word: InterventionDelivered, names: Mapping[str, str], erased: Collection[str]
) -> Word:
    return Word(
        position=recorded.position,
        at=recorded.at,
        person=word.person,
        name=names.get(word.person, word.person),
        text=ERASED if word.person in erased else word.text,
        why=word.why,
        source=word.source,
    )
