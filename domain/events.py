"""What an event is, how it is stored in the log, and how a part of the log is asked for."""

from datetime import datetime
from types import UnionType
from typing import (
    TYPE_CHECKING,
    Annotated,
    Any,
    ClassVar,
    Generic,
    Literal,
    TypeVar,
    Union,
    get_args,
    get_origin,
)

from msgspec import Meta, Struct

Instant = Annotated[datetime, Meta(tz=True)]
Role = Literal["student", "tutor", "auditor", "admin", "service"]


def _without_patterns(kind: Any) -> Any:
    """The type, with no pattern for any text in it."""
    arguments = get_args(kind)
    if not arguments:
        return kind
    if get_origin(kind) is Annotated:
        inner, *metas = arguments
        return Annotated[(_without_patterns(inner), *map(_without_pattern, metas))]
    if isinstance(kind, UnionType):
        return Union[tuple(map(_without_patterns, arguments))]  # noqa: UP007  built at run time
    return kind if get_origin(kind) is Literal else get_origin(kind)[tuple(map(_without_patterns, arguments))]


def _without_pattern(meta: Any) -> Any:
    rest = {name: value for name, value in meta.__rich_repr__() if name != "pattern"}
    return Meta(**rest) if isinstance(meta, Meta) else meta


# Frozen structs of plain values are in no circle: without `gc`, reading the log takes a third less.
class Event(Struct, frozen=True, kw_only=True, tag_field="type", gc=False):
    """One fact that happened. Its tag is `area.past-participle.vN` and never changes its meaning."""

    former_tags: ClassVar[tuple[str, ...]] = ()
    """Under which such events stand in the log since before: each has an upcaster in the catalogue."""
    exact: ClassVar[dict[str, Any]]
    """The types of the fields, with the patterns that are looked at when an event is recorded. A log is read
    far more often, and would spend most of the time on them."""

    def __init_subclass__(cls, **options: Any) -> None:
        """Keep the patterns apart."""
        super().__init_subclass__(**options)
        own = cls.__annotations__
        cls.exact = dict(own)
        own.update({name: _without_patterns(kind) for name, kind in own.items()})


class Context(Struct, frozen=True, kw_only=True):
    """Who acts, when, and because of what: handed to every decision, and recorded with every event."""

    org: str
    actor: str
    role: Role
    at: Instant
    cause: str | None = None


if TYPE_CHECKING:
    import typing_extensions  # a default is for type checkers, and part of Python from 3.13 on

    E = typing_extensions.TypeVar("E", bound=Event, default=Event)
else:
    E = TypeVar("E", bound=Event)


class Recorded(Struct, Generic[E], frozen=True, kw_only=True, array_like=True, gc=False):
    """An event in the log. Positions are dense, from 1, in one order for everybody.

    `personal` is there where the event goes about closed: its personal fields hold a placeholder, and
    this holds them encrypted.
    """

    position: int
    at: Instant
    org: str
    actor: str
    cause: str | None
    tags: tuple[str, ...]
    event: E
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
