"""How a view finds the keys that an event touches."""

from collections.abc import Callable

from domain.events import Recorded

Keys = Callable[[Recorded], tuple[str, ...]]

BETWEEN = "."
"""Stands between the parts of a key that has two; ids never contain it, so a prefix ends with it."""


def by(*fields: str) -> Keys:
    """The identities in these fields of the event, without repeats."""

    def keys(recorded: Recorded) -> tuple[str, ...]:
        return tuple(dict.fromkeys(getattr(recorded.event, field) for field in fields))

    return keys


def by_pair(fields: tuple[str, ...], second: str) -> Keys:
    """`first.second` for each of the identities in `fields`: rows that a prefix of the first finds."""
    firsts = by(*fields)

    def keys(recorded: Recorded) -> tuple[str, ...]:
        end = BETWEEN + getattr(recorded.event, second)
        return tuple(first + end for first in firsts(recorded))

    return keys
