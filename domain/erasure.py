"""Erasing a person: what is on record stays, and what is personal in it can be read by nobody any more."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from domain.deciding import Command, Decider
from domain.events import Context, Event, Query, about
from domain.helping import HelpAsked, HelpGiven
from domain.identity import PersonId
from domain.interventions import InterventionDelivered, InterventionProposed
from domain.people import OnlyForAdmins, PersonErased, PersonRegistered, UnknownPerson
from domain.practice import AnswerGiven
from domain.rooms import MessageSent, RoomJoined, RoomLeft
from domain.summaries import ReviewSuggested
from domain.transcripts import TurnTranscribed


class ErasePerson(Command, frozen=True, tag="erase-person"):
    """Erase a person for good, whoever they are in: nobody can ever register under this id again."""

    person: PersonId


@dataclass
class Trace:
    """What a person has left. `rooms` are those with words of theirs or to them, in order."""

    known: bool = False
    erased: bool = False
    rooms: dict[str, None] = field(default_factory=dict[str, None])
    inside: str | None = None


TRACES = (
    PersonRegistered,
    PersonErased,
    RoomJoined,
    RoomLeft,
    MessageSent,
    InterventionProposed,
    InterventionDelivered,
    AnswerGiven,
    TurnTranscribed,
    HelpAsked,
    HelpGiven,
    ReviewSuggested,
)
"""Whoever never registered and took part all the same can be erased too."""
SPOKEN_IN = (
    *(MessageSent, InterventionProposed, InterventionDelivered, TurnTranscribed),
    *(HelpAsked, HelpGiven, ReviewSuggested),
)
"""Words of theirs or to them, in a room."""


def evolve(state: Trace, event: Event) -> Trace:
    """Fold one event."""
    state.known = True
    if isinstance(event, SPOKEN_IN):
        state.rooms[event.room] = None
    match event:
        case PersonErased():
            state.erased = True
        case RoomJoined():
            state.inside = event.room
        case RoomLeft():
            state.inside = None if state.inside == event.room else state.inside
        case _:
            pass
    return state


def boundary(command: ErasePerson, context: Context) -> Query:
    """All that the person has left."""
    return Query((about(f"person:{command.person}", *TRACES),))


def decide(command: ErasePerson, state: Trace, context: Context) -> Sequence[Event]:
    """They leave the room that they are in, and are erased, once."""
    if context.role not in ("admin", "service"):
        raise OnlyForAdmins
    if not state.known:
        raise UnknownPerson
    if state.erased:
        return []
    left = [RoomLeft(room=state.inside, person=command.person, why="gone")] if state.inside else []
    return [*left, PersonErased(person=command.person, rooms=tuple(state.rooms))]


ERASURE: Decider[ErasePerson, Trace] = Decider(boundary, Trace, evolve, decide)
