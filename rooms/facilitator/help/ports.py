"""The port through which a model may help with words, and with problems that are then worked out here."""

from dataclasses import dataclass
from typing import Protocol

from msgspec import Struct

from domain.fresh_problems import Family
from domain.helping import HelpKind
from domain.log import EventLog
from rooms.facilitator.help.checking import Proposal
from rooms.facilitator.history import People
from rooms.facilitator.phrasing import ModelCall, Phrased


class HelpRequest(Struct, frozen=True, kw_only=True):
    """What a model is told of who is stuck. The answer is not among it.

    `addressee` is a pseudonym, `problem` what everybody in the room can read; `work` is what the person
    wrote, "" unless they agreed to that; `before` are words that were given and should not come again.
    """

    kind: HelpKind
    addressee: str
    topic: str
    problem: str
    work: str = ""
    before: tuple[str, ...] = ()


class ProblemRequest(Struct, frozen=True, kw_only=True):
    """Which problem is wanted, at a level from 1 to 5; `before` are problems that the room has had."""

    family: Family
    skill: str
    level: int
    before: tuple[str, ...] = ()


class SummaryRequest(Struct, frozen=True, kw_only=True):
    """What a group of so many worked on, and which of it nobody has solved: problems, and nobody's words."""

    people: int
    problems: tuple[str, ...]
    open: tuple[str, ...]


class Proposed(Struct, frozen=True, kw_only=True):
    """The model's problem, which nobody has checked yet, or None if there is none."""

    proposal: Proposal | None
    call: ModelCall


class Tutor(Protocol):
    """Implemented in `adapters/claude.py`. Within a few seconds; never raises: a failure is an outcome."""

    async def advise(self, request: HelpRequest) -> Phrased:
        """Words for somebody who is stuck."""
        ...

    async def propose(self, request: ProblemRequest) -> Proposed:
        """A problem."""
        ...

    async def summarise(self, request: SummaryRequest) -> Phrased:
        """Words for the end of a room."""
        ...


@dataclass(frozen=True, kw_only=True)
class Sources:
    """What answers are made of. Without a tutor the templates and the generators answer."""

    log: EventLog
    people: People
    tutor: Tutor | None = None
