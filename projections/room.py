"""The room: what a person who opens it sees at once."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from msgspec import Struct, field

from domain.events import Event, Recorded
from domain.guidance import FacilitatorBegun, FacilitatorModeSet, FacilitatorTuned, ReadingSet
from domain.helping import HelpAsked, HelpGiven
from domain.identity import ERASED
from domain.interventions import InterventionDelivered
from domain.moderating import CHANGES, Floor, fold
from domain.people import PersonErased
from domain.ratings import InterventionRated
from domain.recording import RecordingStarted, RecordingStopped
from domain.rooms import (
    MessageSent,
    ProblemPosed,
    RoomClosed,
    RoomJoined,
    RoomLeft,
    RoomOpened,
    TimerSet,
)
from domain.summaries import RoomSummarised
from projections.helps import Help, erase_help, fold_help, for_whom
from projections.keys import by
from projections.problems import ShownProblem
from projections.view import View

MESSAGES_KEPT = 50
INTERVENTIONS_KEPT = 20


class Message(Struct):
    """A message, and the position and instant at which it was written."""

    position: int
    at: datetime
    person: str
    text: str
    anchor: str | None = None
    """Where on the board it belongs."""


class Intervention(Struct):
    """What the facilitator said to whom, and why; `ratings` has who says that it helped, or did not."""

    intervention: str
    position: int
    at: datetime
    person: str
    text: str
    why: str
    source: str
    ratings: dict[str, str] = field(default_factory=dict[str, str])


class Guidance(Struct):
    """How the facilitator is guided here; `hold_out` is how often, of ten thousand, it says nothing by lot.

    `policy` names its thresholds, None if no facilitator has been here; `tuned` is how often a tutor
    changed them. `reading`: messages are compared with the words of the problem.
    """

    policy: str | None = None
    hold_out: int = 0
    mode: str = "on"
    tuned: int = 0
    reading: bool = False


class Timer(Struct):
    """The phase that the room is in, and when it ends."""

    phase: str
    ends: datetime


class Room(Struct):
    """One room. `members` is who is in, in order, with the position at which each came in."""

    title: str = ""
    host: str = ""
    capacity: int = 0
    opened: bool = False
    closed: bool = False
    members: dict[str, int] = field(default_factory=dict[str, int])
    problem: str | None = None
    timer: Timer | None = None
    recording: bool = False
    floor: Floor = field(default_factory=Floor)
    facilitator: Guidance = field(default_factory=Guidance)
    messages: list[Message] = field(default_factory=list[Message])
    interventions: list[Intervention] = field(default_factory=list[Intervention])
    helps: list[Help] = field(default_factory=list[Help])
    summary: str | None = None
    position: int = 0


class ShownMember(Struct, frozen=True):
    """Somebody in the room."""

    person: str
    name: str
    role: str | None


class ShownIntervention(Struct, frozen=True, kw_only=True):
    """What the facilitator said to whom, and why; `rating` is one's own, those of others are theirs."""

    intervention: str
    position: int
    at: datetime
    person: str
    text: str
    why: str
    source: str
    rating: str | None


class ShownRoom(Struct, frozen=True):
    """A room as the API answers; `position` is that of the last event that it shows."""

    room: str
    title: str
    host: str
    capacity: int
    closed: bool
    members: tuple[ShownMember, ...]
    problem: ShownProblem | None
    timer: Timer | None
    recording: bool
    floor: Floor
    facilitator: Guidance
    messages: tuple[Message, ...]
    interventions: tuple[ShownIntervention, ...]
    helps: tuple[Help, ...]
    summary: str | None
    position: int


def apply(state: Room, key: str, recorded: Recorded) -> None:
    """Fold one event."""
    state.position = recorded.position
    fold(state.floor, recorded.event)
    _guide(state.facilitator, recorded.event)
    fold_help(state.helps, recorded)
    match recorded.event:
        case RoomJoined() as event:
            state.members.setdefault(event.person, recorded.position)
        case RoomLeft() as event:
            state.members.pop(event.person, None)
        case MessageSent() as event:
            said = Message(recorded.position, recorded.at, event.person, event.text, event.anchor)
            _keep(state.messages, said, MESSAGES_KEPT)
        case InterventionDelivered() as event:
            _keep(state.interventions, _intervention(event, recorded), INTERVENTIONS_KEPT)
        case InterventionRated() as event:
            _rate(state, event)
        case PersonErased() as event:
            _erase(state, event.person)
        case _:
            _apply_rest(state, recorded)


def _guide(state: Guidance, event: Event) -> None:
    match event:
        case FacilitatorBegun():
            state.policy, state.hold_out = event.policy, event.hold_out
        case FacilitatorModeSet():
            state.mode = event.mode
        case FacilitatorTuned():
            state.tuned = event.version
        case ReadingSet():
            state.reading = event.on
        case _:
            pass


def _erase(state: Room, person: str) -> None:
    for said in (*state.messages, *state.interventions):
        if said.person == person:
            said.text = ERASED
    erase_help(state.helps, person)


def _rate(state: Room, event: InterventionRated) -> None:
    for said in state.interventions:
        if said.intervention == event.intervention:
            if event.helped == "withdrawn":
                said.ratings.pop(event.person, None)
            else:
                said.ratings[event.person] = event.helped


def _apply_rest(state: Room, recorded: Recorded) -> None:
    match recorded.event:
        case RoomOpened() as event:
            state.title = event.title
            state.host = event.host
            state.capacity = event.capacity
            state.opened = True
        case RoomClosed():
            state.closed = True
            state.members.clear()
            state.timer = None
            state.recording = False
        case RecordingStarted() | RecordingStopped() as event:
            state.recording = isinstance(event, RecordingStarted)
        case TimerSet() as event:
            state.timer = None if event.phase == "off" else Timer(event.phase, event.ends)
        case ProblemPosed() as event:
            state.problem = event.problem
        case RoomSummarised() as event:
            state.summary = event.text
        case _:
            pass


def _intervention(event: InterventionDelivered, recorded: Recorded) -> Intervention:
    return Intervention(
        intervention=event.intervention,
        position=recorded.position,
        at=recorded.at,
        person=event.person,
        text=event.text,
        why=event.why,
        source=event.source,
    )


def _keep(held: list[Message] | list[Intervention], new: Message | Intervention, limit: int) -> None:
    held.append(new)  # pyright: ignore[reportArgumentType]  each list is given its own kind
    if len(held) > limit:
        del held[0]


def people_in(state: Room) -> Iterator[str]:
    """Whose names and roles the answer needs."""
    yield from state.members


def shown(
    room: str,
    state: Room,
    people: Mapping[str, tuple[str, str | None]],
    problem: ShownProblem | None,
    asking: str = "",
    *,
    watching: bool = False,
) -> ShownRoom:
    """The answer to whoever is `asking`; whoever is `watching` sees everybody's requests for help.

    `people` gives name and role of each member, whoever has none is shown by their id.
    """
    return ShownRoom(
        room=room,
        title=state.title,
        host=state.host,
        capacity=state.capacity,
        closed=state.closed,
        members=tuple(ShownMember(who, *people.get(who, (who, None))) for who in state.members),
        problem=problem,
        timer=state.timer,
        recording=state.recording,
        floor=state.floor,
        facilitator=state.facilitator,
        messages=tuple(state.messages),
        interventions=tuple(_shown(said, asking) for said in state.interventions),
        helps=tuple(for_whom(state.helps, asking, all_of_them=watching)),
        summary=state.summary,
        position=state.position,
    )


def _shown(said: Intervention, asking: str) -> ShownIntervention:
    return ShownIntervention(
        intervention=said.intervention,
        position=said.position,
        at=said.at,
        person=said.person,
        text=said.text,
        why=said.why,
        source=said.source,
        rating=said.ratings.get(asking),
    )


_by_room = by("room")


def _keys(recorded: Recorded) -> tuple[str, ...]:
    event = recorded.event
    return event.rooms if isinstance(event, PersonErased) else _by_room(recorded)


ROOM = View(
    name="room",
    version=7,
    state=Room,
    reads=(
        RoomOpened,
        RoomJoined,
        RoomLeft,
        RoomClosed,
        RecordingStarted,
        RecordingStopped,
        MessageSent,
        TimerSet,
        ProblemPosed,
        InterventionDelivered,
        InterventionRated,
        FacilitatorBegun,
        FacilitatorModeSet,
        FacilitatorTuned,
        ReadingSet,
        HelpAsked,
        HelpGiven,
        RoomSummarised,
        PersonErased,
        *CHANGES,
    ),
    keys=_keys,
    apply=apply,
)
