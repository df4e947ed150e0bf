"""Pillars: named sets of skills, and whether somebody has mastered all of one by what they answered."""

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from typing import Annotated

from msgspec import Meta, Struct

from domain.deciding import Command
from domain.errors import Forbidden, Refused, Unknown
from domain.events import Event
from domain.identity import PillarId, SkillId, Title
from domain.practice import AnswerGiven

Skills = Annotated[tuple[SkillId, ...], Meta(min_length=1, max_length=20)]
Answers = Annotated[int, Meta(ge=3, le=50)]
Part = Annotated[float, Meta(ge=0.5, le=1)]
KEPT = 50
"""Answers to a skill that are looked back at, at most."""


class PillarDefined(Event, frozen=True, tag="pillar.defined.v1"):
    """A pillar is mastered by whoever got `part` of their last `answers` right in each of its skills."""

    pillar: PillarId
    title: Title
    skills: tuple[SkillId, ...]
    answers: int
    part: float


class DefinePillar(Command, frozen=True, tag="define-pillar"):
    """Name a set of skills, and say when it is mastered. It does not change afterwards."""

    pillar: PillarId
    title: Title
    skills: Skills
    answers: Answers = 10
    part: Part = 0.85


class Standing(Struct, frozen=True):
    """Of the last `answers` answers to a skill, `right` were right."""

    skill: SkillId
    answers: int
    right: int


class OnlyTutorsDefinePillars(Forbidden):
    """Only a tutor or an administrator may define pillars."""


class PillarIdTaken(Refused):
    """Another pillar has this id already, and a pillar does not change."""


class UnknownPillar(Unknown):
    """There is no such pillar."""


class Answered:
    """One person's last answers to each skill, right or wrong."""

    def __init__(self) -> None:
        self._last: defaultdict[str, deque[bool]] = defaultdict(lambda: deque[bool](maxlen=KEPT))

    def saw(self, event: AnswerGiven) -> None:
        """One more answer."""
        self._last[event.skill].append(event.correct)

    def standings(self, pillar: PillarDefined) -> tuple[Standing, ...]:
        """In each skill of a pillar."""
        return tuple(standing(skill, self._last, pillar.answers) for skill in pillar.skills)


def standing(skill: str, last: Mapping[str, Sequence[bool]], answers: int) -> Standing:
    """In one skill."""
    seen = list(last.get(skill, ()))[-answers:]
    return Standing(skill, len(seen), sum(seen))


def mastered(pillar: PillarDefined, standings: Sequence[Standing]) -> bool:
    """Whether this is enough in every skill."""
    return all(
        each.answers >= pillar.answers and each.right >= pillar.part * each.answers for each in standings
    )
