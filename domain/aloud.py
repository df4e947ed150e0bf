"""The facilitator's voice: whether what it says to a room is also said aloud there."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.deciding import Command, Decider
from domain.events import Context, Event, Query, about
from domain.identity import PersonId, RoomId
from domain.rooms import RoomClosed, RoomOpened
from domain.transcripts import must_set

FACILITATOR = "(facilitator)"
"""Who it is in the voice of a room: nobody can have this id, so what it says is nobody's turn."""


class FacilitatorVoiceSet(Event, frozen=True, tag="room.facilitator-voice-set.v1"):
    """From now on the facilitator speaks in the room's voice, or is only read."""

    room: RoomId
    on: bool
    by: PersonId


class SetFacilitatorVoice(Command, frozen=True, tag="set-facilitator-voice"):
    """Have the facilitator speak in the room's voice, or no longer."""

    room: RoomId
    on: bool


@dataclass
class Aloud:
    """Whether the facilitator speaks in the room; `open` is None for an unknown one."""

    open: bool | None = None
    on: bool = False


def evolve(state: Aloud, event: Event) -> Aloud:
    """Fold one event."""
    match event:
        case RoomOpened():
            state.open = True
        case RoomClosed():
            state.open = False
        case FacilitatorVoiceSet():
            state.on = event.on
        case _:
            pass
    return state


def boundary(command: SetFacilitatorVoice, context: Context) -> Query:
    """The room's life, and the setting."""
    return Query((about(f"room:{command.room}", RoomOpened, RoomClosed, FacilitatorVoiceSet),))


def decide(command: SetFacilitatorVoice, state: Aloud, context: Context) -> Sequence[Event]:
    """One event, if it changes anything."""
    must_set(context, state.open)
    if state.on == command.on:
        return []
    return [FacilitatorVoiceSet(room=command.room, on=command.on, by=context.actor)]


ALOUD: Decider[SetFacilitatorVoice, Aloud] = Decider(boundary, Aloud, evolve, decide)
