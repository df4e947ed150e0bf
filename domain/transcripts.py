"""Transcripts: speech written down, where a tutor has turned it on and for whoever has agreed to it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated

from msgspec import Meta

from domain.deciding import Command, Decider
from domain.errors import Forbidden, Refused
from domain.events import Context, Event, Query, about
from domain.identity import Key, Millis, PersonId, RoomId, Words
from domain.people import ConsentGiven, ConsentWithdrawn, PersonErased, Scope
from domain.rooms import RoomClosed, RoomIsClosed, RoomOpened, UnknownRoom
from domain.speech import LONGEST, NoSuchTurn, OnlyTheVoiceNode

NEEDED: frozenset[Scope] = frozenset({"voice", "transcript"})
"""What a person must have agreed to before anything they say is written down."""
Language = Annotated[str, Meta(pattern=r"^[a-z]{2,3}$(?!\n)")]
"""ISO 639; `und` if the recogniser did not say."""
Piece = Annotated[int, Meta(ge=0, le=1000)]


class TranscriptsSet(Event, frozen=True, tag="room.transcripts-set.v1"):
    """From now on what is said in the room is written down, of those who agreed to it, or nothing is."""

    room: RoomId
    on: bool
    by: PersonId


class TurnTranscribed(Event, frozen=True, tag="turn.transcribed.v1"):
    """What a person said, as a recogniser heard it; a long turn is written down in several pieces, from 0."""

    room: RoomId
    person: PersonId
    turn: Key
    piece: Piece
    started: Millis
    ended: Millis
    text: Words
    language: Language
    recogniser: str


class SetTranscripts(Command, frozen=True, tag="set-transcripts"):
    """Have what is said in the room written down, or no longer."""

    room: RoomId
    on: bool


class RecordTranscript(Command, frozen=True, tag="record-transcript"):
    """A turn of speech, or a piece of it, was written down."""

    room: RoomId
    person: PersonId
    turn: Key
    piece: Piece
    started: Millis
    ended: Millis
    text: Words
    language: Language
    recogniser: str


TranscriptCommand = SetTranscripts | RecordTranscript


class OnlyForTutors(Forbidden):
    """Only a tutor or an administrator may do this."""


class NotToBeWrittenDown(Refused):
    """The room does not have transcripts, or the person has not agreed to them."""


@dataclass
class Transcripts:
    """Whether the room has transcripts, what the person agreed to, and what is on record of the room."""

    open: bool | None = None
    on: bool = False
    consents: set[Scope] = field(default_factory=set[Scope])
    known: set[tuple[str, int]] = field(default_factory=set[tuple[str, int]])

    @property
    def agreed(self) -> bool:
        """Whether what the person says here may be written down."""
        return self.on and self.open is not None and self.consents >= NEEDED


def evolve(state: Transcripts, event: Event) -> Transcripts:
    """Fold one event."""
    match event:
        case RoomOpened():
            state.open = True
        case RoomClosed():
            state.open = False
        case TranscriptsSet():
            state.on = event.on
        case ConsentGiven():
            state.consents.add(event.scope)
        case ConsentWithdrawn():
            state.consents.discard(event.scope)
        case PersonErased():
            state.consents.clear()
        case TurnTranscribed():
            state.known.add((event.turn, event.piece))
        case _:
            pass
    return state


def boundary(command: TranscriptCommand, context: Context) -> Query:
    """The room's life and setting; to record, also what is on record of it, and the person's consents."""
    room = about(f"room:{command.room}", RoomOpened, RoomClosed, TranscriptsSet)
    if isinstance(command, SetTranscripts):
        return Query((room,))
    person = about(f"person:{command.person}", ConsentGiven, ConsentWithdrawn, PersonErased)
    return Query((room, about(f"room:{command.room}", TurnTranscribed), person))


def decide(command: TranscriptCommand, state: Transcripts, context: Context) -> Sequence[Event]:
    """Dispatch; each command has its function."""
    if isinstance(command, SetTranscripts):
        return _set(command, state, context)
    return _record(command, state, context)


def must_set(context: Context, is_open: bool | None) -> None:
    """Who may change what a room has on: tutors and administrators, while it is open."""
    if is_open is None:
        raise UnknownRoom
    if context.role not in ("tutor", "admin"):
        raise OnlyForTutors
    if not is_open:
        raise RoomIsClosed


def _set(command: SetTranscripts, state: Transcripts, context: Context) -> Sequence[Event]:
    must_set(context, state.open)
    if state.on == command.on:
        return []
    return [TranscriptsSet(room=command.room, on=command.on, by=context.actor)]


def _record(command: RecordTranscript, state: Transcripts, context: Context) -> Sequence[Event]:
    if context.role != "service":
        raise OnlyTheVoiceNode
    if not 0 < command.ended - command.started <= LONGEST:
        raise NoSuchTurn
    if (command.turn, command.piece) in state.known:
        return []
    if not state.agreed:
        raise NotToBeWrittenDown
    return [
        TurnTranscribed(
            room=command.room,
            person=command.person,
            turn=command.turn,
            piece=command.piece,
            started=command.started,
            ended=command.ended,
            text=command.text,
            language=command.language,
            recogniser=command.recogniser,
        )
    ]


TRANSCRIPTS: Decider[TranscriptCommand, Transcripts] = Decider(boundary, Transcripts, evolve, decide)
