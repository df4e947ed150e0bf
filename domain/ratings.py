"""Whether what the facilitator said has helped, as those say who were in the room."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from domain.deciding import Command, Decider
from domain.events import Context, Event, Item, Query, about
from domain.identity import InterventionId, PersonId, RoomId
from domain.interventions import InterventionDelivered, UnknownIntervention
from domain.rooms import NotInTheRoom, RoomJoined

Helped = Literal["yes", "no", "withdrawn"]
"""Somebody's answer to "Did this help?"; whoever takes it back has given none."""


class InterventionRated(Event, frozen=True, tag="intervention.rated.v1"):
    """Somebody who was in the room says whether what was said there helped; the latest answer counts."""

    intervention: InterventionId
    room: RoomId
    person: PersonId
    helped: Helped


class RateIntervention(Command, frozen=True, tag="rate-intervention"):
    """Say whether it helped, or take that back. The last wish holds, so repeating it is harmless."""

    room: RoomId
    intervention: InterventionId
    helped: Helped


@dataclass
class Rated:
    """What was said, who was in the room, and who has rated it how."""

    delivered: bool = False
    joined: set[str] = field(default_factory=set[str])
    ratings: dict[str, Helped] = field(default_factory=dict[str, Helped])


def evolve(state: Rated, event: Event) -> Rated:
    """Fold one event."""
    match event:
        case RoomJoined():
            state.joined.add(event.person)
        case InterventionDelivered():
            state.delivered = True
        case InterventionRated():
            state.ratings[event.person] = event.helped
        case _:
            pass
    return state


def boundary(command: RateIntervention, context: Context) -> Query:
    """What was said, its ratings, and whether whoever asks has ever been in that room."""
    room = f"room:{command.room}"
    said = about(room, InterventionDelivered, InterventionRated)
    came = about(room, RoomJoined)
    return Query(
        (
            Item(types=said.types, tags=(room, f"intervention:{command.intervention}")),
            Item(types=came.types, tags=(room, f"person:{context.actor}")),
        )
    )


def decide(command: RateIntervention, state: Rated, context: Context) -> Sequence[Event]:
    """Whoever was in the room may rate what was said there, at any time; also when it is closed."""
    if context.actor not in state.joined:
        raise NotInTheRoom
    if not state.delivered:
        raise UnknownIntervention
    if state.ratings.get(context.actor, "withdrawn") == command.helped:
        return []
    return [
        InterventionRated(
            intervention=command.intervention,
            room=command.room,
            person=context.actor,
            helped=command.helped,
        )
    ]


RATINGS: Decider[RateIntervention, Rated] = Decider(boundary, Rated, evolve, decide)
