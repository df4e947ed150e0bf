"""Interventions decided: within cool-downs and budget, said once or held out by lot, approved, measured."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from domain.deciding import Decider
from domain.events import Context, Event, Query, about
from domain.guidance import CallsAllowed, CallsDeclined, FacilitatorMode, FacilitatorModeSet
from domain.interventions import (
    HOUR,
    ApproveIntervention,
    CallsAreDeclined,
    CoolingDown,
    DecideIntervention,
    DeliverIntervention,
    FacilitatorMuted,
    InterventionCommand,
    InterventionDecided,
    InterventionDelivered,
    InterventionHeldOut,
    InterventionProposed,
    InterventionWithheld,
    ModelAnswered,
    ModelAsked,
    NobodyToAddress,
    NoOpenRoom,
    NothingToApprove,
    NothingToMeasure,
    OnlyTheFacilitator,
    OutcomeMeasured,
    RecordModelCall,
    RecordOutcome,
    TwoInterventions,
    UnknownIntervention,
    WithholdIntervention,
)
from domain.model_calls import LONGEST, ModelTextsKept
from domain.rooms import RoomClosed, RoomJoined, RoomLeft, RoomOpened
from domain.transcripts import must_set


@dataclass
class Interventions:
    """What was decided and said in one room."""

    open: bool | None = None
    """None for an unknown room."""
    mode: FacilitatorMode = "on"
    members: set[str] = field(default_factory=set[str])
    declines: set[str] = field(default_factory=set[str])
    decided: dict[str, InterventionDecided] = field(default_factory=dict[str, InterventionDecided])
    asked: set[str] = field(default_factory=set[str])
    held_out: set[str] = field(default_factory=set[str])
    proposed: dict[str, InterventionProposed] = field(default_factory=dict[str, InterventionProposed])
    withheld: set[str] = field(default_factory=set[str])
    delivered: set[str] = field(default_factory=set[str])
    measured: set[str] = field(default_factory=set[str])


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
        case FacilitatorModeSet():
            state.mode = event.mode
        case CallsDeclined():
            state.declines.add(event.person)
        case CallsAllowed():
            state.declines.discard(event.person)
        case _:
            _evolve_step(state, event)
    return state


def _evolve_step(state: Interventions, event: Event) -> None:
    match event:
        case InterventionDecided():
            state.decided[event.intervention] = event
        case InterventionHeldOut():
            state.held_out.add(event.intervention)
        case ModelAsked():
            state.asked.add(event.intervention)
        case InterventionProposed():
            state.proposed[event.intervention] = event
        case InterventionWithheld():
            state.withheld.add(event.intervention)
        case InterventionDelivered():
            state.delivered.add(event.intervention)
        case OutcomeMeasured():
            state.measured.add(event.intervention)
        case _:
            pass


SETTLED = (InterventionHeldOut, InterventionProposed, InterventionWithheld, InterventionDelivered)


def boundary(command: InterventionCommand, context: Context) -> Query:
    """Everything the facilitator did in the room; to decide, also who is there and wants to be called on."""
    tag = f"room:{command.room}"
    life = about(tag, RoomOpened, RoomClosed, FacilitatorModeSet)
    match command:
        case DecideIntervention():
            person = about(f"person:{command.person}", CallsDeclined, CallsAllowed)
            steps = about(tag, RoomJoined, RoomLeft, InterventionDecided, InterventionHeldOut)
            return Query((life, steps, person))
        case RecordModelCall():
            return Query((life, about(tag, InterventionDecided, ModelAsked, ModelTextsKept, ModelAnswered)))
        case _:
            return Query((life, about(tag, InterventionDecided, *SETTLED, OutcomeMeasured)))


def decide(command: InterventionCommand, state: Interventions, context: Context) -> Sequence[Event]:
    """Dispatch; each command has its function."""
    match command:
        case ApproveIntervention() | WithholdIntervention():
            return _settle(command, state, context)
        case _:
            if context.role != "service":
                raise OnlyTheFacilitator
    match command:
        case DecideIntervention():
            return _decide(command, state)
        case RecordModelCall():
            return _record(command, state)
        case DeliverIntervention():
            return _deliver(command, state)
        case RecordOutcome():
            return _measure(command, state)


def _decide(command: DecideIntervention, state: Interventions) -> Sequence[Event]:
    if not state.open:
        raise NoOpenRoom
    if command.intervention in state.decided:
        return []
    if command.person not in state.members:
        raise NobodyToAddress
    if state.mode == "muted":
        raise FacilitatorMuted
    if command.person in state.declines:
        raise CallsAreDeclined
    _check_rests(command, state)
    names = InterventionDecided.__struct_fields__
    decided = InterventionDecided(**{name: getattr(command, name) for name in names})
    if command.drawn >= command.hold_out:
        return [decided]
    held_out = InterventionHeldOut(
        intervention=command.intervention,
        room=command.room,
        person=command.person,
        drawn=command.drawn,
        share=command.hold_out,
    )
    return [decided, held_out]


def _check_rests(command: DecideIntervention, state: Interventions) -> None:
    """What was held out counts as if it had been said: both arms are left alone alike afterwards."""
    for earlier in state.decided.values():
        cooldown = command.person_cooldown if earlier.person == command.person else command.group_cooldown
        if command.moment - earlier.moment < max(cooldown, command.group_cooldown):
            raise CoolingDown
    recent = sum(command.moment - earlier.moment < HOUR for earlier in state.decided.values())
    if recent >= command.hourly:
        raise CoolingDown


def _record(command: RecordModelCall, state: Interventions) -> Sequence[Event]:
    """A call that was made is on record, whatever became of the room."""
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
    if not state.open:
        raise NoOpenRoom
    decided = state.decided.get(command.intervention)
    if decided is None:
        raise UnknownIntervention
    if command.intervention in (*state.delivered, *state.held_out, *state.proposed):
        return []
    if state.mode == "muted":
        raise FacilitatorMuted
    proposed = InterventionProposed(
        intervention=command.intervention,
        room=command.room,
        person=decided.person,
        text=command.text,
        source=command.source,
    )
    return [proposed if state.mode == "approve" else _said(proposed, decided, None)]


def _settle(
    command: ApproveIntervention | WithholdIntervention, state: Interventions, context: Context
) -> Sequence[Event]:
    must_set(context, state.open)
    decided, proposed = state.decided.get(command.intervention), state.proposed.get(command.intervention)
    if decided is None:
        raise UnknownIntervention
    approved = isinstance(command, ApproveIntervention)
    if command.intervention in (state.delivered if approved else state.withheld):
        return []
    if proposed is None or command.intervention in (*state.delivered, *state.withheld):
        raise NothingToApprove
    if approved:
        return [_said(proposed, decided, context.actor)]
    return [
        InterventionWithheld(
            intervention=command.intervention, room=command.room, person=decided.person, by=context.actor
        )
    ]


def _said(
    proposed: InterventionProposed, decided: InterventionDecided, approved_by: str | None
) -> InterventionDelivered:
    return InterventionDelivered(
        intervention=proposed.intervention,
        room=proposed.room,
        person=proposed.person,
        text=proposed.text,
        why=decided.evidence,
        source=proposed.source,
        approved_by=approved_by,
    )


def _measure(command: RecordOutcome, state: Interventions) -> Sequence[Event]:
    """An outcome is on record whatever became of the room."""
    decided = state.decided.get(command.intervention)
    if decided is None:
        raise UnknownIntervention
    if command.intervention in state.measured:
        return []
    held_out = command.intervention in state.held_out
    if not held_out and command.intervention not in state.delivered:
        raise NothingToMeasure
    return [
        OutcomeMeasured(
            intervention=command.intervention,
            room=command.room,
            person=decided.person,
            detector=decided.detector,
            move=decided.move,
            arm="held-out" if held_out else "said",
            began=decided.moment,
            ended=command.ended,
            before=command.before,
            after=command.after,
            result=command.result,
            seen=command.seen,
        )
    ]


INTERVENTIONS: Decider[InterventionCommand, Interventions] = Decider(boundary, Interventions, evolve, decide)
