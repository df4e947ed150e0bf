"""What a learner knows, and how the next answers would probably go."""

from typing import Annotated

from litestar import Router, get
from litestar.params import QueryParameter
from msgspec import Struct

from domain.errors import Invalid
from domain.identity import ID_PATTERN
from domain.practice import UnknownProblem
from projections.mastery import FITTED, MASTERY, Mastery, ShownMastery
from projections.mastery import shown as shown_mastery
from projections.prediction.explained import ShownPrediction
from projections.problems import PROBLEMS, PROBLEMS_BY_SKILL, Problem, prefix_of
from realtime.house import House
from realtime.predicting import predicted
from realtime.reading import must_see
from realtime.routes.common import Asking, Cursor, InHouse, PathId, QueryId

MOST = 50
"""Problems in one request for predictions."""
Items = Annotated[
    str | None,
    QueryParameter(
        pattern=ID_PATTERN.replace("{1,64}$", "{1,64}(,[A-Za-z0-9_-]{1,64}){0,49}$"),
        description="Problems, with commas between; at most fifty.",
    ),
]
Few = Annotated[int, QueryParameter(ge=1, le=MOST)]


class ItemsOrSkill(Invalid):
    """Name either problems, by `items`, or a `skill` whose problems are meant."""


class ItemPrediction(Struct, frozen=True, kw_only=True):
    """A problem, and how likely this learner's answer to it would be right, now."""

    problem: str
    skill: str
    prediction: ShownPrediction


class Predictions(Struct, frozen=True, kw_only=True):
    """In the order of the problems; ask on with `after` = `next`."""

    person: str
    predictions: tuple[ItemPrediction, ...]
    next: str | None


@get("/learners/{person:str}/mastery")
async def mastery(house: InHouse, access: Asking, person: PathId) -> ShownMastery:
    """How well each skill is known, the level reached, and how the next answer would probably go, and why."""
    await must_see(house, access, person, "mastery")
    return await mastery_of(house, access.org, person)


@get("/learners/{person:str}/predictions")
async def predictions(
    house: InHouse,
    access: Asking,
    person: PathId,
    items: Items = None,
    skill: QueryId = None,
    after: Cursor = "",
    limit: Few = MOST,
) -> Predictions:
    """How likely the next answer to each of these problems is to be right, term by term."""
    await must_see(house, access, person, "predictions")
    if (items is None) is (skill is None):
        raise ItemsOrSkill
    following = None
    if skill is not None:
        page = await house.views.page(
            PROBLEMS_BY_SKILL, access.org, prefix=prefix_of(skill), after=after, limit=limit
        )
        problems = [state for _, state in page]
        following = page[-1][0] if len(page) == limit else None
    else:
        problems = await _named(house, access.org, (items or "").split(","))
    wanted = [(each.skill, each.problem) for each in problems]
    found = await predicted(house, access.org, person, wanted)
    shown = [
        ItemPrediction(problem=each.problem, skill=each.skill, prediction=prediction)
        for each, prediction in zip(problems, found, strict=True)
    ]
    return Predictions(person=person, predictions=tuple(shown), next=following)


async def _named(house: House, org: str, items: list[str]) -> list[Problem]:
    named = list(dict.fromkeys(items))
    found = await house.views.many(PROBLEMS, org, named)
    if len(found) < len(named):
        raise UnknownProblem
    return [found[item] for item in named]


async def mastery_of(house: House, org: str, person: str) -> ShownMastery:
    """A learner's mastery."""
    state = await house.views.get(MASTERY, org, person) or Mastery()
    skills = list(state.skills)
    if not skills:
        return shown_mastery(person, state, {}, {})
    fits = await house.views.many(FITTED, org, skills)
    nexts = await predicted(house, org, person, [(skill, None) for skill in skills])
    return shown_mastery(person, state, fits, dict(zip(skills, nexts, strict=True)))


ROUTER = Router("/", route_handlers=[mastery, predictions], tags=["mastery"])
