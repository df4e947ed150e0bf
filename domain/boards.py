"""Rights on a room's board: who may read it, note something on it, or write, as a whole or part by part."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal

from msgspec import Meta

from domain import hosting
from domain.deciding import Command, Decider
from domain.events import Context, Event, Query, about
from domain.hosting import RoomState
from domain.identity import ID_PATTERN, PersonId, RoomId
from domain.rooms import (
    NotYourRoom,
    RoomClosed,
    RoomIsClosed,
    RoomJoined,
    RoomLeft,
    RoomOpened,
    UnknownRoom,
)

Right = Literal["read", "comment", "write"]
Part = Annotated[str, Meta(pattern=ID_PATTERN)]
"""The name of a root of the board's document: `text`, `shapes`, …"""
NOTES = "notes"
"""The part where notes on the others stand: what whoever may comment writes on."""
ANY_OTHER = ""
"""No part has this name, so nothing is said of it."""
Rule = tuple[str | None, str | None]
"""A person, or everybody; a part, or all of them."""


class BoardRightSet(Event, frozen=True, tag="board.right-set.v1"):
    """What a person, or everybody, may do on a part of the board, or on all of it; null: what others may."""

    room: RoomId
    person: PersonId | None
    part: Part | None
    right: Right | None
    by: PersonId


class SetBoardRight(Command, frozen=True, tag="set-board-right"):
    """Say what a person, or everybody, may do on a part of the board, or on all of it."""

    room: RoomId
    person: PersonId | None = None
    part: Part | None = None
    right: Right | None = None


@dataclass
class BoardState:
    """A room, and the rules on its board."""

    room: RoomState = field(default_factory=RoomState)
    rules: dict[Rule, Right] = field(default_factory=dict[Rule, Right])


def right_of(rules: Mapping[Rule, Right], person: str, part: str) -> Right:
    """What a member may do. What is said of a person goes before what is said of a part; else they write."""
    for rule in ((person, part), (person, None), (None, part), (None, None)):
        if rule in rules:
            return rules[rule]
    return "write"


def may_write(rules: Mapping[Rule, Right], person: str, part: str) -> bool:
    """Whether a member may write on the part; whoever may comment on it does so among the notes."""
    right = right_of(rules, person, part)
    return right == "write" or (right == "comment" and part == NOTES)


def writes_all(rules: Mapping[Rule, Right], person: str) -> bool:
    """Whether a member may write on every part, whatever it is called."""
    whose = (person,) if (person, None) in rules else (person, None)
    return all(right == "write" for (who, _), right in rules.items() if who in whose)


def writes_some(rules: Mapping[Rule, Right], person: str) -> bool:
    """Whether there is a part on which a member may write."""
    parts = {part for _, part in rules if part is not None}
    return any(may_write(rules, person, part) for part in (*parts, NOTES, ANY_OTHER))


def evolve(state: BoardState, event: Event) -> BoardState:
    """Fold one event."""
    if isinstance(event, BoardRightSet):
        state.rules.pop((event.person, event.part), None)
        if event.right is not None:
            state.rules[event.person, event.part] = event.right
    else:
        hosting.evolve(state.room, event)
    return state


def boundary(command: SetBoardRight, context: Context) -> Query:
    """The room's life and members, and the rules."""
    return Query(
        (about(f"room:{command.room}", RoomOpened, RoomClosed, RoomJoined, RoomLeft, BoardRightSet),)
    )


def decide(command: SetBoardRight, state: BoardState, context: Context) -> Sequence[Event]:
    """Only the host and the staff say so, and only while the room is open."""
    if state.room.opened is None:
        raise UnknownRoom
    if context.actor != state.room.opened.host and context.role not in ("tutor", "admin", "service"):
        raise NotYourRoom
    if state.room.closed:
        raise RoomIsClosed
    if state.rules.get((command.person, command.part)) == command.right:
        return []
    return [
        BoardRightSet(
            room=command.room,
            person=command.person,
            part=command.part,
            right=command.right,
            by=context.actor,
        )
    ]


BOARDS: Decider[SetBoardRight, BoardState] = Decider(boundary, BoardState, evolve, decide)
