"""Paths, goals, and what to do next."""

from datetime import date
from typing import Annotated

from litestar import Response, Router, delete, get, post, put
from litestar.params import JSONBody, PathParameter
from msgspec import Struct

from domain.identity import Title
from domain.paths import (
    GATE,
    Content,
    DropGoal,
    Gate,
    Kind,
    LinkCalendar,
    Minutes,
    PublishPath,
    SetGoal,
    Steps,
    TakeContent,
    UnknownPath,
)
from domain.practice import Zone
from projections.paths import CONTENTS, PATHS, Contents, Goal, Path, Suggestion, suggestion
from projections.planning import NextStep, Pace, Standing, Week
from realtime.house import House
from realtime.planning import NotThisLink, Planned, calendar_of, goals_of, key_of, planned
from realtime.reading import must_see
from realtime.routes.common import Asking, Body, Cursor, Done, Id, InHouse, Limit, PathId, QueryId, done
from realtime.routes.practice import ZoneQuery

CalendarName = Annotated[str, PathParameter(pattern=r"^[0-9a-f]{64}\.ics$")]


class NewPath(Body, frozen=True, kw_only=True):
    """A path, or a new version of it."""

    title: Title
    steps: Steps
    gate: Gate = GATE


class NewGoal(Body, frozen=True, kw_only=True):
    """To have gone a path by a day. `prefers` orders the contents of the page, and does nothing else."""

    path: Id
    by: date
    minutes: Minutes = 120
    zone: Zone = "UTC"
    prefers: Kind | None = None


class Took(Body, frozen=True, kw_only=True):
    """Content that one has learned with; the answer after it says whether it helped."""

    skill: Id
    kind: Kind
    suggested: Kind | None = None
    taken: Id | None = None


class Paths(Struct, frozen=True, kw_only=True):
    """A page of paths; ask on with `after` = `next`."""

    paths: tuple[Path, ...]
    next: str | None


class PlannedStep(Struct, frozen=True, kw_only=True):
    """What to do, why, and with what: contents in the order that was wished for, and what is suggested."""

    step: NextStep
    contents: tuple[Content, ...]
    suggested: Suggestion | None


class Plan(Struct, frozen=True, kw_only=True):
    """What a learner should do next. Without a path there are reviews only; weeks and pace need a goal."""

    person: str
    day: date
    path: str | None
    version: int
    title: str
    gate: float
    goal: Goal | None
    steps: tuple[PlannedStep, ...]
    skills: tuple[Standing, ...]
    pace: Pace | None
    weeks: tuple[Week, ...]


class Linked(Struct, frozen=True, kw_only=True):
    """Where the plan can be subscribed to; whoever has this address can read it."""

    position: int
    url: str


@put("/paths/{path:str}")
async def publish(house: InHouse, access: Asking, path: PathId, data: JSONBody[NewPath]) -> Done:
    """Publish a path: its skills, and what has to be passed before each."""
    return await done(
        house, access, PublishPath(path=path, title=data.title, steps=data.steps, gate=data.gate)
    )


@get("/paths")
async def paths(house: InHouse, access: Asking, after: Cursor = "", limit: Limit = 50) -> Paths:
    """Every path."""
    page = await house.views.page(PATHS, access.org, after=after, limit=limit)
    return Paths(paths=tuple(path for _, path in page), next=page[-1][0] if len(page) == limit else None)


@put("/learners/me/goal")
async def set_goal(house: InHouse, access: Asking, data: JSONBody[NewGoal]) -> Done:
    """Follow a path, to have gone it by a day."""
    command = SetGoal(path=data.path, by=data.by, minutes=data.minutes, zone=data.zone, prefers=data.prefers)
    return await done(house, access, command)


@delete("/learners/me/goal/{path:str}", status_code=200)
async def drop_goal(house: InHouse, access: Asking, path: PathId) -> Done:
    """Do not follow a path any more."""
    return await done(house, access, DropGoal(path=path))


@post("/learners/me/contents")
async def take(house: InHouse, access: Asking, data: JSONBody[Took]) -> Done:
    """Say that one has learned with some content."""
    taken = data.taken or house.new_id()
    command = TakeContent(taken=taken, skill=data.skill, kind=data.kind, suggested=data.suggested)
    return await done(house, access, command)


@post("/learners/me/calendar")
async def link(house: InHouse, access: Asking) -> Linked:
    """Make a link by which a calendar reads the plan; the link before does not lead there any more."""
    name = house.new_id()
    position = (await done(house, access, LinkCalendar(link=name))).position
    key = key_of(house, access.org, access.sub, name)
    return Linked(position=position, url=f"/calendars/{access.org}/{access.sub}/{key}.ics")


@get("/learners/{person:str}/plan")
async def plan(
    house: InHouse, access: Asking, person: PathId, path: QueryId = None, zone: ZoneQuery = "UTC"
) -> Plan:
    """The next five steps with their reasons, the gaps, and the weeks until the day of the goal.

    Of the path that is named; by default of the goal whose day comes first.
    """
    await must_see(house, access, person, "plan")
    found = await planned(house, access.org, person, path, zone)
    if path is not None and not found.path.version:
        raise UnknownPath
    return await _shown(house, access.org, person, found)


@get("/calendars/{org:str}/{person:str}/{name:str}", media_type="text/calendar")
async def calendar(house: InHouse, org: PathId, person: PathId, name: CalendarName) -> Response[bytes]:
    """A learner's plan as a calendar, for whoever has its address."""
    goals = await goals_of(house, org, person)
    if not goals.link or name != f"{key_of(house, org, person, goals.link)}.ics":
        raise NotThisLink
    content = await calendar_of(house, org, person, goals)
    return Response(content, media_type="text/calendar", headers={"Cache-Control": "private, max-age=3600"})


async def _shown(house: House, org: str, person: str, found: Planned) -> Plan:
    skills = [step.skill for step in found.steps if step.skill]
    contents = await house.views.many(CONTENTS, org, skills) if skills else {}
    return Plan(
        person=person,
        day=found.today,
        path=found.path.path or None,
        version=found.path.version,
        title=found.path.title,
        gate=found.path.gate,
        goal=found.goal,
        steps=tuple(_step(found, step, contents, person) for step in found.steps),
        skills=tuple(found.standings),
        pace=found.pace,
        weeks=tuple(found.weeks),
    )


def _step(found: Planned, step: NextStep, contents: dict[str, Contents], person: str) -> PlannedStep:
    there = next((each.contents for each in found.path.steps if each.skill == step.skill), ())
    preferred = found.goal.prefers if found.goal else None
    kinds: tuple[Kind, ...] = tuple(content.kind for content in there)
    tried = contents.get(step.skill or "") or Contents()
    return PlannedStep(
        step=step,
        contents=tuple(sorted(there, key=lambda content: content.kind != preferred)),
        suggested=suggestion(tried, kinds, f"{person} {step.skill}"),
    )


ROUTER = Router("/", route_handlers=[publish, paths, set_goal, drop_goal, take, link, plan], tags=["plan"])
OPEN = Router("/", route_handlers=[calendar], tags=["plan"])
"""For whoever has the link: a calendar sends no header."""
