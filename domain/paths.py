"""Paths: skills in an order that can be learned, which somebody wants to have gone by a day."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from domain.deciding import Command, Decider
from domain.errors import Forbidden, Invalid, Refused, Unknown
from domain.events import Context, Event, Item, Query, about
from domain.identity import ID_PATTERN, Key, PathId, PersonId, SkillId, Title
from domain.practice import Zone, day_in

Kind = Literal["problems", "example", "text", "video", "game"]
Link = Annotated[str, Meta(max_length=500, pattern=r"^(https://\S+)?$(?!\n)")]
Minutes = Annotated[int, Meta(ge=1, le=6000)]
Needed = Annotated[str, Meta(pattern=ID_PATTERN)]
GATE = 0.85
"""The share of the last answers on a skill that has to be right before what needs it begins."""


class Content(Struct, frozen=True, kw_only=True):
    """Something to learn a skill with; `link` leads to it."""

    kind: Kind
    title: Title
    link: Link = ""


class Step(Struct, frozen=True, kw_only=True):
    """A skill of a path: what has to be passed before it, and the minutes that it takes about."""

    skill: SkillId
    title: Title
    requires: Annotated[tuple[Needed, ...], Meta(max_length=20)] = ()
    minutes: Minutes = 60
    contents: Annotated[tuple[Content, ...], Meta(max_length=20)] = ()


Steps = Annotated[tuple[Step, ...], Meta(min_length=1, max_length=200)]
Gate = Annotated[float, Meta(ge=0.5, le=1)]


class PathPublished(Event, frozen=True, tag="path.published.v1"):
    """A path, as it is from now on. Versions go from 1."""

    path: PathId
    version: int
    title: Title
    gate: float
    steps: tuple[Step, ...]


class GoalSet(Event, frozen=True, tag="path.goal-set.v1"):
    """Somebody wants to have gone a path by a day of their own calendar, with so many minutes a week.

    `prefers` is the kind of content that they would see first: it orders the page, and nothing else.
    """

    path: PathId
    person: PersonId
    by: date
    minutes: int
    zone: Zone
    prefers: Kind | None = None


class GoalDropped(Event, frozen=True, tag="path.goal-dropped.v1"):
    """Somebody does not follow a path any more."""

    path: PathId
    person: PersonId


class CalendarLinked(Event, frozen=True, tag="path.calendar-linked.v1"):
    """A new link leads to somebody's plan as a calendar, and none of those before does any more."""

    person: PersonId
    link: Key


class ContentTaken(Event, frozen=True, tag="path.content-taken.v1"):
    """Somebody learned with content of a kind; `suggested` is what had been suggested to them."""

    taken: Key
    person: PersonId
    skill: SkillId
    kind: Kind
    suggested: Kind | None = None


class PublishPath(Command, frozen=True, tag="publish-path"):
    """Publish a path, or a new version of it."""

    path: PathId
    title: Title
    steps: Steps
    gate: Gate = GATE


class SetGoal(Command, frozen=True, tag="set-goal"):
    """Follow a path, to have gone it by a day."""

    path: PathId
    by: date
    minutes: Minutes = 120
    zone: Zone = "UTC"
    prefers: Kind | None = None


class DropGoal(Command, frozen=True, tag="drop-goal"):
    """Do not follow a path any more."""

    path: PathId


class LinkCalendar(Command, frozen=True, tag="link-calendar"):
    """Make a new link to one's plan; the one before ends."""

    link: Key


class TakeContent(Command, frozen=True, tag="take-content"):
    """Say that one has learned with this kind of content."""

    taken: Key
    skill: SkillId
    kind: Kind
    suggested: Kind | None = None


PathCommand = PublishPath | SetGoal | DropGoal | LinkCalendar | TakeContent


class OnlyTutorsPublishPaths(Forbidden):
    """Only a tutor or an administrator may publish a path."""


class PathHasACircle(Invalid):
    """The skills of a path must not need each other in a circle."""


class UnknownPrerequisite(Invalid):
    """Every skill that is needed must be on the path."""


class SkillTwice(Invalid):
    """A skill stands on a path once."""


class UnknownPath(Unknown):
    """There is no such path."""


class DayIsOver(Refused):
    """A goal is set for a day to come."""


@dataclass
class PathState:
    """The path, and what the person has set for themselves."""

    published: PathPublished | None = None
    goal: GoalSet | None = None
    links: set[str] = field(default_factory=set[str])
    taken: set[str] = field(default_factory=set[str])


def evolve(state: PathState, event: Event) -> PathState:
    """Fold one event."""
    match event:
        case PathPublished():
            state.published = event
        case GoalSet():
            state.goal = event
        case GoalDropped():
            state.goal = None
        case CalendarLinked():
            state.links.add(event.link)
        case ContentTaken():
            state.taken.add(event.taken)
        case _:
            pass
    return state


def boundary(command: PathCommand, context: Context) -> Query:
    """The path, and this person's goal on it; or what they did with links and contents."""
    me = f"person:{context.actor}"
    match command:
        case LinkCalendar():
            return Query((about(me, CalendarLinked),))
        case TakeContent():
            mine = about(me, ContentTaken)
            return Query((Item(mine.types, (me, f"skill:{command.skill}")),))
        case PublishPath():
            return Query((about(f"path:{command.path}", PathPublished),))
        case SetGoal() | DropGoal():
            path = f"path:{command.path}"
            goal = about(path, GoalSet, GoalDropped)
            return Query((about(path, PathPublished), Item(goal.types, (path, me))))


def decide(command: PathCommand, state: PathState, context: Context) -> Sequence[Event]:
    """Dispatch."""
    match command:
        case PublishPath():
            return _publish(command, state, context)
        case SetGoal():
            return _set(command, state, context)
        case DropGoal():
            gone = GoalDropped(path=command.path, person=context.actor)
            return [gone] if state.goal else []
        case LinkCalendar():
            linked = CalendarLinked(person=context.actor, link=command.link)
            return [] if command.link in state.links else [linked]
        case TakeContent():
            return _take(command, state, context)


def _publish(command: PublishPath, state: PathState, context: Context) -> Sequence[Event]:
    if context.role not in ("tutor", "admin", "service"):
        raise OnlyTutorsPublishPaths
    in_order(command.steps)
    last = state.published
    published = PathPublished(
        path=command.path,
        version=last.version + 1 if last else 1,
        title=command.title,
        gate=command.gate,
        steps=command.steps,
    )
    if last and (last.title, last.gate, last.steps) == (command.title, command.gate, command.steps):
        return []
    return [published]


def _set(command: SetGoal, state: PathState, context: Context) -> Sequence[Event]:
    if state.published is None:
        raise UnknownPath
    if command.by <= day_in(command.zone, context.at):
        raise DayIsOver
    goal = GoalSet(
        path=command.path,
        person=context.actor,
        by=command.by,
        minutes=command.minutes,
        zone=command.zone,
        prefers=command.prefers,
    )
    return [] if state.goal == goal else [goal]


def _take(command: TakeContent, state: PathState, context: Context) -> Sequence[Event]:
    if command.taken in state.taken:
        return []
    return [
        ContentTaken(
            taken=command.taken,
            person=context.actor,
            skill=command.skill,
            kind=command.kind,
            suggested=command.suggested,
        )
    ]


def in_order(steps: Sequence[Step]) -> list[Step]:
    """Each step after all that it needs, else as they stand. Raises `Invalid` with what is wrong, by name."""
    by_skill = {step.skill: step for step in steps}
    if len(by_skill) < len(steps):
        twice = next(step.skill for step in steps if by_skill[step.skill] is not step)
        raise SkillTwice(f"A skill stands on a path once, and {twice} stands there twice.")
    for step in steps:
        for needed in step.requires:
            if needed not in by_skill:
                raise UnknownPrerequisite(f"{step.skill} needs {needed}, which is not on the path.")
    return list(_sorted(steps, by_skill))


def _sorted(steps: Sequence[Step], by_skill: Mapping[str, Step]) -> Iterator[Step]:
    """By depth, with a stack of our own: a path may be as deep as it is long."""
    done: set[str] = set()
    for first in steps:
        way = [first.skill]
        while way:
            step = by_skill[way[-1]]
            needed = next((each for each in step.requires if each not in done), None)
            if needed in way:
                circle = " → ".join([*way[way.index(needed) :], needed])
                raise PathHasACircle(f"These skills need each other in a circle: {circle}.")
            if needed is not None:
                way.append(needed)
                continue
            way.pop()
            if step.skill not in done:
                done.add(step.skill)
                yield step


PATHS: Decider[PathCommand, PathState] = Decider(boundary, PathState, evolve, decide)
