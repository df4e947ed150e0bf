"""Practice: problems, answers, hints, and the figures that follow from them."""

from datetime import date
from typing import Annotated

from litestar import Router, get, post
from litestar.params import JSONBody, QueryParameter
from msgspec import Meta, Struct

from domain.practice import (
    AddProblem,
    AnswerGiven,
    GiveAnswer,
    Given,
    HintTaken,
    PracticeState,
    TakeHint,
    Text,
    Zone,
    day_in,
)
from domain.quests import ClaimQuest
from domain.quests import Progress as Rewards
from domain.rooms import NotInTheRoom
from projections.problems import PROBLEMS, PROBLEMS_BY_SKILL, ShownProblem, prefix_of
from projections.problems import shown as shown_problem
from projections.quests import QUESTS, Progress, ShownProgress
from projections.quests import shown as shown_progress
from realtime.house import House
from realtime.reading import must_see
from realtime.routes.common import Asking, Body, Cursor, Id, InHouse, Limit, PathId, QueryId, done, perform
from realtime.watching import standing

ZoneQuery = Annotated[
    str,
    QueryParameter(min_length=1, max_length=64, description="IANA time zone of the learner's calendar."),
]


class NewProblem(Body, frozen=True, kw_only=True):
    """A problem with its answer key."""

    skill: Id
    prompt: Text
    key: Text
    problem: Id | None = None
    choices: Annotated[tuple[Text, ...], Meta(max_length=12)] = ()
    hints: Annotated[tuple[Text, ...], Meta(max_length=5)] = ()


class Added(Struct, frozen=True, kw_only=True):
    """The problem is there."""

    position: int
    problem: str


class Problems(Struct, frozen=True, kw_only=True):
    """A page of problems; ask on with `after` = `next`."""

    problems: tuple[ShownProblem, ...]
    next: str | None


class NewAnswer(Body, frozen=True, kw_only=True):
    """An answer. Give an id of your own, and a repeated request is harmless; `elapsed` in ms.

    `test` is an id of your own for the mixed test that it is part of, if it is part of one.
    """

    problem: Id
    given: Given
    answer: Id | None = None
    zone: Zone = "UTC"
    room: Id | None = None
    elapsed: Annotated[int, Meta(ge=0, le=86_400_000)] | None = None
    test: Id | None = None


class Marked(Struct, frozen=True, kw_only=True):
    """Whether the answer was right, and what it earned."""

    position: int
    correct: bool
    xp: int


class HintWanted(Body, frozen=True, kw_only=True):
    """A hint to a problem, please. `after` is how many one has had: a repeated request is harmless then."""

    problem: Id
    room: Id | None = None
    after: Annotated[int, Meta(ge=0)] | None = None


class Hint(Struct, frozen=True, kw_only=True):
    """Hint number `level`, from 1."""

    position: int
    level: int
    hint: str


class Claim(Body, frozen=True, kw_only=True):
    """The day whose quest was met; today if none is given."""

    day: date | None = None
    zone: Zone = "UTC"


class Claimed(Struct, frozen=True, kw_only=True):
    """The reward."""

    position: int
    xp: int


@post("/problems")
async def add_problem(house: InHouse, access: Asking, data: JSONBody[NewProblem]) -> Added:
    """Add a problem to the collection."""
    problem = data.problem or house.new_id()
    command = AddProblem(
        problem=problem,
        skill=data.skill,
        prompt=data.prompt,
        key=data.key,
        choices=data.choices,
        hints=data.hints,
    )
    return Added(position=(await done(house, access, command)).position, problem=problem)


@get("/problems")
async def problems(
    house: InHouse,
    access: Asking,
    skill: QueryId = None,
    after: Cursor = "",
    limit: Limit = 50,
) -> Problems:
    """The collection, or the part of it that practises one skill; answer keys stay here."""
    view = PROBLEMS_BY_SKILL if skill else PROBLEMS
    prefix = prefix_of(skill) if skill else ""
    page = await house.views.page(view, access.org, prefix=prefix, after=after, limit=limit)
    following = page[-1][0] if len(page) == limit else None
    return Problems(problems=tuple(shown_problem(state) for _, state in page), next=following)


@post("/answers")
async def answer(house: InHouse, access: Asking, data: JSONBody[NewAnswer]) -> Marked:
    """Answer a problem."""
    if data.room and not (await standing(house, access, data.room)).member:
        raise NotInTheRoom
    command = GiveAnswer(
        answer=data.answer or house.new_id(),
        problem=data.problem,
        given=data.given,
        zone=data.zone,
        room=data.room,
        elapsed=data.elapsed,
        test=data.test,
    )
    performed = await perform(house, access, command)
    given = next((event for event in performed.events if isinstance(event, AnswerGiven)), None)
    if given is None:  # a repeated request gets the answer of the first one, which the state has kept
        state: PracticeState = await house.performer.look(command, access.context(house.clock()))
        given = state.answers[command.answer]
    return Marked(position=performed.position, correct=given.correct, xp=given.xp)


@post("/hints")
async def hint(house: InHouse, access: Asking, data: JSONBody[HintWanted]) -> Hint:
    """The next hint."""
    if data.room and not (await standing(house, access, data.room)).member:
        raise NotInTheRoom
    command = TakeHint(problem=data.problem, room=data.room, after=data.after)
    performed = await perform(house, access, command)
    taken = [event.level for event in performed.events if isinstance(event, HintTaken)]
    level = taken[0] if taken else (data.after or 0) + 1
    state: PracticeState = await house.performer.look(command, access.context(house.clock()))
    assert state.problem is not None
    return Hint(position=performed.position, level=level, hint=state.problem.hints[level - 1])


@get("/learners/{person:str}/quests")
async def quests(house: InHouse, access: Asking, person: PathId, zone: ZoneQuery = "UTC") -> ShownProgress:
    """XP, level, streak, and the quests of the learner's day."""
    await must_see(house, access, person, "quests")
    return await progress_of(house, access.org, person, zone)


@post("/quests/{quest:str}/claim", status_code=200)
async def claim(house: InHouse, access: Asking, quest: PathId, data: JSONBody[Claim]) -> Claimed:
    """Claim the reward of a quest that is met; once."""
    day = data.day or today(house, data.zone)
    command = ClaimQuest(quest=quest, day=day, zone=data.zone)
    position = (await done(house, access, command)).position
    # A repeated request gets the reward of the first one, which the state has kept.
    state: Rewards = await house.performer.look(command, access.context(house.clock()))
    return Claimed(position=position, xp=state.claimed[quest, day])


async def progress_of(house: House, org: str, person: str, zone: str) -> ShownProgress:
    """A learner's XP, streak and quests, on their own calendar."""
    state = await house.views.get(QUESTS, org, person) or Progress()
    return shown_progress(person, state, today(house, zone), zone)


def today(house: House, zone: str) -> date:
    """The date on a calendar; raises `UnknownZone`."""
    return day_in(zone, house.clock())


ROUTER = Router("/", route_handlers=[add_problem, problems, answer, hint, quests, claim], tags=["practice"])
