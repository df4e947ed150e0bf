"""The timeline: one row for each event of a room, so that a long history is never rewritten."""

from datetime import datetime
from functools import cache

from msgspec import Struct

from domain.catalogue import CURRENT
from domain.events import Event, Recorded, type_of
from domain.rooms import BoardEdited
from projections.keys import BETWEEN
from projections.view import View

DIGITS = 12
"""Positions are written with leading zeros, so that keys stand in the order of the log."""

PEOPLE = ("person", "host", "tutor")
"""The fields that say whose doing an event is, the first that there is."""


class Entry(Struct):
    """One entry, ready for the API; `person` is None where several, or nobody in the room, acted."""

    position: int = 0
    at: datetime | None = None
    type: str = ""
    person: str | None = None


def key_of(room: str, position: int) -> str:
    """The row of one event; also the cursor behind which the next page begins."""
    return f"{room}{BETWEEN}{position:0{DIGITS}d}"


def prefix_of(room: str) -> str:
    """What every row of a room begins with."""
    return room + BETWEEN


def apply(state: Entry, key: str, recorded: Recorded) -> None:
    """Write the entry: every row is touched by one event only."""
    state.position = recorded.position
    state.at = recorded.at
    state.type = type_of(recorded.event)
    state.person = _person(recorded)


def _person(recorded: Recorded) -> str | None:
    event = recorded.event
    if isinstance(event, BoardEdited):
        authors = {run.by or run.person for run in event.runs}
        return authors.pop() if len(authors) == 1 else None
    field = _field(type(event))
    return getattr(event, field) if field else None


@cache
def _field(kind: type[Event]) -> str | None:
    return next((field for field in PEOPLE if field in kind.__struct_fields__), None)


def _keys(recorded: Recorded) -> tuple[str, ...]:
    room: str | None = getattr(recorded.event, "room", None)
    return () if room is None else (key_of(room, recorded.position),)


TIMELINE = View(
    name="timeline",
    version=1,
    state=Entry,
    reads=tuple(event for event in CURRENT.values() if "room" in event.__struct_fields__),
    keys=_keys,
    apply=apply,
    once=True,
)
