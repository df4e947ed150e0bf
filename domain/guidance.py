"""How people guide the facilitator: whom it may call on, when it may speak, by which thresholds."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from domain.deciding import Command
from domain.errors import Forbidden
from domain.events import Event
from domain.identity import Key, Millis, PersonId, ProblemId, RoomId
from domain.interventions import Chance, Detector

FacilitatorMode = Literal["on", "approve", "muted"]
"""It speaks; it speaks once a tutor has approved the words; it says nothing."""
PolicyText = Annotated[str, Meta(min_length=2, max_length=8000)]
"""All values of a policy, as JSON with its fields in order."""
Minutes = Annotated[int, Meta(ge=10_000, le=7_200_000)]
"""A length of time in milliseconds, from ten seconds to two hours."""


class Tuning(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """The thresholds that a tutor may change in a room; what is left out is as the policy has it.

    `off` are detectors that keep silent. Lengths are in milliseconds.
    """

    warm_up: Minutes | None = None
    quiet: Annotated[float, Meta(gt=0, lt=1)] | None = None
    dominance: Annotated[float, Meta(gt=0, le=1)] | None = None
    group_cooldown: Minutes | None = None
    person_cooldown: Minutes | None = None
    hourly: Annotated[int, Meta(ge=0, le=60)] | None = None
    off: Annotated[tuple[Detector, ...], Meta(max_length=9)] = ()


class CallsDeclined(Event, frozen=True, tag="person.calls-declined.v1"):
    """A person does not want to be called on by the facilitator, in any room."""

    person: PersonId


class CallsAllowed(Event, frozen=True, tag="person.calls-allowed.v1"):
    """A person may be called on again."""

    person: PersonId


class FacilitatorBegun(Event, frozen=True, tag="facilitator.begun.v1"):
    """From now on the facilitator watches the room by this policy.

    `hold_out` tells the room how often, by lot, it says nothing although it would, to learn what helps.
    """

    room: RoomId
    policy: str
    values: PolicyText
    hold_out: Chance


class FacilitatorModeSet(Event, frozen=True, tag="facilitator.mode-set.v1"):
    """A tutor lets the facilitator speak, wants to approve each word, or mutes it."""

    room: RoomId
    mode: FacilitatorMode
    by: PersonId


class FacilitatorTuned(Event, frozen=True, tag="facilitator.tuned.v1"):
    """A tutor changed thresholds for this room: its version 1, 2 and so on. Each replaces the one before."""

    room: RoomId
    version: int
    tuning: Tuning
    by: PersonId


class ReadingSet(Event, frozen=True, tag="facilitator.reading-set.v1"):
    """The room lets its messages be compared with the words of its problem, or no longer."""

    room: RoomId
    on: bool
    by: PersonId


class StuckReported(Event, frozen=True, tag="room.stuck-reported.v1"):
    """A person says that the group is stuck."""

    room: RoomId
    person: PersonId
    report: Key
    moment: Millis
    problem: ProblemId | None = None


class DeclineCalls(Command, frozen=True, tag="decline-calls"):
    """Do not be called on, anywhere; for oneself."""


class AllowCalls(Command, frozen=True, tag="allow-calls"):
    """Be called on again; for oneself."""


class BeginFacilitating(Command, frozen=True, tag="begin-facilitating"):
    """Have on record by which policy the facilitator watches a room."""

    room: RoomId
    policy: str
    values: PolicyText
    hold_out: Chance


class SetFacilitatorMode(Command, frozen=True, tag="set-facilitator-mode"):
    """Let the facilitator speak, approve each word, or mute it."""

    room: RoomId
    mode: FacilitatorMode


class TuneFacilitator(Command, frozen=True, tag="tune-facilitator"):
    """Change thresholds for one room; what is left out is as the policy has it."""

    room: RoomId
    tuning: Tuning


class SetReading(Command, frozen=True, tag="set-reading"):
    """Let the room's messages be compared with the words of its problem, or no longer."""

    room: RoomId
    on: bool


class ReportStuck(Command, frozen=True, tag="report-stuck"):
    """Say that the group is stuck. The report's id makes a repeated request harmless."""

    room: RoomId
    report: Key


ForOneself = DeclineCalls | AllowCalls
ForTutors = SetFacilitatorMode | TuneFacilitator | SetReading
InRoom = ForTutors | BeginFacilitating | ReportStuck
GuidanceCommand = ForOneself | InRoom

STUCK_AGAIN = 60_000
"""Milliseconds within which a person who says again that the group is stuck has said so already."""


class OnlyTheFacilitatorBegins(Forbidden):
    """Only the facilitator itself may say by which policy it goes."""
