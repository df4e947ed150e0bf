"""Text to the model: whether what the people of a room say and write may help the model find words for it."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.deciding import Command, Decider
from domain.events import Context, Event, Query, about
from domain.identity import PersonId, RoomId
from domain.rooms import RoomClosed, RoomOpened
from domain.transcripts import must_set


class TextToModelSet(Event, frozen=True, tag="room.text-to-model-set.v1"):
    """From now on the room's latest lines may be shown to the model, of those who agreed, or none are."""

    room: RoomId
    on: bool
    by: PersonId


class SetTextToModel(Command, frozen=True, tag="set-text-to-model"):
    """Have the room's latest lines shown to the model when it is asked for words, or no longer."""

    room: RoomId
    on: bool


@dataclass
class TextToModel:
    """Whether text of the room may go to the model; `open` is None for an unknown room."""

    open: bool | None = None
    on: bool = False


def evolve(state: TextToModel, event: Event) -> TextToModel:
    """Fold one event."""
    match event:
        case RoomOpened():
            state.open = True
        case RoomClosed():
            state.open = False
        case TextToModelSet():
            state.on = event.on
        case _:
            pass
    return state


def boundary(command: SetTextToModel, context: Context) -> Query:
    """The room's life, and the setting."""
    return Query((about(f"room:{command.room}", RoomOpened, RoomClosed, TextToModelSet),))


def decide(command: SetTextToModel, state: TextToModel, context: Context) -> Sequence[Event]:
    """One event, if it changes anything."""
    must_set(context, state.open)
    if state.on == command.on:
        return []
    return [TextToModelSet(room=command.room, on=command.on, by=context.actor)]


TEXT_TO_MODEL: Decider[SetTextToModel, TextToModel] = Decider(boundary, TextToModel, evolve, decide)
