"""How a view finds the keys that an event touches."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from domain.events import Event, Recorded

Keys = Callable[[Recorded], tuple[str, ...]]

BETWEEN = "."
"""Stands between the parts of a key that has two; ids never contain it, so a prefix ends with it."""


def by(*fields: str) -> Keys:
    """The identities in these fields of the event, without repeats."""
    found: Callable[[Event], Any] = attrgetter(*fields)

    def one(recorded: Recorded) -> tuple[str, ...]:
        return (found(recorded.event),)  # pyright: ignore  with one field it is no tuple

    def several(recorded: Recorded) -> tuple[str, ...]:
        return tuple(dict.fromkeys(found(recorded.event)))

    return several if len(fields) > 1 else one


def by_pair(fields: tuple[str, ...], second: str) -> Keys:
    """`first.second` for each of the identities in `fields`: rows that a prefix of the first finds."""
    firsts = by(*fields)

    def keys(recorded: Recorded) -> tuple[str, ...]:
        end = BETWEEN + getattr(recorded.event, second)
        return tuple(first + end for first in firsts(recorded))

    return keys
