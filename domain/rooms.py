"""Study rooms: who is in, what is said in writing, what is edited on the board, who spoke when."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from domain.deciding import Command
from domain.errors import Forbidden, Invalid, Refused, Unknown
from domain.events import Event, Instant
from domain.identity import Key, Millis, PersonId, ProblemId, RoomId, Title, Words

LARGEST = 200
"""Members of a room, at most; all of them may be in its voice."""
Capacity = Annotated[int, Meta(ge=1, le=LARGEST)]
Leaving = Literal["left", "moved", "gone", "closed"]
Phase = Literal["work", "break", "off"]
IN_TEXT = r"(?:text|code|scratchpad)@(?:[0-9]{1,16}:[0-9]{1,10}|end)"
PLACE_PATTERN = rf"^(?:shape@[A-Za-z0-9_-]{{1,64}}|{IN_TEXT})$(?!\n)"
Place = Annotated[str, Meta(pattern=PLACE_PATTERN)]
"""A place on the board: a shape, or before the character with this Yjs id, or the end of a text.

It is no free text: what people write is encrypted in the log, and this is not."""


class RoomOpened(Event, frozen=True, tag="room.opened.v1"):
    """A room can be joined."""

    room: RoomId
    title: Title
    capacity: Capacity
    host: PersonId


class RoomJoined(Event, frozen=True, tag="room.joined.v1"):
    """A person is in the room."""

    room: RoomId
    person: PersonId


class RoomLeft(Event, frozen=True, tag="room.left.v1"):
    """A person is in the room no longer: left, moved to another, gone without a word, or it closed."""

    room: RoomId
    person: PersonId
    why: Leaving


class RoomClosed(Event, frozen=True, tag="room.closed.v1"):
    """Nobody can join the room any more; its history stays."""

    room: RoomId


class MessageSent(Event, frozen=True, tag="room.message-sent.v1"):
    """A person wrote a message to the room."""

    room: RoomId
    person: PersonId
    message: Key
    text: Words
    anchor: Place | None = None


class TimerSet(Event, frozen=True, tag="room.timer-set.v1"):
    """The room works, or rests, until `ends`; a phase of "off" stops the timer."""

    room: RoomId
    person: PersonId
    phase: Phase
    ends: Instant


class ProblemPosed(Event, frozen=True, tag="room.problem-posed.v1"):
    """The room works on this problem from now on."""

    room: RoomId
    problem: ProblemId
    person: PersonId


class Run(Struct, frozen=True, kw_only=True, gc=False, omit_defaults=True):
    """Updates of one author in the order in which the board applied them, as Yjs v1 update bytes.

    `by` is who brought it back from the board's history: the author did nothing now."""

    person: PersonId
    client: int
    update: bytes
    by: PersonId | None = None


class BoardEdited(Event, frozen=True, tag="board.edited.v1"):
    """What was edited within one window (at most 500 ms), as the ordered runs of its authors."""

    room: RoomId
    runs: tuple[Run, ...]


class TurnTaken(Event, frozen=True, tag="turn.taken.v1"):
    """A person spoke, from `started` to `ended`."""

    room: RoomId
    person: PersonId
    turn: Key
    started: Millis
    ended: Millis


class OpenRoom(Command, frozen=True, tag="open-room"):
    """Open a room."""

    room: RoomId
    title: Title
    capacity: Capacity = 8


class JoinRoom(Command, frozen=True, tag="join-room"):
    """Enter a room; whoever is in another room moves."""

    room: RoomId


class LeaveRoom(Command, frozen=True, tag="leave-room"):
    """Leave a room. A service says whom it means: somebody who has gone without a word."""

    room: RoomId
    person: PersonId | None = None


class CloseRoom(Command, frozen=True, tag="close-room"):
    """Close a room for good."""

    room: RoomId


class SendMessage(Command, frozen=True, tag="send-message"):
    """Write to the room. The message's id makes a repeated request harmless."""

    room: RoomId
    message: Key
    text: Words
    anchor: Place | None = None


class SetTimer(Command, frozen=True, tag="set-timer"):
    """Start or stop the room's timer."""

    room: RoomId
    phase: Phase
    ends: Instant


class PoseProblem(Command, frozen=True, tag="pose-problem"):
    """Give the room a problem to work on."""

    room: RoomId
    problem: ProblemId


RoomCommand = OpenRoom | JoinRoom | LeaveRoom | CloseRoom | SendMessage | SetTimer | PoseProblem


class UnknownRoom(Unknown):
    """There is no such room."""


class RoomIsClosed(Refused):
    """The room is closed."""


class RoomIsFull(Refused):
    """The room is full."""


class RoomIdTaken(Refused):
    """Another room has this id already."""


class NotInTheRoom(Forbidden):
    """You are not in this room."""


class NotYourRoom(Forbidden):
    """Only the room's host, a tutor or an administrator may do this."""


class MessageIdTaken(Refused):
    """Somebody else's message has this id already."""


class TimerOutOfReach(Invalid):
    """A timer must end within 24 hours from now."""
