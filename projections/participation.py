"""Participation: what each person contributed to a room, in speech, in writing and on the board."""

from collections.abc import Mapping

from msgspec import Struct, field

from domain.events import Recorded
from domain.helping import FACILITATOR
from domain.rooms import BoardEdited, MessageSent, RoomJoined, TurnTaken
from projections.keys import by
from projections.view import View


class Share(Struct):
    """One person's part: milliseconds and turns of speech, messages, and runs of edits on the board."""

    talk_ms: int = 0
    turns: int = 0
    messages: int = 0
    edits: int = 0


class Participation(Struct):
    """Everyone who was ever in the room, whoever said nothing included, in order of their coming."""

    people: dict[str, Share] = field(default_factory=dict[str, Share])


class ShownShare(Struct, frozen=True):
    """One person's part as the API answers."""

    person: str
    name: str
    talk_ms: int
    turns: int
    messages: int
    edits: int


class ShownParticipation(Struct, frozen=True):
    """A room's participation as the API answers. It is not a grade, and nobody is ranked by it."""

    room: str
    people: tuple[ShownShare, ...]


def apply(state: Participation, key: str, recorded: Recorded) -> None:
    """Fold one event."""
    match recorded.event:
        case RoomJoined() as event:
            _of(state, event.person)
        case TurnTaken() as event:
            share = _of(state, event.person)
            share.talk_ms += max(0, event.ended - event.started)
            share.turns += 1
        case MessageSent() as event:
            _of(state, event.person).messages += 1
        case BoardEdited() as event:
            for run in event.runs:
                if run.by is None and run.person != FACILITATOR:
                    _of(state, run.person).edits += 1
        case _:
            pass


def shown(room: str, state: Participation, names: Mapping[str, str]) -> ShownParticipation:
    """The answer; `names` gives each person's name, and whoever has none is shown by their id."""
    return ShownParticipation(
        room=room,
        people=tuple(
            ShownShare(
                person=person,
                name=names.get(person, person),
                talk_ms=share.talk_ms,
                turns=share.turns,
                messages=share.messages,
                edits=share.edits,
            )
            for person, share in state.people.items()
        ),
    )


def _of(state: Participation, person: str) -> Share:
    share = state.people.get(person)
    if share is None:
        share = state.people[person] = Share()
    return share


PARTICIPATION = View(
    name="participation",
    version=2,
    state=Participation,
    reads=(RoomJoined, TurnTaken, MessageSent, BoardEdited),
    keys=by("room"),
    apply=apply,
)
