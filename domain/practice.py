"""Practice: problems, answers and hints."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Meta

from domain.deciding import Command, Decider
from domain.errors import Forbidden, Invalid, Refused, Unknown
from domain.events import Context, Event, Query, about
from domain.identity import Key, PersonId, ProblemId, RoomId, SkillId

Text = Annotated[str, Meta(min_length=1, max_length=2000, pattern=r"\S")]
Given = Annotated[str, Meta(max_length=500, extra={"personal": True})]
Zone = Annotated[str, Meta(min_length=1, max_length=64)]
"""An IANA time zone, for example `Europe/Berlin`."""

XP_FIRST_RIGHT = 10
XP_TRIED = 1


class ProblemAdded(Event, frozen=True, tag="problem.added.v1"):
    """A problem can be answered. `key` is the right answer, `hints` go from vague to plain."""

    problem: ProblemId
    skill: SkillId
    prompt: Text
    key: Text
    choices: tuple[Text, ...] = ()
    hints: tuple[Text, ...] = ()


class AnswerGiven(Event, frozen=True, tag="answer.given.v1"):
    """A person answered. `day` is the date on the learner's own calendar, in `zone`.

    `test` names the mixed test, of several skills, that it is part of; without one it was given in practice.
    """

    answer: Key
    person: PersonId
    problem: ProblemId
    skill: SkillId
    given: Given
    correct: bool
    xp: int
    day: date
    zone: Zone
    room: RoomId | None = None
    elapsed: int | None = None
    test: Key | None = None


class HintTaken(Event, frozen=True, tag="hint.taken.v1"):
    """A person asked for, and got, hint number `level` (from 1) of a problem."""

    person: PersonId
    problem: ProblemId
    skill: SkillId
    level: int
    room: RoomId | None = None


class AddProblem(Command, frozen=True, tag="add-problem"):
    """Add a problem to the organisation's collection."""

    problem: ProblemId
    skill: SkillId
    prompt: Text
    key: Text
    choices: Annotated[tuple[Text, ...], Meta(max_length=12)] = ()
    hints: Annotated[tuple[Text, ...], Meta(max_length=5)] = ()


class GiveAnswer(Command, frozen=True, tag="give-answer"):
    """Answer a problem. The answer's id makes a repeated request harmless; `elapsed` is in ms.

    `test` names the mixed test that it is part of.
    """

    answer: Key
    problem: ProblemId
    given: Given
    zone: Zone = "UTC"
    room: RoomId | None = None
    elapsed: Annotated[int, Meta(ge=0, le=86_400_000)] | None = None
    test: Key | None = None


class TakeHint(Command, frozen=True, tag="take-hint"):
    """Ask for the next hint of a problem.

    `after` is how many hints to it one has had: it makes a repeated request harmless.
    """

    problem: ProblemId
    after: Annotated[int, Meta(ge=0)] | None = None
    room: RoomId | None = None


PracticeCommand = AddProblem | GiveAnswer | TakeHint


class UnknownProblem(Unknown):
    """There is no such problem."""


class ProblemIdTaken(Refused):
    """Another problem has this id already."""


class KeyIsNoChoice(Invalid):
    """The right answer must be one of the choices."""


class NoMoreHints(Refused):
    """There are no more hints for this problem."""


class OnlyTutorsAddProblems(Forbidden):
    """Only a tutor or an administrator may add problems."""


class UnknownZone(Invalid):
    """There is no such time zone."""


@dataclass
class PracticeState:
    """One problem, and what one person has done with it."""

    problem: ProblemAdded | None = None
    answers: dict[str, AnswerGiven] = field(default_factory=dict[str, AnswerGiven])
    solved: bool = False
    hints: int = 0


def evolve(state: PracticeState, event: Event) -> PracticeState:
    """Fold one event."""
    match event:
        case ProblemAdded():
            state.problem = event
        case AnswerGiven():
            state.answers[event.answer] = event
            state.solved = state.solved or event.correct
        case HintTaken():
            state.hints = max(state.hints, event.level)
        case _:
            pass
    return state


def boundary(command: PracticeCommand, context: Context) -> Query:
    """The problem, and this person's answers and hints to it."""
    problem = f"problem:{command.problem}"
    added = about(problem, ProblemAdded)
    if isinstance(command, AddProblem):
        return Query((added,))
    mine = about(problem, AnswerGiven, HintTaken)
    return Query((added, type(mine)(types=mine.types, tags=(*mine.tags, f"person:{context.actor}"))))


def decide(command: PracticeCommand, state: PracticeState, context: Context) -> Sequence[Event]:
    """Dispatch; each command has its function."""
    match command:
        case AddProblem():
            return _add(command, state, context)
        case GiveAnswer():
            return _answer(command, state, context)
        case TakeHint():
            return _hint(command, state, context)


def same_answer(given: str, key: str) -> bool:
    """Whether the two agree, but for case, the kind of minus, and white space that means nothing."""
    return _plain(given) == _plain(key)


def _plain(text: str) -> str:
    """A space between digits stays, since 1 1/2 is not 11/2, unless it sets off thousands."""
    spaced = " ".join(text.split()).replace("\N{MINUS SIGN}", "-")
    return re.sub(r"(?<!\d) | (?!\d)| (?=\d{3}(?![\d/]))", "", spaced).casefold()


def _add(command: AddProblem, state: PracticeState, context: Context) -> Sequence[Event]:
    if context.role not in ("tutor", "admin", "service"):
        raise OnlyTutorsAddProblems
    if command.choices and not any(same_answer(choice, command.key) for choice in command.choices):
        raise KeyIsNoChoice
    added = ProblemAdded(
        problem=command.problem,
        skill=command.skill,
        prompt=command.prompt,
        key=command.key,
        choices=command.choices,
        hints=command.hints,
    )
    if state.problem is None:
        return [added]
    if state.problem == added:
        return []
    raise ProblemIdTaken


def _answer(command: GiveAnswer, state: PracticeState, context: Context) -> Sequence[Event]:
    if state.problem is None:
        raise UnknownProblem
    if command.answer in state.answers:
        return []
    correct = same_answer(command.given, state.problem.key)
    return [
        AnswerGiven(
            answer=command.answer,
            person=context.actor,
            problem=command.problem,
            skill=state.problem.skill,
            given=command.given,
            correct=correct,
            xp=_points(correct, state),
            day=day_in(command.zone, context.at),
            zone=command.zone,
            room=command.room,
            elapsed=command.elapsed,
            test=command.test,
        )
    ]


def _points(correct: bool, state: PracticeState) -> int:
    if not correct:
        return 0 if state.answers else XP_TRIED
    return 0 if state.solved else XP_FIRST_RIGHT


def day_in(zone: str, at: datetime) -> date:
    """The date on the calendar of a zone; raises `UnknownZone`."""
    try:
        return at.astimezone(ZoneInfo(zone)).date()
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UnknownZone from error


def _hint(command: TakeHint, state: PracticeState, context: Context) -> Sequence[Event]:
    if state.problem is None:
        raise UnknownProblem
    if command.after is not None and command.after < state.hints:
        return []
    level = state.hints + 1
    if level > len(state.problem.hints):
        raise NoMoreHints
    return [
        HintTaken(
            person=context.actor,
            problem=command.problem,
            skill=state.problem.skill,
            level=level,
            room=command.room,
        )
    ]


PRACTICE: Decider[PracticeCommand, PracticeState] = Decider(boundary, PracticeState, evolve, decide)
