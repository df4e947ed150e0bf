"""Turns of speech, recorded once each."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from domain.deciding import Command, Decider
from domain.errors import Forbidden, Invalid
from domain.events import Context, Event, Query, about
from domain.identity import Key, Millis, PersonId, RoomId
from domain.rooms import TurnTaken

LONGEST = 3_600_000
"""Milliseconds; nobody speaks for longer in one turn."""


class RecordTurn(Command, frozen=True, tag="record-turn"):
    """A person's turn of speech is over; both instants in milliseconds since the epoch."""

    room: RoomId
    person: PersonId
    turn: Key
    started: Millis
    ended: Millis


class OnlyTheVoiceNode(Forbidden):
    """Only the node that carries the voice may record turns of speech."""


class NoSuchTurn(Invalid):
    """A turn of speech ends after it has begun, and within an hour."""


@dataclass
class Turns:
    """The turns of one room that are on record."""

    known: set[str] = field(default_factory=set[str])


def evolve(state: Turns, event: Event) -> Turns:
    """Fold one event."""
    if isinstance(event, TurnTaken):
        state.known.add(event.turn)
    return state


def boundary(command: RecordTurn, context: Context) -> Query:
    """The turns of the room."""
    return Query((about(f"room:{command.room}", TurnTaken),))


def decide(command: RecordTurn, state: Turns, context: Context) -> Sequence[Event]:
    """One event, once."""
    if context.role != "service":
        raise OnlyTheVoiceNode
    if not 0 < command.ended - command.started <= LONGEST:
        raise NoSuchTurn
    if command.turn in state.known:
        return []
    return [
        TurnTaken(
            room=command.room,
            person=command.person,
            turn=command.turn,
            started=command.started,
            ended=command.ended,
        )
    ]


TURNS: Decider[RecordTurn, Turns] = Decider(boundary, Turns, evolve, decide)
