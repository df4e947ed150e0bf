"""What of somebody's presence goes from node to node: where they point, and in which colour. Names stay where
they are; the other nodes look up the names of whom they show."""

from collections.abc import Mapping
from functools import partial

import msgspec
from msgspec import Raw, Struct

from rooms.board.telling import Person, Seen, Telling, Told

NAMELESS = Raw(b'""')
"""What stands in a state that goes from node to node in place of `user.name`."""
NOTHING = Raw(b"")
SHORT = 100
"""Bytes of a field of `user` or of `part`, at most; what is longer is left out."""


class User(Struct, omit_defaults=True):
    """Somebody as a client shows them; `name` is left out, and filled in where they are shown."""

    person: Raw = NOTHING
    name: Raw = NOTHING
    color: Raw = NOTHING
    colorLight: Raw = NOTHING  # noqa: N815  as `y-codemirror.next` calls it


class State(Struct, omit_defaults=True):
    """All that goes across of an awareness state; what else there is in one stays on its node."""

    user: User | None = None
    part: Raw = NOTHING
    cursor: Raw = NOTHING
    selection: Raw = NOTHING
    pointer: Raw = NOTHING


class _Foreign(Struct):
    """A state of which nothing is known but that it may have these fields."""

    user: Raw = NOTHING
    part: Raw = NOTHING
    cursor: Raw = NOTHING
    selection: Raw = NOTHING
    pointer: Raw = NOTHING


_any = msgspec.json.Decoder(_Foreign)
_user = msgspec.json.Decoder(User)
_crossed = msgspec.json.Decoder(State)
_encode = msgspec.json.Encoder().encode
UNREADABLE = (msgspec.MsgspecError, RecursionError)


def bare(what: Telling) -> Telling:
    """The same, to be told to other nodes: less than what its clients said of themselves."""
    match what:
        case Seen() | Told():
            return msgspec.structs.replace(what, present=tuple(map(_bare, what.present)))
        case _:
            return what


def nameless(what: Telling) -> set[str]:
    """Those who have a name that was left out."""
    match what:
        case Seen() | Told():
            return {each.person for each in what.present if _is_nameless(each.entry.state)}
        case _:
            return set()


def with_names(what: Telling, names: Mapping[str, str]) -> Telling:
    """The same with the names that were left out, as far as they are known."""
    match what:
        case Seen() | Told():
            return msgspec.structs.replace(what, present=tuple(map(partial(_named, names), what.present)))
        case _:
            return what


def _bare(each: Person) -> Person:
    if each.entry.state is None:
        return each
    try:
        found = _any.decode(each.entry.state)
    except UNREADABLE:  # clients ignore it
        return _with(each, State())
    crosses = State(_known(found.user), _short(found.part), found.cursor, found.selection, found.pointer)
    return _with(each, crosses)


def _known(user: Raw) -> User | None:
    try:
        found = _user.decode(user)
    except UNREADABLE:
        return None
    name = NAMELESS if bytes(found.name) else NOTHING
    return User(_short(found.person), name, _short(found.color), _short(found.colorLight))


def _short(value: Raw) -> Raw:
    return value if len(bytes(value)) <= SHORT else NOTHING


def _named(names: Mapping[str, str], each: Person) -> Person:
    if each.person not in names or not _is_nameless(each.entry.state):
        return each
    state = _crossed.decode(each.entry.state or "")
    assert state.user is not None
    state.user.name = Raw(_encode(names[each.person]))
    return _with(each, state)


def _is_nameless(state: str | None) -> bool:
    try:
        found = _crossed.decode(state) if state is not None else State()
    except UNREADABLE:  # another node has let it pass; clients ignore it
        return False
    return found.user is not None and bytes(found.user.name) == bytes(NAMELESS)


def _with(each: Person, state: State) -> Person:
    return each._replace(entry=each.entry._replace(state=_encode(state).decode()))
