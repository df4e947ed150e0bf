"""Recording: who lets a room be recorded, and which segment files hold whose sound."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal

from msgspec import Meta

from domain import hosting
from domain.deciding import Command, Decider
from domain.errors import Forbidden, Refused, Unknown
from domain.events import Context, Event, Query, about
from domain.hosting import RoomState
from domain.identity import ID_PATTERN, Key, Millis, PersonId, RoomId
from domain.people import ConsentGiven, PersonErased, PersonWasErased
from domain.rooms import (
    NotYourRoom,
    RoomClosed,
    RoomIsClosed,
    RoomJoined,
    RoomLeft,
    RoomOpened,
    UnknownRoom,
)

Sha256 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$(?!\n)")]
SoundId = Annotated[str, Meta(pattern=ID_PATTERN, extra={"tag": "sound"})]
"""One segment of one person's sound, which is one file."""
Codec = Literal["opus"]
Ending = Literal["asked", "full", "failed"]
"""Why a recording ended: somebody wished it, no room was left for files, or the disk failed."""
Gone = Literal["expired"]
"""Why a segment's file was removed: the time for which recordings are kept was over."""
HOST_OR_STAFF = ("tutor", "admin", "service")


class RecordingStarted(Event, frozen=True, tag="recording.started.v1"):
    """From now on the sound of those in the room who have agreed to it is kept."""

    room: RoomId
    recording: Key
    by: PersonId


class RecordingStopped(Event, frozen=True, tag="recording.stopped.v1"):
    """No sound of the room is kept any more. Closing the room ends a recording, too."""

    room: RoomId
    recording: Key
    why: Ending


class SegmentKept(Event, frozen=True, tag="recording.segment-kept.v1"):
    """A file holds a person's sound from `started` to `ended`, and has so many bytes and this SHA-256.

    The file is encrypted with the person's key; the hash is that of the encrypted file.
    """

    room: RoomId
    person: PersonId
    segment: SoundId
    recording: Key
    started: Millis
    ended: Millis
    codec: Codec
    size: Annotated[int, Meta(ge=1)]
    sha256: Sha256


class SegmentRemoved(Event, frozen=True, tag="recording.segment-removed.v1"):
    """The file of a segment was removed."""

    room: RoomId
    person: PersonId
    segment: SoundId
    why: Gone


class StartRecording(Command, frozen=True, tag="start-recording"):
    """Record the room. The recording's id makes a repeated request harmless."""

    room: RoomId
    recording: Key


class StopRecording(Command, frozen=True, tag="stop-recording"):
    """Record the room no longer."""

    room: RoomId
    why: Ending = "asked"


class KeepSegment(Command, frozen=True, tag="keep-segment"):
    """Have on record that a segment's file was written."""

    room: RoomId
    person: PersonId
    segment: SoundId
    recording: Key
    started: Millis
    ended: Millis
    size: Annotated[int, Meta(ge=1)]
    sha256: Sha256


class RemoveSegment(Command, frozen=True, tag="remove-segment"):
    """Have on record that a segment's file goes."""

    segment: SoundId
    why: Gone


RecordingCommand = StartRecording | StopRecording | KeepSegment | RemoveSegment


class OnlyWhoeverRecords(Forbidden):
    """Only the node that records may say what it has recorded."""


class UnknownRecording(Unknown):
    """There is no such recording."""


class UnknownSegment(Unknown):
    """There is no such segment of a recording."""


class SoundIsGone(Unknown):
    """This sound cannot be played any more."""


class AgreedToNoRecording(Refused):
    """This person has never agreed to being recorded."""


class RecordingIsOn(Refused):
    """The room is being recorded already."""


class NoRoomForRecordings(Refused):
    """There is no room for recordings left. Ask whoever runs this server to make some."""


@dataclass
class Recording:
    """What the log says of recording, as far as a decision needs it."""

    room: RoomState = field(default_factory=RoomState)
    recordings: set[str] = field(default_factory=set[str])
    running: str | None = None
    kept: SegmentKept | None = None
    removed: bool = False
    agreed: bool = False
    erased: bool = False

    @property
    def on(self) -> bool:
        """Whether the room is being recorded."""
        return self.running is not None and not self.room.closed


def evolve(state: Recording, event: Event) -> Recording:
    """Fold one event."""
    match event:
        case RecordingStarted():
            state.recordings.add(event.recording)
            state.running = event.recording
        case RecordingStopped():
            state.running = None
        case SegmentKept():
            state.kept = event
        case SegmentRemoved():
            state.removed = True
        case ConsentGiven():
            state.agreed = state.agreed or event.scope == "recording"
        case PersonErased():
            state.erased = True
        case _:
            hosting.evolve(state.room, event)
    return state


def boundary(command: RecordingCommand, context: Context) -> Query:
    """The room's life and its recordings; of a segment, what was said of it and of its person."""
    match command:
        case KeepSegment():
            return Query(
                (
                    about(f"sound:{command.segment}", SegmentKept),
                    about(f"room:{command.room}", RecordingStarted),
                    about(f"person:{command.person}", ConsentGiven, PersonErased),
                )
            )
        case RemoveSegment():
            return Query((about(f"sound:{command.segment}", SegmentKept, SegmentRemoved),))
        case _:
            life = (RoomOpened, RoomClosed, RoomJoined, RoomLeft)
            return Query((about(f"room:{command.room}", *life, RecordingStarted, RecordingStopped),))


def decide(command: RecordingCommand, state: Recording, context: Context) -> Sequence[Event]:
    """Dispatch; each command has its function."""
    match command:
        case StartRecording():
            return _start(command, state, context)
        case StopRecording():
            return _stop(command, state, context)
        case KeepSegment():
            return _keep(command, state, context)
        case RemoveSegment():
            return _remove(command, state, context)


def _check_runs(state: Recording, context: Context) -> None:
    if state.room.opened is None:
        raise UnknownRoom
    if context.actor != state.room.opened.host and context.role not in HOST_OR_STAFF:
        raise NotYourRoom


def _start(command: StartRecording, state: Recording, context: Context) -> Sequence[Event]:
    _check_runs(state, context)
    if command.recording in state.recordings:
        return []
    if state.room.closed:
        raise RoomIsClosed
    if state.running is not None:
        raise RecordingIsOn
    return [RecordingStarted(room=command.room, recording=command.recording, by=context.actor)]


def _stop(command: StopRecording, state: Recording, context: Context) -> Sequence[Event]:
    _check_runs(state, context)
    if state.running is None or state.room.closed:
        return []
    return [RecordingStopped(room=command.room, recording=state.running, why=command.why)]


def _keep(command: KeepSegment, state: Recording, context: Context) -> Sequence[Event]:
    if context.role != "service":
        raise OnlyWhoeverRecords
    if state.kept is not None:
        return []
    if command.recording not in state.recordings:
        raise UnknownRecording
    if state.erased:
        raise PersonWasErased
    if not state.agreed:
        raise AgreedToNoRecording
    return [
        SegmentKept(
            room=command.room,
            person=command.person,
            segment=command.segment,
            recording=command.recording,
            started=command.started,
            ended=command.ended,
            codec="opus",
            size=command.size,
            sha256=command.sha256,
        )
    ]


def _remove(command: RemoveSegment, state: Recording, context: Context) -> Sequence[Event]:
    if context.role != "service":
        raise OnlyWhoeverRecords
    if state.kept is None:
        raise UnknownSegment
    if state.removed:
        return []
    kept = state.kept
    return [SegmentRemoved(room=kept.room, person=kept.person, segment=kept.segment, why=command.why)]


RECORDING: Decider[RecordingCommand, Recording] = Decider(boundary, Recording, evolve, decide)
