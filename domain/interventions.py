"""Interventions: what the facilitator noticed, decided, asked the model, said, and what came of it."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from domain.deciding import Command
from domain.errors import Forbidden, Invalid, Refused, Unknown
from domain.events import Event
from domain.identity import InterventionId, Millis, PersonId, RoomId, Words

Detector = Literal[
    "quiet", "dominance", "consensus", "stuck", "reasons", "alone", "overlap", "silence", "drift"
]
"""What was noticed. A consensus is `consensus`, right or wrong: what is asked gives nothing away."""
Move = Literal["invite", "revoice", "press", "challenge", "connect", "wait"]
"""The talk moves of academically productive talk: invite somebody in, say it again in other words, press for
reasons, challenge what all agree on, connect with what was said before, give time to think."""
Source = Literal["template", "model"]
Arm = Literal["said", "held-out"]
Result = Literal["better", "same"]
"""Whether what had been noticed was over at the end of the window."""
Evidence = Annotated[str, Meta(min_length=1, max_length=400)]
"""One sentence that anyone can check, with figures and without names or speech."""
Chance = Annotated[int, Meta(ge=0, le=10_000)]
"""A probability in ten-thousandths."""


class LiveTurn(Struct, frozen=True, kw_only=True, gc=False):
    """A turn of speech that the log did not have yet, as live signs told of it; `ended` if it was over."""

    person: PersonId
    began: Millis
    ended: Millis | None = None


class InterventionDecided(Event, frozen=True, tag="intervention.decided.v1"):
    """The facilitator decided to speak: which detector, to whom, on what evidence, at which moment.

    `policy` names the thresholds in force; `seen` is the position in the log up to which everything had
    been read, and `speaking` what was heard beyond it: with these the decision can be made again, to the bit.
    """

    intervention: InterventionId
    room: RoomId
    person: PersonId
    detector: Detector
    evidence: Evidence
    policy: str
    seen: int
    moment: Millis
    move: Move = "invite"
    severity: int = 0
    speaking: tuple[LiveTurn, ...] = ()


class InterventionHeldOut(Event, frozen=True, tag="intervention.held-out.v1"):
    """By lot nothing is said this time, so that it can be seen what happens by itself.

    The lot `drawn` follows from the intervention's id, and lies below `share`.
    """

    intervention: InterventionId
    room: RoomId
    person: PersonId
    drawn: Chance
    share: Chance


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


class InterventionProposed(Event, frozen=True, tag="intervention.proposed.v1"):
    """What the room would be told, if a tutor approves."""

    intervention: InterventionId
    room: RoomId
    person: PersonId
    text: Words
    source: Source


class InterventionWithheld(Event, frozen=True, tag="intervention.withheld.v1"):
    """A tutor does not let it be said."""

    intervention: InterventionId
    room: RoomId
    person: PersonId
    by: PersonId


class InterventionDelivered(Event, frozen=True, tag="intervention.delivered.v1"):
    """What the room was told, and why, in words that anyone can read; `approved_by` a tutor, if need be."""

    intervention: InterventionId
    room: RoomId
    person: PersonId
    text: Words
    why: Evidence
    source: Source
    approved_by: PersonId | None = None


class OutcomeMeasured(Event, frozen=True, tag="intervention.outcome-measured.v1"):
    """What became of what had been noticed, from `began` to `ended`: measured alike in both arms.

    `before` and `after` are the detector's figure in thousandths, over the window before the decision and
    over the one after it; `seen` is the position up to which the log had been read for it.
    """

    intervention: InterventionId
    room: RoomId
    person: PersonId
    detector: Detector
    move: Move
    arm: Arm
    began: Millis
    ended: Millis
    before: int
    after: int
    result: Result
    seen: int


class DecideIntervention(Command, frozen=True, tag="decide-intervention"):
    """Open an intervention, if cool-downs and budget allow; below `hold_out` the lot leaves it unsaid."""

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
    move: Move = "invite"
    severity: int = 0
    speaking: tuple[LiveTurn, ...] = ()
    drawn: Chance = 0
    hold_out: Chance = 0


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
    """Say it, once; where a tutor approves each word, propose it."""

    intervention: InterventionId
    room: RoomId
    text: Words
    source: Source


class ApproveIntervention(Command, frozen=True, tag="approve-intervention"):
    """Let it be said."""

    intervention: InterventionId
    room: RoomId


class WithholdIntervention(Command, frozen=True, tag="withhold-intervention"):
    """Do not let it be said."""

    intervention: InterventionId
    room: RoomId


class RecordOutcome(Command, frozen=True, tag="record-outcome"):
    """Record what came of an intervention, or of none in its place."""

    intervention: InterventionId
    room: RoomId
    ended: Millis
    before: int
    after: int
    result: Result
    seen: int


Said = RecordModelCall | DeliverIntervention | ApproveIntervention | WithholdIntervention | RecordOutcome
InterventionCommand = DecideIntervention | Said

HOUR = 3_600_000


class CoolingDown(Refused):
    """It is too early for another intervention."""


class FacilitatorMuted(Refused):
    """A tutor has muted the facilitator in this room."""


class CallsAreDeclined(Refused):
    """This person does not want to be called on."""


class NoOpenRoom(Unknown):
    """There is no such open room."""


class NobodyToAddress(Refused):
    """The person is not in the room any more."""


class UnknownIntervention(Unknown):
    """There is no such intervention."""


class NothingToApprove(Refused):
    """It was said or withheld already, or its words are not there yet."""


class NothingToMeasure(Refused):
    """It was neither said nor held out."""


class TwoInterventions(Invalid):
    """A question to a model and its answer belong to one intervention in one room."""


class OnlyTheFacilitator(Forbidden):
    """Only the facilitator may do this."""
