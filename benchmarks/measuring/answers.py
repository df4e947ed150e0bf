"""From an accepted answer to the figures that it moves: leaderboard, mastery, quests."""

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from benchmarks.measuring.clients import Watch, ask, watching
from benchmarks.report import Row, spread
from tests.house import RunningHouse

SKILL = "fractions"
PAUSE = 0.02
"""Seconds between one answer and the next, when they come one at a time."""
CLASS = 20
PACE = 4.0
"""Answers a second of the whole class."""


@dataclass
class Learner:
    """Somebody who answers, at a page that watches."""

    person: str
    http: httpx.AsyncClient
    figures: Watch
    points: int = 0
    answers: int = 0


@dataclass
class Times:
    """Milliseconds of each answer."""

    answered: list[float] = field(default_factory=list[float])
    board: list[float] = field(default_factory=list[float])
    board_in_all: list[float] = field(default_factory=list[float])
    mastery: list[float] = field(default_factory=list[float])
    quests: list[float] = field(default_factory=list[float])


async def answers(house: RunningHouse, quick: bool) -> list[Row]:
    """One answer at a time, then a class of people who all watch."""
    each, alone, together = 2 if quick else 20, Times(), Times()
    async with _class_of(house, CLASS, problems=2 * each) as learners, AsyncExitStack() as stack:
        boards = [await _board(house, stack, learners[0])]
        for number in range(each):
            for learner in learners:
                await _answer(learner, f"problem-{number}", boards, alone)
                await asyncio.sleep(PAUSE)
        boards += [await _board(house, stack, learner) for learner in learners[1:]]
        await _all_together(learners, range(each, 2 * each), boards, together)
    return [
        *spread("answer sent → accepted (HTTP response)", alone.answered),
        *spread("answer accepted → leaderboard pushed", alone.board, 50, 1000),
        *spread("answer sent → leaderboard pushed", alone.board_in_all),
        *spread("answer accepted → mastery pushed", alone.mastery, 50, 1000),
        *spread("answer accepted → quests pushed", alone.quests, 50, 1000),
        *spread(
            f"a class of {CLASS}, {PACE:g} answers/s: accepted → pushed to all {CLASS}",
            together.board,
            None,
            1000,
        ),
    ]


async def _answer(learner: Learner, problem: str, boards: Sequence[Watch], times: Times) -> None:
    """Answer one problem rightly, and wait until all `boards` and the learner's own page know of it."""
    seen = [len(board.arrived) for board in boards], len(learner.figures.arrived)
    sent = time.perf_counter()
    marked = await ask(learner.http, "POST", "/answers", {"problem": problem, "given": "5/6"})
    accepted = time.perf_counter()
    learner.points += marked["xp"]
    learner.answers += 1
    points, answered = learner.points, learner.answers
    pushed = [
        (await board.until("leaderboard", lambda data: _has(data, learner.person, points), after)).at
        for board, after in zip(boards, seen[0], strict=True)
    ]
    mastery = await learner.figures.until("mastery", lambda data: _practised(data) >= answered, seen[1])
    quests = await learner.figures.until("quests", lambda data: data["xp"] >= points, seen[1])
    times.answered.append(1000 * (accepted - sent))
    times.board.append(1000 * (max(pushed) - accepted))
    times.board_in_all.append(1000 * (max(pushed) - sent))
    times.mastery.append(1000 * (mastery.at - accepted))
    times.quests.append(1000 * (quests.at - accepted))


async def _all_together(
    learners: Sequence[Learner], numbers: range, boards: Sequence[Watch], times: Times
) -> None:
    """Answers at a steady pace, whether or not earlier ones have been shown yet."""
    async with asyncio.TaskGroup() as group:
        for number in numbers:
            for learner in learners:
                group.create_task(_answer(learner, f"problem-{number}", boards, times))
                await asyncio.sleep(1 / PACE)


async def _board(house: RunningHouse, stack: AsyncExitStack, learner: Learner) -> Watch:
    """The leaderboard on a learner's page."""
    watch = watching(house, learner.person, "/leaderboards/xp/live", season="day")
    return await stack.enter_async_context(watch)


def _has(leaderboard: Any, person: str, points: int) -> bool:
    return any(e["person"] == person and e["points"] >= points for e in leaderboard["entries"])


def _practised(mastery: Any) -> int:
    return sum(skill["answers"] for skill in mastery["skills"])


@asynccontextmanager
async def _class_of(house: RunningHouse, size: int, problems: int) -> AsyncGenerator[list[Learner], None]:
    """Learners who agreed to appear on leaderboards, each with their own figures in view; and problems."""
    async with AsyncExitStack() as stack:
        admin = await stack.enter_async_context(house.client("root", "admin"))
        for number in range(problems):
            body = {"problem": f"problem-{number}", "skill": SKILL, "prompt": "1/2 + 1/3 = ?", "key": "5/6"}
            await ask(admin, "POST", "/problems", body)
        learners: list[Learner] = []
        for number in range(size):
            person = f"learner-{number}"
            await ask(admin, "POST", "/people", {"person": person, "name": f"Learner {number}"})
            http = await stack.enter_async_context(house.client(person))
            await ask(http, "PUT", "/people/me/consents/leaderboard")
            figures = watching(house, person, f"/learners/{person}/live")
            learners.append(Learner(person, http, await stack.enter_async_context(figures)))
        yield learners
