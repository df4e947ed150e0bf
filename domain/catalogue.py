"""The table of contents: every event that was ever written, how it is encoded, and what it concerns."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Union

import msgspec
from msgspec import inspect, structs

from domain import (
    aloud,
    appeals,
    archive,
    boards,
    company,
    credentials,
    floor,
    fresh_problems,
    guidance,
    helping,
    interventions,
    mastery,
    measures,
    model_calls,
    office_hours,
    paths,
    people,
    pillars,
    practice,
    quests,
    ratings,
    reading,
    recording,
    reviews,
    rooms,
    sessions,
    simulation,
    summaries,
    teams,
    text_to_model,
    transcripts,
)
from domain.events import Event, Instant, Query, Recorded, type_of
from domain.identity import ERASED

MODULES = (
    people,
    rooms,
    boards,
    floor,
    practice,
    mastery,
    reviews,
    paths,
    company,
    quests,
    teams,
    sessions,
    appeals,
    measures,
    pillars,
    credentials,
    simulation,
    office_hours,
    interventions,
    guidance,
    model_calls,
    ratings,
    helping,
    fresh_problems,
    summaries,
    reading,
    archive,
    recording,
    transcripts,
    text_to_model,
    aloud,
)


def _events_of(module: object) -> Iterator[type[Event]]:
    for value in vars(module).values():
        if isinstance(value, type) and issubclass(value, Event) and value.__module__ == module.__name__:  # pyright: ignore
            yield value


CURRENT: dict[str, type[Event]] = {
    type_of(event): event for module in MODULES for event in _events_of(module)
}
"""Every tag that is written today, and its struct."""

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]

UPCASTERS: dict[str, Upcaster] = {}
"""Every tag that was written once: what makes its fields those of a later tag, `type` included.

Upcasters chain: each leads one step on, until a current tag is reached."""

_encoder = msgspec.msgpack.Encoder()
_Any: Any = Union[tuple(CURRENT.values())]  # noqa: UP007  built at run time
_decoder = msgspec.msgpack.Decoder(_Any)
_records_decoder = msgspec.msgpack.Decoder(list[Recorded[_Any]])


Fact: Any = msgspec.defstruct(
    "Fact",
    [
        ("position", int),
        ("org", str),
        ("at", Instant),
        ("actor", str),
        ("cause", str | None),
        ("tags", tuple[str, ...]),
        ("event", _Any),
        ("personal", bytes | None, None),
    ],
    namespace={"__doc__": Recorded.__doc__},
    frozen=True,
    omit_defaults=True,
)
"""A recorded event as it is shown outside, an object with names."""
_fact_decoder = msgspec.json.Decoder(Fact)
_json = msgspec.json.Encoder()


class UndecodableEvent(Exception):
    """An event in the log has a tag or a form that the catalogue does not know."""


UNREADABLE = (msgspec.MsgspecError, ValueError, LookupError, TypeError, AttributeError, RecursionError)
"""What decoders and upcasters raise on bytes that are no event; nesting too deep is one of them."""


def encode(event: Event) -> bytes:
    """MessagePack, as it stands in the log."""
    return _encoder.encode(event)


def checked(event: Event) -> bytes:
    """As `encode`. Raises `UndecodableEvent` for an event whose fields are not what they should be: it is not
    to be recorded."""
    try:
        data = _encoder.encode(event)
        _exact_decoder(type(event)).decode(data)
    except (*UNREADABLE, OverflowError) as error:
        raise UndecodableEvent(f"{type_of(event)}: {type(error).__name__}: {error}") from error
    return data


@cache
def _exact_decoder(event: type[Event]) -> msgspec.msgpack.Decoder[Any]:
    return msgspec.msgpack.Decoder(exact(event))


@cache
def exact(event: type[Event]) -> type[msgspec.Struct]:
    """A struct of the same fields that looks at the patterns of their texts, too."""
    return msgspec.defstruct(
        event.__name__,
        [(field.name, event.exact[field.name], _default(field)) for field in structs.fields(event)],
        tag=type_of(event),
        tag_field="type",
        kw_only=True,
        namespace={"__doc__": event.__doc__},
    )


def _default(field: structs.FieldInfo) -> Any:
    if field.default_factory is not msgspec.NODEFAULT:
        return msgspec.field(default_factory=field.default_factory)
    return field.default


def closed(event: Event) -> tuple[Event, dict[str, str]]:
    """The event with a placeholder for all that is personal in it, and what was there, by field."""
    names = personal_fields(type(event))
    if not names:
        return event, {}
    return structs.replace(event, **dict.fromkeys(names, ERASED)), {
        name: getattr(event, name) for name in names
    }


def owner(event: Event) -> str:
    """The person whose its personal fields are."""
    return event.person  # pyright: ignore  every event with personal fields has it: see the tests


def decode(
    tag: str,
    data: bytes,
    upcasters: Mapping[str, Upcaster] = UPCASTERS,
    personal: Mapping[str, str] | None = None,
) -> Event:
    """The event, in its current form, with these personal fields; raises `UndecodableEvent`."""
    try:
        if tag in upcasters:
            return _upcast(data, personal or {}, upcasters)
        event = _decoder.decode(data)
        return structs.replace(event, **personal) if personal else event
    except UNREADABLE as error:
        raise UndecodableEvent(f"{tag}: {type(error).__name__}: {error}") from error


def decode_all(records: bytes) -> list[Recorded]:
    """The closed events of an array of records; raises `UndecodableEvent` if one of them is not of today."""
    try:
        return _records_decoder.decode(records)
    except UNREADABLE as error:
        raise UndecodableEvent(f"{type(error).__name__}: {error}") from error


def _upcast(data: bytes, personal: Mapping[str, str], upcasters: Mapping[str, Upcaster]) -> Event:
    fields = msgspec.msgpack.decode(data) | personal
    passed: set[str] = set()
    while (old := fields["type"]) in upcasters:
        if old in passed:
            raise ValueError("its upcasters go in a circle")
        passed.add(old)
        fields = upcasters[old](fields)
    event = msgspec.convert(fields, CURRENT[fields["type"]])
    checked(event)
    return event


def to_json(recorded: Recorded) -> bytes:
    """A recorded event as it is shown outside: on the bus, to auditors."""
    return _json.encode(Fact(**structs.asdict(recorded)))


def from_json(data: bytes) -> Recorded:
    """The recorded event of a message from the bus; raises `UndecodableEvent`."""
    try:
        fact: Any = _fact_decoder.decode(data)
    except UNREADABLE as error:
        raise UndecodableEvent(f"{type(error).__name__}: {error}") from error
    return Recorded(**structs.asdict(fact))


def tags_of(event: Event) -> tuple[str, ...]:
    """The identities that the event concerns, `kind:id` each, without repeats, in order of its fields."""
    tags: list[str] = []
    for name, kind, nested in _tagged(type(event)):
        value = getattr(event, name)
        if type(value) is str:
            tags.append(f"{kind}:{value}")
        else:
            tags += [f"{kind}:{identity}" for identity in _identities(value, nested)]
    return tuple(dict.fromkeys(tags))


def matches(query: Query, event: Event) -> bool:
    """Whether the query matches the event, as the log would say."""
    if not query.items:
        return True
    kind, tags = type_of(event), set(tags_of(event))
    return any((not item.types or kind in item.types) and tags.issuperset(item.tags) for item in query.items)


def tag_kinds(event: type[Event]) -> tuple[str, ...]:
    """The kinds of identities that events of this type concern, without repeats."""
    return tuple(dict.fromkeys(kind for _, kind, _ in _tagged(event)))


@cache
def personal_fields(event: type[Event]) -> tuple[str, ...]:
    """The names of the fields that hold personal text."""
    return tuple(
        field.name for field in _fields(event) for extra in _extras(field.type) if extra.get("personal")
    )


@cache
def _tagged(event: type[Event]) -> tuple[tuple[str, str, str | None], ...]:
    """(field, kind of identity, field of the nested struct or None) for each identity of the event."""
    found: list[tuple[str, str, str | None]] = []
    for field in _fields(event):
        found += [(field.name, extra["tag"], None) for extra in _extras(field.type) if "tag" in extra]
        item = field.type.item_type if isinstance(field.type, inspect.VarTupleType) else None
        if isinstance(item, inspect.StructType):
            found += [
                (field.name, extra["tag"], nested.name)
                for nested in item.fields
                for extra in _extras(nested.type)
                if "tag" in extra
            ]
    return tuple(found)


def _fields(event: type[Event]) -> tuple[inspect.Field, ...]:
    info = inspect.type_info(event)
    assert isinstance(info, inspect.StructType)
    return info.fields


def _extras(kind: inspect.Type) -> Iterator[dict[str, Any]]:
    if isinstance(kind, inspect.Metadata):
        yield kind.extra or {}
    elif isinstance(kind, inspect.UnionType):
        for choice in kind.types:
            yield from _extras(choice)
    elif isinstance(kind, inspect.VarTupleType):
        yield from _extras(kind.item_type)


def _identities(value: object, nested: str | None) -> Iterable[str]:
    if value is None:
        return ()
    if isinstance(value, str):
        return (value,)
    items: Iterable[Any] = value  # pyright: ignore[reportAssignmentType]  a tuple, by _tagged
    found = (getattr(item, nested) if nested else item for item in items)
    return (str(identity) for identity in found if identity is not None)
