"""What an event is, how it is stored in the log, and how a part of the log is asked for."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from msgspec import Meta, Struct

Instant = Annotated[datetime, Meta(tz=True)]
Role = Literal["student", "tutor", "auditor", "admin", "service"]


# Frozen structs of plain values are in no circle: without `gc`, reading the log takes a third less.
class Event(Struct, frozen=True, kw_only=True, tag_field="type", gc=False):
    """One fact that happened. Its tag is `area.past-participle.vN` and never changes its meaning."""

    former_tags: ClassVar[tuple[str, ...]] = ()
    """Under which such events stand in the log since before: each has an upcaster in the catalogue."""


class Context(Struct, frozen=True, kw_only=True):
    """Who acts, when, and because of what: handed to every decision, and recorded with every event."""

    org: str
    actor: str
    role: Role
    at: Instant
    cause: str | None = None


class Recorded(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """An event in the log. Positions are dense, from 1, in one order for everybody.

    `personal` is there where the event goes about closed: its personal fields hold a placeholder, and
    this holds them encrypted.
    """

    position: int
    org: str
    at: Instant
    actor: str
    cause: str | None
    tags: tuple[str, ...]
    event: Event
    personal: bytes | None = None


class Item(Struct, frozen=True):
    """Matches events of any of `types` (any type if empty) that carry all of `tags`."""

    types: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


class Query(Struct, frozen=True):
    """Matches events that any of its items match; without items, every event."""

    items: tuple[Item, ...] = ()


EVERYTHING = Query()


class Boundary(Struct, frozen=True):
    """The query that a decision read, and the position it had read up to."""

    query: Query
    position: int


def type_of(event: type[Event] | Event) -> str:
    """The event's tag, for example `room.opened.v1`."""
    return str(event.__struct_config__.tag)


def about(tag: str, *events: type[Event]) -> Item:
    """The item for events of these types, by whatever tag they were written, that concern this identity."""
    types = (name for event in events for name in (type_of(event), *event.former_tags))
    return Item(types=tuple(types), tags=(tag,))
