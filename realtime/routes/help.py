"""Help in a room: for who is stuck, a fresh problem at the group's level, and what is left at the end."""

from collections.abc import Sequence

from litestar import Response, Router, get, post
from litestar.params import JSONBody
from msgspec import Struct

from domain.errors import Invalid, Unknown
from domain.fresh_problems import Family, WishForProblem
from domain.helping import KINDS, AskForHelp, Kinds, Work
from domain.rooms import NotInTheRoom, UnknownRoom
from projections.mastery import FITTED, MASTERY, Fitted, Mastery, figure
from projections.problems import PROBLEMS
from projections.room import ROOM
from projections.summaries import SUMMARIES, ShownSummary, ShownWork, Summary, problems_in
from projections.summaries import shown as shown_summary
from realtime.house import House
from realtime.reading import Reading
from realtime.routes.common import Asking, Body, Id, InHouse, PathId, done
from realtime.watching import WATCHING, standing
from rooms.facilitator.help.making import family_of

LEVELS = 5


class NewHelp(Body, frozen=True, kw_only=True):
    """What one is stuck with: a problem, the room's by default, and what was tried, in one's own words.

    Give an id of your own, and a repeated request is harmless. `kinds` are the helpers that are asked; who
    asks one of them again on the same problem is told something else.
    """

    help: Id | None = None
    problem: Id | None = None
    work: Work = ""
    kinds: Kinds = KINDS


class HelpOnItsWay(Struct, frozen=True, kw_only=True):
    """The helpers were asked; what they answer comes on the feed, and is in the room's `helps`."""

    position: int
    help: str


class WantedProblem(Body, frozen=True, kw_only=True):
    """Which problem is wanted: by its skill, that of the room's present problem by default.

    `family` says what kind it is to be, for skills whose names do not tell. Give an id of your own (`wish`),
    and a repeated request is harmless.
    """

    skill: Id | None = None
    family: Family | None = None
    wish: Id | None = None


class ProblemOnItsWay(Struct, frozen=True, kw_only=True):
    """The problem is made at this level, from 1 to 5, and posed to the room: it comes on the feed."""

    position: int
    wish: str
    skill: str
    family: Family
    level: int


class NoFamily(Invalid):
    """It cannot be told what kind of problem this skill needs: name a family."""


class NoSummaryYet(Unknown):
    """There is no summary yet: a room is summed up when it is closed."""


@post("/rooms/{room:str}/help")
async def ask(house: InHouse, access: Asking, room: PathId, data: JSONBody[NewHelp]) -> HelpOnItsWay:
    """Say that you are stuck: a hint, a picture on the board and a comparison with an expert's way come."""
    help_id = data.help or house.new_id()
    wish = AskForHelp(room=room, help=help_id, problem=data.problem, kinds=data.kinds, work=data.work)
    return HelpOnItsWay(position=(await done(house, access, wish)).position, help=help_id)


@post("/rooms/{room:str}/problems")
async def want(
    house: InHouse, access: Asking, room: PathId, data: JSONBody[WantedProblem]
) -> ProblemOnItsWay:
    """Want a fresh problem at the level of those who are in; its answer is checked, and kept here."""
    members = (await standing(house, access, room)).members
    skill = data.skill or await _skill_of(house, access.org, room) or data.family
    family = data.family or (family_of(skill) if skill else None)
    if skill is None or family is None:
        raise NoFamily
    wish = WishForProblem(
        room=room,
        wish=data.wish or house.new_id(),
        skill=skill,
        family=family,
        level=await level_of(house, access.org, skill, members),
    )
    position = (await done(house, access, wish)).position
    return ProblemOnItsWay(position=position, wish=wish.wish, skill=skill, family=family, level=wish.level)


async def _skill_of(house: House, org: str, room: str) -> str | None:
    state = await house.views.get(ROOM, org, room)
    problem = await house.views.get(PROBLEMS, org, state.problem) if state and state.problem else None
    return problem.skill if problem else None


async def level_of(house: House, org: str, skill: str, members: Sequence[str]) -> int:
    """From 1 to 5, by how well those who are in know the skill, on average."""
    states = await house.views.many(MASTERY, org, members)
    fitted = await house.views.get(FITTED, org, skill) or Fitted()
    known = [_known(states.get(person), skill, fitted) for person in members] or [fitted.prior]
    return min(LEVELS, 1 + int(LEVELS * sum(known) / len(known)))


def _known(state: Mastery | None, skill: str, fitted: Fitted) -> float:
    found = state.skills.get(skill) if state else None
    return figure(found, fitted.parameters()).known if found else fitted.prior


@get("/rooms/{room:str}/summary")
async def summary(house: InHouse, access: Asking, room: PathId) -> ShownSummary:
    """What is left of a closed room: the group's part and one's own; staff see everybody's."""
    return await _summary(house, access, room)


@get("/rooms/{room:str}/summary.md", media_type="text/markdown")
async def summary_file(house: InHouse, access: Asking, room: PathId) -> Response[str]:
    """The same, as a file to keep."""
    left = await _summary(house, access, room)
    name = {"Content-Disposition": f'attachment; filename="summary-{room}.md"'}
    return Response(_markdown(left), media_type="text/markdown; charset=utf-8", headers=name)


async def _summary(house: House, access: Asking, room: str) -> ShownSummary:
    access.must_enter(room)
    state = await house.views.get(SUMMARIES, access.org, room)
    if state is None:
        raise UnknownRoom
    if access.sub not in state.people and access.role not in WATCHING:
        raise NotInTheRoom
    if state.text is None:
        raise NoSummaryYet
    persons = list(state.reviews) if access.role in WATCHING else [access.sub]
    await Reading(house, access, "summary", room).of(_seen(state, persons))
    problems = await house.views.many(PROBLEMS, access.org, problems_in(state, persons))
    return shown_summary(room, state, problems, persons)


def _seen(state: Summary, persons: Sequence[str]) -> list[str]:
    """Whose part is about to be seen; of a room without any, that nobody had anything to review."""
    return [person for person in persons if person in state.reviews] or state.people


def _markdown(left: ShownSummary) -> str:
    parts = [f"# {left.title}", left.text]
    parts += _listed("Worked on", left.worked_on) + _listed("Open questions", left.open)
    for review in left.reviews:
        parts += [f"## To review ({review.person})", review.text, _bullets(review.problems)]
    return "\n\n".join(filter(None, parts)) + "\n"


def _listed(title: str, work: Sequence[ShownWork]) -> list[str]:
    return [f"## {title}", _bullets(work)] if work else []


def _bullets(work: Sequence[ShownWork]) -> str:
    return "\n".join(f"- {' '.join(each.prompt.split())} ({each.skill})" for each in work)


ROUTER = Router("/", route_handlers=[ask, want, summary, summary_file], tags=["rooms"])
