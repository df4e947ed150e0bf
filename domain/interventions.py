"""Interventions: what the facilitator noticed, decided, asked the model, and said; all of it on record."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal

from msgspec import Meta

from domain.deciding import Command, Decider
from domain.errors import Forbidden, Invalid, Refused, Unknown
from domain.events import Context, Event, Query, about
from domain.identity import InterventionId, Millis, PersonId, RoomId, Words
from domain.model_calls import LONGEST, ModelTextsKept
from domain.rooms import RoomClosed, RoomJoined, RoomLeft, RoomOpened

Detector = Literal["quiet", "dominance"]
Source = Literal["template", "model"]
Evidence = Annotated[str, Meta(min_length=1, max_length=400)]
"""One sentence that anyone can check, with figures and without names or speech."""


class InterventionDecided(Event, frozen=True, tag="intervention.decided.v1"):
    """The facilitator decided to speak: which detector, to whom, on what evidence, at which moment.

    `policy` names the thresholds in force; `seen` is the position in the log up to which the picture
    of the group had been folded, so that the decision can be replayed.
    """

    intervention: InterventionId
    room: RoomId
    person: PersonId
    detector: Detector
    evidence: Evidence
    policy: str
    seen: int
    moment: Millis


class ModelAsked(Event, frozen=True, tag="intervention.model-asked.v1"):
    """A model was asked for words. `prompt` is the SHA-256 of what was sent, in hexadecimal."""

    intervention: InterventionId
    room: RoomId
    model: str
    prompt: str


class ModelAnswered(Event, frozen=True, tag="intervention.model-answered.v1"):
    """The model's answer, or why there was none; `tokens` are (read, written).

    Of those that were read, `cached` are (from the service's cache, into it): they have prices of their own.
    """

    intervention: InterventionId
    room: RoomId
    outcome: Literal["used", "rejected", "late", "failed"]
    reason: str
    tokens: tuple[int, int]
    took: Millis
    cached: tuple[int, int] = (0, 0)


class InterventionDelivered(Event, frozen=True, tag="intervention.delivered.v1"):
    """What the room was told, and why, in words that anyone can read."""

    intervention: InterventionId
    room: RoomId
    person: PersonId
    text: Words
    why: Evidence
    source: Source


class DecideIntervention(Command, frozen=True, tag="decide-intervention"):
    """Open an intervention, if cool-downs and budget allow."""

    intervention: InterventionId
    room: RoomId
    person: PersonId
    detector: Detector
    evidence: Evidence
    policy: str
    seen: int
    moment: Millis
    group_cooldown: Millis
    person_cooldown: Millis
    hourly: int


class RecordModelCall(Command, frozen=True, tag="record-model-call"):
    """Record one question to a model with its outcome, and the texts of both, if they are to be kept."""

    asked: ModelAsked
    answered: ModelAnswered
    request: str = ""
    answer: str = ""

    @property
    def room(self) -> str:
        """The room that it was for."""
        return self.asked.room


class DeliverIntervention(Command, frozen=True, tag="deliver-intervention"):
    """Say it, once."""

    intervention: InterventionId
    room: RoomId
    text: Words
    source: Source


InterventionCommand = DecideIntervention | RecordModelCall | DeliverIntervention

HOUR = 3_600_000


class CoolingDown(Refused):
    """It is too early for another intervention."""


class NoOpenRoom(Unknown):
    """There is no such open room."""


class NobodyToAddress(Refused):
    """The person is not in the room any more."""


class UnknownIntervention(Unknown):
    """There is no such intervention."""


class TwoInterventions(Invalid):
    """A question to a model and its answer belong to one intervention in one room."""


class OnlyTheFacilitator(Forbidden):
    """Only the facilitator may do this."""


@dataclass
class Interventions:
    """What was decided and said in one room."""

    open: bool = False
    members: set[str] = field(default_factory=set[str])
    decided: dict[str, InterventionDecided] = field(default_factory=dict[str, InterventionDecided])
    asked: set[str] = field(default_factory=set[str])
    delivered: set[str] = field(default_factory=set[str])


def evolve(state: Interventions, event: Event) -> Interventions:
    """Fold one event."""
    match event:
        case RoomOpened():
            state.open = True
        case RoomClosed():
            state.open = False
        case RoomJoined():
            state.members.add(event.person)
        case RoomLeft():
            state.members.discard(event.person)
        case InterventionDecided():
            state.decided[event.intervention] = event
        case ModelAsked():
            state.asked.add(event.intervention)
        case InterventionDelivered():
            state.delivered.add(event.intervention)
        case _:
            pass
    return state


def boundary(command: InterventionCommand, context: Context) -> Query:
    """Everything the facilitator did in the room; to decide, also who is there."""
    tag = f"room:{command.room}"
    life = about(tag, RoomOpened, RoomClosed)
    match command:
        case DecideIntervention():
            return Query((life, about(tag, RoomJoined, RoomLeft, InterventionDecided)))
        case RecordModelCall():
            return Query((life, about(tag, InterventionDecided, ModelAsked, ModelTextsKept, ModelAnswered)))
        case DeliverIntervention():
            return Query((life, about(tag, InterventionDecided, InterventionDelivered)))


def decide(command: InterventionCommand, state: Interventions, context: Context) -> Sequence[Event]:
    """Dispatch; each command has its function."""
    if context.role != "service":
        raise OnlyTheFacilitator
    if not state.open and not isinstance(command, RecordModelCall):
        raise NoOpenRoom  # but a call that was made stays on record, whatever became of the room
    match command:
        case DecideIntervention():
            return _decide(command, state)
        case RecordModelCall():
            return _record(command, state)
        case DeliverIntervention():
            return _deliver(command, state)


def _decide(command: DecideIntervention, state: Interventions) -> Sequence[Event]:
    if command.intervention in state.decided:
        return []
    if command.person not in state.members:
        raise NobodyToAddress
    for earlier in state.decided.values():
        cooldown = command.person_cooldown if earlier.person == command.person else command.group_cooldown
        if command.moment - earlier.moment < max(cooldown, command.group_cooldown):
            raise CoolingDown
    recent = sum(command.moment - earlier.moment < HOUR for earlier in state.decided.values())
    if recent >= command.hourly:
        raise CoolingDown
    return [
        InterventionDecided(
            intervention=command.intervention,
            room=command.room,
            person=command.person,
            detector=command.detector,
            evidence=command.evidence,
            policy=command.policy,
            seen=command.seen,
            moment=command.moment,
        )
    ]


def _record(command: RecordModelCall, state: Interventions) -> Sequence[Event]:
    asked, answered = command.asked, command.answered
    if (asked.intervention, asked.room) != (answered.intervention, answered.room):
        raise TwoInterventions
    decided = state.decided.get(asked.intervention)
    if decided is None:
        raise UnknownIntervention
    if asked.intervention in state.asked:
        return []
    if not command.request:
        return [asked, answered]
    texts = ModelTextsKept(
        intervention=asked.intervention,
        room=asked.room,
        person=decided.person,
        request=command.request[:LONGEST],
        answer=command.answer[:LONGEST],
    )
    return [asked, texts, answered]


def _deliver(command: DeliverIntervention, state: Interventions) -> Sequence[Event]:
    decided = state.decided.get(command.intervention)
    if decided is None:
        raise UnknownIntervention
    if command.intervention in state.delivered:
        return []
    return [
        InterventionDelivered(
            intervention=command.intervention,
            room=command.room,
            person=decided.person,
            text=command.text,
            why=decided.evidence,
            source=command.source,
        )
    ]


INTERVENTIONS: Decider[InterventionCommand, Interventions] = Decider(boundary, Interventions, evolve, decide)
