"""The floor of a room: who may speak in it, whose hand is up, who may show a camera or a screen."""

from typing import Literal

from domain.deciding import Command
from domain.errors import Refused
from domain.events import Event
from domain.identity import PersonId, RoomId

Mode = Literal["open", "stage"]
"""Everybody may speak; or those who lead, and whoever they give the floor."""
SPEAKERS = 8
"""Persons who have the floor at once, at most."""
SHOWERS = 4
"""Persons of a room who may show their camera or screen at once, at most."""


class FloorModeSet(Event, frozen=True, tag="floor.mode-set.v1"):
    """From now on everybody may speak, or a stage does. Nobody has the floor yet; hands stay up."""

    room: RoomId
    mode: Mode
    by: PersonId


class HandRaised(Event, frozen=True, tag="floor.hand-raised.v1"):
    """A person wants to speak."""

    room: RoomId
    person: PersonId


class HandLowered(Event, frozen=True, tag="floor.hand-lowered.v1"):
    """A person does not want to speak any more, or was answered."""

    room: RoomId
    person: PersonId
    by: PersonId


class FloorGiven(Event, frozen=True, tag="floor.given.v1"):
    """A person has the floor: their hand is down, and they are muted no longer."""

    room: RoomId
    person: PersonId
    by: PersonId


class FloorTaken(Event, frozen=True, tag="floor.taken.v1"):
    """A person has the floor no longer: it was taken back, or they gave it back."""

    room: RoomId
    person: PersonId
    by: PersonId


class PersonMuted(Event, frozen=True, tag="floor.muted.v1"):
    """A person may not speak, whatever the mode, until they are unmuted."""

    room: RoomId
    person: PersonId
    by: PersonId


class PersonUnmuted(Event, frozen=True, tag="floor.unmuted.v1"):
    """A person may speak again, where the mode lets them."""

    room: RoomId
    person: PersonId
    by: PersonId


class ShowingAllowed(Event, frozen=True, tag="floor.showing-allowed.v1"):
    """A person may show their camera or their screen to the room."""

    room: RoomId
    person: PersonId
    by: PersonId


class ShowingEnded(Event, frozen=True, tag="floor.showing-ended.v1"):
    """A person may not show anything any more."""

    room: RoomId
    person: PersonId
    by: PersonId


CHANGES = (
    *(FloorModeSet, HandRaised, HandLowered, FloorGiven, FloorTaken),
    *(PersonMuted, PersonUnmuted, ShowingAllowed, ShowingEnded),
)


class SetFloorMode(Command, frozen=True, tag="set-floor-mode"):
    """Let everybody speak, or make a stage."""

    room: RoomId
    mode: Mode


class RaiseHand(Command, frozen=True, tag="raise-hand"):
    """Ask to speak."""

    room: RoomId


class LowerHand(Command, frozen=True, tag="lower-hand"):
    """Lower one's own hand; whoever leads the room may lower any."""

    room: RoomId
    person: PersonId


class GiveFloor(Command, frozen=True, tag="give-floor"):
    """Let a person speak."""

    room: RoomId
    person: PersonId


class TakeFloor(Command, frozen=True, tag="take-floor"):
    """Take the floor back from a person, or give it back."""

    room: RoomId
    person: PersonId


class Mute(Command, frozen=True, tag="mute"):
    """Let a person not be heard until they are unmuted."""

    room: RoomId
    person: PersonId


class Unmute(Command, frozen=True, tag="unmute"):
    """Let a person be heard again."""

    room: RoomId
    person: PersonId


class AllowShowing(Command, frozen=True, tag="allow-showing"):
    """Let a person show their camera or their screen."""

    room: RoomId
    person: PersonId


class EndShowing(Command, frozen=True, tag="end-showing"):
    """Let a person show nothing any more; anybody may end what they show themselves."""

    room: RoomId
    person: PersonId


Personal = LowerHand | GiveFloor | TakeFloor | Mute | Unmute | AllowShowing | EndShowing
FloorCommand = SetFloorMode | RaiseHand | Personal


class PersonNotInTheRoom(Refused):
    """This person is not in the room."""


class FloorIsFull(Refused):
    """Eight persons have the floor already. Take it back from one of them first."""


class TooManyShow(Refused):
    """Four persons may show their camera or screen already. End it for one of them first."""
