"""Who has looked: reads of somebody's personal data by those who oversee, each on record."""

from collections.abc import Iterable, Iterator
from typing import Annotated

from msgspec import Meta

from domain.events import Event
from domain.identity import Key, PersonId

MOST = 100
"""Persons in one event; a read that concerns more is several events."""


class PersonalDataRead(Event, frozen=True, tag="personal-data.read.v1"):
    """An auditor or administrator, the actor, was about to be shown what concerns these persons.

    `what` names the surface; `detail` says which part of it, such as a room or a range of positions.
    """

    persons: tuple[PersonId, ...]
    what: Key
    detail: Annotated[str, Meta(max_length=200)] = ""


def reads(persons: Iterable[str], what: str, detail: str = "") -> Iterator[PersonalDataRead]:
    """The events of one read, which names every person once."""
    all_of = sorted(set(persons))
    for start in range(0, len(all_of), MOST):
        yield PersonalDataRead(persons=tuple(all_of[start : start + MOST]), what=what, detail=detail)
