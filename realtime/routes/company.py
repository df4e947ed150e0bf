"""Whom to learn with, and with whom never."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from litestar import Router, delete, get, put
from litestar.params import JSONBody
from msgspec import Struct

from domain.company import Block, DeclinePartners, Hours, SeekPartners, Unblock
from domain.errors import Refused
from domain.practice import Zone
from projections.company import (
    COMPANY,
    SEEKERS,
    Learner,
    Match,
    Person,
    Seekers,
    group,
    hours_in_utc,
    matches,
)
from projections.mastery import MASTERY, Mastery
from projections.paths import GOALS, PATHS, Goals, Path
from projections.planning import standings
from realtime.house import House
from realtime.routes.common import Asking, Body, Done, Id, InHouse, PathId, done

LOOKED_AT = 500
"""People who seek partners that are looked at, those who said so last."""
SHOWN = 10


class NotSeeking(Refused):
    """Partners are suggested to those who may be suggested themselves: say first when you have time."""


class Seeking(Body, frozen=True, kw_only=True):
    """Be suggested to others on a path. `hours` of the week on your own clock, 0 is Monday's first."""

    path: Id
    hours: Hours
    zone: Zone = "UTC"


class Blocking(Body, frozen=True, kw_only=True):
    """Somebody never to be matched with."""

    whom: Id


class Partner(Struct, frozen=True, kw_only=True):
    """Somebody to learn with, by their name, and why."""

    person: str
    name: str
    why: str
    match: Match


class Partners(Struct, frozen=True, kw_only=True):
    """The best first. `room` are those of them who could share a room with you, all at an hour all have."""

    path: str
    partners: tuple[Partner, ...]
    room: tuple[str, ...]


@put("/learners/me/partners")
async def seek(house: InHouse, access: Asking, data: JSONBody[Seeking]) -> Done:
    """Agree to be suggested to others who follow the same path, with what you can help with."""
    return await done(house, access, SeekPartners(path=data.path, hours=data.hours, zone=data.zone))


@delete("/learners/me/partners/{path:str}", status_code=200)
async def decline(house: InHouse, access: Asking, path: PathId) -> Done:
    """Be suggested to nobody any more."""
    return await done(house, access, DeclinePartners(path=path))


@put("/learners/me/blocked")
async def block(house: InHouse, access: Asking, data: JSONBody[Blocking]) -> Done:
    """Never be matched with somebody. They are not told."""
    return await done(house, access, Block(whom=data.whom))


@delete("/learners/me/blocked/{person:str}", status_code=200)
async def unblock(house: InHouse, access: Asking, person: PathId) -> Done:
    """Take a block back."""
    return await done(house, access, Unblock(whom=person))


@get("/learners/me/partners/{path:str}")
async def partners(house: InHouse, access: Asking, path: PathId) -> Partners:
    """Whom to learn with on a path: of those who seek somebody too, whoever complements you."""
    org, me = access.org, access.sub
    seekers = await house.views.get(SEEKERS, org, path) or Seekers()
    if me not in seekers.persons:
        raise NotSeeking
    shown = await house.views.get(PATHS, org, path) or Path()
    persons = list(dict.fromkeys([me, *list(seekers.persons)[-LOOKED_AT:]]))
    learners = await _learners(house, org, shown, path, persons)
    titles = {step.skill: step.title for step in shown.steps}
    known = await house.views.names(org, list(learners))
    others = [learner for person, learner in learners.items() if person in known]
    found = matches(learners[me], others, titles)
    return Partners(
        path=path,
        partners=tuple(_partner(match, known) for match in found[:SHOWN]),
        room=group(learners[me], found, learners),
    )


def _partner(match: Match, names: Mapping[str, str]) -> Partner:
    return Partner(person=match.person, name=names[match.person], why=match.why, match=match)


async def _learners(
    house: House, org: str, shown: Path, path: str, persons: Sequence[str]
) -> dict[str, Learner]:
    said = await house.views.many(COMPANY, org, persons)
    known = await house.views.many(MASTERY, org, persons)
    goals = await house.views.many(GOALS, org, persons)
    now = house.clock()
    return {
        person: _learner(person, path, shown, company, known.get(person), goals.get(person), now)
        for person, company in said.items()
        if path in company.sought
    }


def _learner(
    person: str,
    path: str,
    shown: Path,
    company: Person,
    mastery: Mastery | None,
    goals: Goals | None,
    now: datetime,
) -> Learner:
    goal = (goals or Goals()).goals.get(path)
    found = standings(shown, (mastery or Mastery()).skills)
    return Learner(
        person=person,
        passed=frozenset(each.skill for each in found if each.status == "passed"),
        missing=frozenset(each.skill for each in found if each.status not in ("passed", "assumed")),
        hours=hours_in_utc(company.sought[path], now),
        until=goal.by.toordinal() if goal else 0,
        blocked=frozenset(company.blocked),
    )


ROUTER = Router("/", route_handlers=[seek, decline, block, unblock, partners], tags=["company"])
