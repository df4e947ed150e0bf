"""The floor decided: whoever leads a room says who may speak and show in it, others raise their hands."""

from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field as part

from msgspec import Struct, field

from domain import hosting
from domain.deciding import Decider
from domain.events import Context, Event, Query, Role, about
from domain.floor import (
    SHOWERS,
    SPEAKERS,
    AllowShowing,
    EndShowing,
    FloorCommand,
    FloorGiven,
    FloorIsFull,
    FloorModeSet,
    FloorTaken,
    GiveFloor,
    HandLowered,
    HandRaised,
    LowerHand,
    Mode,
    Mute,
    Personal,
    PersonMuted,
    PersonNotInTheRoom,
    PersonUnmuted,
    RaiseHand,
    SetFloorMode,
    ShowingAllowed,
    ShowingEnded,
    TakeFloor,
    TooManyShow,
    Unmute,
)
from domain.hosting import RoomState
from domain.rooms import (
    NotInTheRoom,
    NotYourRoom,
    RoomClosed,
    RoomIsClosed,
    RoomJoined,
    RoomLeft,
    RoomOpened,
    UnknownRoom,
)

LEADING: tuple[Role, ...] = ("tutor", "admin", "service")
LIFE = (RoomOpened, RoomClosed, RoomJoined, RoomLeft)
CHANGES = (
    *(FloorModeSet, HandRaised, HandLowered, FloorGiven, FloorTaken),
    *(PersonMuted, PersonUnmuted, ShowingAllowed, ShowingEnded),
)
ONES_OWN = (LowerHand, TakeFloor, EndShowing)
"""What everybody may do where it concerns themselves."""
Changed = HandLowered | FloorGiven | FloorTaken | PersonMuted | PersonUnmuted | ShowingAllowed | ShowingEnded
ASKED: dict[type[Personal], tuple[str, bool, type[Changed]]] = {
    LowerHand: ("hands", False, HandLowered),
    GiveFloor: ("speakers", True, FloorGiven),
    TakeFloor: ("speakers", False, FloorTaken),
    Mute: ("muted", True, PersonMuted),
    Unmute: ("muted", False, PersonUnmuted),
    AllowShowing: ("showing", True, ShowingAllowed),
    EndShowing: ("showing", False, ShowingEnded),
}
"""Of whom a command speaks: the list, whether they shall stand in it, and the event that makes it so."""


class Floor(Struct):
    """Who may speak and show in a room, and who wants to: persons in the order in which it came to be."""

    mode: Mode = "open"
    hands: list[str] = field(default_factory=list[str])
    speakers: list[str] = field(default_factory=list[str])
    muted: list[str] = field(default_factory=list[str])
    showing: list[str] = field(default_factory=list[str])


def fold(floor: Floor, event: Event) -> None:
    """Fold one event of the room. Whoever leaves it is still muted when they come back."""
    match event:
        case FloorModeSet():
            floor.mode = event.mode
            floor.speakers.clear()
        case FloorGiven():
            _drop(event.person, floor.hands, floor.muted, floor.speakers)
            floor.speakers.append(event.person)
        case RoomLeft():
            _drop(event.person, floor.hands, floor.speakers, floor.showing)
        case HandRaised():
            floor.hands.append(event.person)
        case PersonMuted():
            floor.muted.append(event.person)
        case ShowingAllowed():
            floor.showing.append(event.person)
        case _:
            _fold_end(floor, event)


def _fold_end(floor: Floor, event: Event) -> None:
    match event:
        case HandLowered():
            _drop(event.person, floor.hands)
        case FloorTaken():
            _drop(event.person, floor.speakers)
        case PersonUnmuted():
            _drop(event.person, floor.muted)
        case ShowingEnded():
            _drop(event.person, floor.showing)
        case _:
            pass


def _drop(person: str, *lists: list[str]) -> None:
    for persons in lists:
        if person in persons:
            persons.remove(person)


@dataclass
class FloorState:
    """A room, and its floor."""

    room: RoomState = part(default_factory=RoomState)
    floor: Floor = part(default_factory=Floor)


def leads(state: FloorState, person: str, role: Role) -> bool:
    """Whether somebody leads the room: its host, and the staff."""
    return role in LEADING or (state.room.opened is not None and state.room.opened.host == person)


def may_speak(state: FloorState, person: str, role: Role) -> bool:
    """Whether a member may speak."""
    if person in state.floor.muted:
        return False
    return state.floor.mode == "open" or person in state.floor.speakers or leads(state, person, role)


def may_show(state: FloorState, person: str) -> bool:
    """Whether a member may show their camera or screen."""
    return person in state.floor.showing


def evolve(state: FloorState, event: Event) -> FloorState:
    """Fold one event."""
    hosting.evolve(state.room, event)
    fold(state.floor, event)
    return state


def boundary(command: FloorCommand, context: Context) -> Query:
    """The room's life and members, and its floor."""
    return Query((about(f"room:{command.room}", *LIFE, *CHANGES),))


def decide(command: FloorCommand, state: FloorState, context: Context) -> Sequence[Event]:
    """Only whoever leads decides for others, and only while the room is open."""
    if state.room.opened is None:
        raise UnknownRoom
    own = isinstance(command, ONES_OWN) and command.person == context.actor
    if not (own or isinstance(command, RaiseHand) or leads(state, context.actor, context.role)):
        raise NotYourRoom
    if state.room.closed:
        raise RoomIsClosed
    match command:
        case RaiseHand():
            return _raise(command, state, context)
        case SetFloorMode():
            same = command.mode == state.floor.mode
            return [] if same else [FloorModeSet(room=command.room, mode=command.mode, by=context.actor)]
        case _:
            return _decide_for(command, state, context)


def _raise(command: RaiseHand, state: FloorState, context: Context) -> Sequence[Event]:
    if context.actor not in state.room.members(command.room):
        raise NotInTheRoom
    if context.actor in state.floor.hands:
        return []
    return [HandRaised(room=command.room, person=context.actor)]


def _decide_for(command: Personal, state: FloorState, context: Context) -> Sequence[Event]:
    event = _wanted(command, state.floor)
    if event is None:
        return []
    if isinstance(command, GiveFloor | Mute | AllowShowing):
        _check_place(command, state)
    return [event(room=command.room, person=command.person, by=context.actor)]


def _wanted(command: Personal, floor: Floor) -> type[Changed] | None:
    """The event that the command asks for; nothing if it is so already."""
    listed, there, event = ASKED[type(command)]
    persons: list[str] = getattr(floor, listed)
    so = (command.person in persons) == there
    if isinstance(command, GiveFloor) and command.person in floor.muted:
        so = False
    return None if so else event


def _check_place(command: GiveFloor | Mute | AllowShowing, state: FloorState) -> None:
    if command.person not in state.room.members(command.room):
        raise PersonNotInTheRoom
    floor = state.floor
    match command:
        case GiveFloor() if command.person not in floor.speakers and len(floor.speakers) >= SPEAKERS:
            raise FloorIsFull
        case AllowShowing() if len(floor.showing) >= SHOWERS:
            raise TooManyShow
        case _:
            pass


FLOOR: Decider[FloorCommand, FloorState] = Decider(boundary, FloorState, evolve, decide)
