"""How soon everything has moved that an answer moves, while a whole school answers.

A house runs as a process of its own, as it comes, with embedded servers that wait for the disk, on the
machine that those who answer run on, too. Hundreds of learners answer problems of ten skills at a steady
pace, all together 100 and then 500 a second, or as many as the house takes: it is said how many came. Of some
the page is open: mastery with its explanation and quests on one stream, and the leaderboard on another. Each
answer of theirs is followed from when its response has been read to when all three show it.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec

from benchmarks.measuring.clients import Watch, ask, watching
from benchmarks.report import Row, arguments, at_least, show, spread
from tests.house import RunningHouse, home

NO_PEER = "nobody else was found who pushes mastery, quests and ranks of one answer"
PACES = (100, 500)
LEARNERS = 250
WATCHED = 5
SKILLS = 10
PROBLEMS = 40
WARM = 3.0
"""Seconds before those that count."""


class Marked(msgspec.Struct):
    """What an answer was answered."""

    correct: bool
    xp: int


@dataclass
class Line:
    """A connection that is kept, with one request on it at a time: as httpx has it, and cheaper."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    head: bytes

    async def answer(self, problem: str, given: str) -> Marked:
        """Answer a problem; raises `RuntimeError` unless it was taken."""
        body = msgspec.json.encode({"problem": problem, "given": given})
        self.writer.write(self.head + f"{len(body)}\r\n\r\n".encode() + body)
        head = await self.reader.readuntil(b"\r\n\r\n")
        size = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        answered = await self.reader.readexactly(size)
        if not head.startswith(b"HTTP/1.1 201"):
            raise RuntimeError(answered.decode())
        return msgspec.json.decode(answered, type=Marked)


@dataclass
class Learner:
    """Somebody who answers; some have their page open."""

    person: str
    line: Line
    figures: Watch | None = None
    board: Watch | None = None
    answers: int = 0
    points: int = 0


@dataclass
class Times:
    """Milliseconds of each answer of those who watch, and when all answers were accepted."""

    accepted: list[float] = field(default_factory=list[float])
    shown: list[float] = field(default_factory=list[float])
    done: list[float] = field(default_factory=list[float])


def main() -> None:
    """Start a house, measure, and print."""
    asked = arguments("answers", __doc__)
    seconds = 5.0 if asked.quick else 20.0
    with home() as folder:
        house = RunningHouse(folder, arguments=("up", "--no-demo"))
        house.start()
        try:
            found = asyncio.run(_rushes(house, seconds))
        finally:
            house.stop()
    show("answers", [row for pace, times in found.items() for row in _rows(pace, times)], NO_PEER)


def _rows(pace: int, times: Times) -> list[Row]:
    took = times.done[-1] - times.done[0]
    named = f"{pace} answers/s sent"
    return [
        at_least(f"{named}: accepted", "answers/s", (len(times.done) - 1) / took, digits=0),
        *spread(f"{named}: sent → accepted (HTTP response)", times.accepted),
        *spread(f"{named}: accepted → mastery, quests and leaderboard pushed", times.shown, 50, 250),
    ]


async def _rushes(house: RunningHouse, seconds: float) -> dict[int, Times]:
    async with _school(house) as learners:
        return {pace: await _rush(learners, pace, seconds) for pace in PACES}


async def _rush(learners: Sequence[Learner], pace: int, seconds: float) -> Times:
    times = Times()
    async with asyncio.TaskGroup() as group:
        begun = time.perf_counter()
        pause = len(learners) / pace
        for number, learner in enumerate(learners):
            start = begun + pause * number / len(learners)
            group.create_task(_at_work(learner, start, pause, begun + WARM, begun + WARM + seconds, times))
    times.done.sort()
    return times


async def _at_work(
    learner: Learner, start: float, pause: float, counts: float, ends: float, times: Times
) -> None:
    """One answer after the other, each when its time has come, or at once when that has passed."""
    async with asyncio.TaskGroup() as group:
        number = 0
        while (at := start + number * pause) < ends:
            await asyncio.sleep(max(0.0, at - time.perf_counter()))
            sent = time.perf_counter()
            right = learner.answers % 3 > 0
            problem = f"problem-{learner.answers % PROBLEMS}"
            marked = await learner.line.answer(problem, "5/6" if right else "0")
            accepted = time.perf_counter()
            number += 1
            learner.answers += 1
            learner.points += marked.xp
            if sent < counts:
                continue
            times.done.append(accepted)
            if learner.figures:
                times.accepted.append(1000 * (accepted - sent))
                group.create_task(_seen(learner, learner.answers, learner.points, accepted, times))


async def _seen(learner: Learner, answers: int, points: int, accepted: float, times: Times) -> None:
    """When the pages of whoever answered show it."""
    assert learner.figures is not None
    assert learner.board is not None
    figures = learner.figures
    mastery = await figures.until("mastery", lambda data: _practised(data) >= answers)
    quests = await figures.until("quests", lambda data: data["xp"] >= points)
    board = await learner.board.until("leaderboard", lambda data: _has(data, learner.person, points))
    times.shown.append(1000 * (max(mastery.at, quests.at, board.at) - accepted))


def _practised(mastery: Any) -> int:
    return sum(skill["answers"] for skill in mastery["skills"])


def _has(board: Any, person: str, points: int) -> bool:
    return any(entry["person"] == person and entry["points"] >= points for entry in board["entries"])


@asynccontextmanager
async def _school(house: RunningHouse) -> AsyncGenerator[Sequence[Learner], None]:
    """Learners, and problems for them; those who watch are listed on the leaderboard, and nobody else."""
    async with AsyncExitStack() as stack:
        admin = await stack.enter_async_context(house.client("root", "admin"))
        for number in range(PROBLEMS):
            skill = f"skill-{number % SKILLS}"
            body = {"problem": f"problem-{number}", "skill": skill, "prompt": "1/2 + 1/3 = ?", "key": "5/6"}
            await ask(admin, "POST", "/problems", body)
        learners = [Learner(f"learner-{n}", await _line(house, f"learner-{n}")) for n in range(LEARNERS)]
        for learner in learners[:: LEARNERS // WATCHED]:
            person = learner.person
            await ask(admin, "POST", "/people", {"person": person, "name": person})
            http = await stack.enter_async_context(house.client(person))
            await ask(http, "PUT", "/people/me/consents/leaderboard")
            figures = watching(house, person, f"/learners/{person}/live")
            board = watching(house, person, "/leaderboards/xp/live", season="day")
            learner.figures = await stack.enter_async_context(figures)
            learner.board = await stack.enter_async_context(board)
        try:
            yield learners
        finally:
            for learner in learners:
                learner.line.writer.close()


async def _line(house: RunningHouse, person: str) -> Line:
    host, _, port = house.url.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    head = (
        f"POST /answers HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {house.token(person)}\r\n"
        "Content-Type: application/json\r\nContent-Length: "
    )
    return Line(reader, writer, head.encode())


if __name__ == "__main__":
    main()
