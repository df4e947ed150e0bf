"""Names stay on their node: what goes to others has none, and those look up the names of whom they show."""

from collections.abc import Mapping
from typing import Any, cast

import msgspec

from rooms.board.telling import Person, Seen, Telling, Told

NAMELESS = ""
"""What stands in a state that goes from node to node in place of `user.name`."""

_states = msgspec.json.Decoder(dict[str, Any])
_encode = msgspec.json.Encoder().encode


def without_names(what: Telling) -> Telling:
    """The same, to be told to other nodes."""
    match what:
        case Seen() | Told():
            return msgspec.structs.replace(what, present=tuple(map(_without, what.present)))
        case _:
            return what


def nameless(what: Telling) -> set[str]:
    """Those whose names were left out."""
    match what:
        case Seen() | Told():
            return {each.person for each in what.present if _name(each.entry.state) == NAMELESS}
        case _:
            return set()


def with_names(what: Telling, names: Mapping[str, str]) -> Telling:
    """The same with the names that were left out, as far as they are known."""
    match what:
        case Seen() | Told():
            present = (_named(each, names.get(each.person, NAMELESS)) for each in what.present)
            return msgspec.structs.replace(what, present=tuple(present))
        case _:
            return what


def _without(each: Person) -> Person:
    return each if _name(each.entry.state) in (None, NAMELESS) else _called(each, NAMELESS)


def _named(each: Person, name: str) -> Person:
    return _called(each, name) if name and _name(each.entry.state) == NAMELESS else each


def _called(each: Person, name: str) -> Person:
    state = _state(each.entry.state)
    state["user"]["name"] = name
    return each._replace(entry=each.entry._replace(state=_encode(state).decode()))


def _name(state: str | None) -> object:
    """What stands for a name in a state; None if nothing does."""
    user = _state(state).get("user")
    return cast("dict[str, object]", user).get("name") if isinstance(user, dict) else None


def _state(state: str | None) -> dict[str, Any]:
    try:
        return _states.decode(state) if state is not None else {}
    except (msgspec.MsgspecError, RecursionError):  # another node has let it pass; clients ignore it
        return {}
