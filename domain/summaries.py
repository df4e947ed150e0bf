"""What is left of a room when it is closed: what was worked on, what is open, and who might review what."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated

from msgspec import Meta, Struct

from domain.called import Call, recorded
from domain.deciding import Command, Decider
from domain.errors import Refused
from domain.events import Context, Event, Query, about
from domain.identity import PersonId, ProblemId, RoomId, Words
from domain.interventions import ModelAsked, OnlyTheFacilitator, Source
from domain.rooms import RoomClosed, RoomOpened, UnknownRoom

Worked = Annotated[tuple[ProblemId, ...], Meta(max_length=64)]


class RoomSummarised(Event, frozen=True, tag="room.summarised.v1"):
    """The group's part, for all who were in: nobody stands in it. `open` are those that nobody has solved."""

    room: RoomId
    text: Annotated[str, Meta(min_length=1, max_length=240)]
    worked_on: Worked
    open: Worked
    source: Source


class ReviewSuggested(Event, frozen=True, tag="room.review-suggested.v1"):
    """One person's part, for them and who teaches them: problems to look at again."""

    room: RoomId
    person: PersonId
    problems: Worked
    text: Words
    source: Source


class Suggestion(Struct, frozen=True, kw_only=True):
    """What one person might review."""

    person: PersonId
    problems: Worked
    text: Words


class SummariseRoom(Command, frozen=True, tag="summarise-room"):
    """Write down what is left of a closed room, once. `host` is on whose account a model was asked."""

    room: RoomId
    text: str
    worked_on: Worked
    open: Worked
    source: Source
    suggestions: tuple[Suggestion, ...] = ()
    call: Call | None = None


class NotClosedYet(Refused):
    """The room is still open."""


@dataclass
class SummaryState:
    """One room, and whether there is a summary of it."""

    host: str | None = None
    closed: bool = False
    done: bool = False
    calls: set[str] = field(default_factory=set[str])


def evolve(state: SummaryState, event: Event) -> SummaryState:
    """Fold one event."""
    match event:
        case RoomOpened():
            state.host = event.host
        case RoomClosed():
            state.closed = True
        case RoomSummarised():
            state.done = True
        case ModelAsked():
            state.calls.add(event.intervention)
        case _:
            pass
    return state


def boundary(command: SummariseRoom, context: Context) -> Query:
    """The room's life and its summary."""
    calls = [] if command.call is None else [command.call.item]
    life = about(f"room:{command.room}", RoomOpened, RoomClosed, RoomSummarised, ReviewSuggested)
    return Query((life, *calls))


def decide(command: SummariseRoom, state: SummaryState, context: Context) -> Sequence[Event]:
    """The group's part and one for each person who might review something, once."""
    if context.role != "service":
        raise OnlyTheFacilitator
    if state.host is None:
        raise UnknownRoom
    if not state.closed:
        raise NotClosedYet
    called = recorded(command.call, state.host, state.calls)
    if state.done:
        return called
    group = RoomSummarised(
        room=command.room,
        text=command.text,
        worked_on=command.worked_on,
        open=command.open,
        source=command.source,
    )
    reviews = [
        ReviewSuggested(
            room=command.room,
            person=each.person,
            problems=each.problems,
            text=each.text,
            source="template",
        )
        for each in command.suggestions
    ]
    return [*called, group, *reviews]


SUMMARIES: Decider[SummariseRoom, SummaryState] = Decider(boundary, SummaryState, evolve, decide)
