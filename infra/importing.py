"""Cards of SM-2, as other programs export them, brought along from a file."""

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from domain.identity import ID_PATTERN
from domain.reviews import MOST, ImportCards, Sm2Card

Id = Annotated[str, Meta(pattern=ID_PATTERN)]
LARGEST = 64 * 2**20
"""Bytes that a file may have."""


class Line(Struct, frozen=True, forbid_unknown_fields=True):
    """One card of one learner. `reviewed` is ISO 8601 with an offset, `interval` in days."""

    person: Id
    problem: Id
    reviewed: Annotated[datetime, Meta(tz=True)]
    interval: Annotated[int, Meta(ge=1, le=36_500)]
    ease: Annotated[float, Meta(ge=1.3, le=5)]
    lapses: Annotated[int, Meta(ge=0, le=10_000)] = 0


class BadLine(Exception):
    """A line of the file is no card."""


def lines_in(path: Path) -> list[Line]:
    """Every line of a CSV file with a header. Raises `BadLine` with its number, `OSError`."""
    if path.stat().st_size > LARGEST:
        raise BadLine(f"{path.name} has more than {LARGEST >> 20} MiB")
    with path.open(newline="", encoding="utf-8-sig") as file:
        return [_line(number, row) for number, row in enumerate(csv.DictReader(file), 2)]


def _line(number: int, row: Mapping[str, str]) -> Line:
    try:
        return msgspec.convert(row, Line, strict=False)
    except msgspec.ValidationError as error:
        raise BadLine(f"line {number}: {error}") from error


def imports(lines: Iterable[Line], skills: Mapping[str, str]) -> Iterator[ImportCards]:
    """The commands that bring them along; `skills` are those of the problems. Raises `BadLine`.

    The id of each load follows from what is in it: the same file again changes nothing.
    """
    cards: defaultdict[str, dict[str, Sm2Card]] = defaultdict(dict)
    for line in lines:
        if line.problem not in skills:
            raise BadLine(f"there is no problem {line.problem}")
        cards[line.person][line.problem] = Sm2Card(
            problem=line.problem,
            skill=skills[line.problem],
            reviewed=line.reviewed,
            interval=line.interval,
            ease=line.ease,
            lapses=line.lapses,
        )
    for person, theirs in cards.items():
        for part in _parts(list(theirs.values())):
            load = sha256(msgspec.msgpack.encode(part)).hexdigest()[:32]
            yield ImportCards(load=load, person=person, cards=tuple(part))


def _parts(cards: Sequence[Sm2Card]) -> Iterator[Sequence[Sm2Card]]:
    return (cards[start : start + MOST] for start in range(0, len(cards), MOST))
