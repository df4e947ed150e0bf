"""While PostgreSQL is gone or full, requests get 503 and a time to come back; afterwards all goes on."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx
import pytest
import pytest_asyncio

from tests.house import RunningHouse, home
from tests.mortal import Mortal
from tests.realtime.guests import Events, Guest, fresh, guests, problem, room_with

pytestmark = pytest.mark.asyncio(loop_scope="module")
PATIENCE = 30.0
RIGHT = "4"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def postgres() -> AsyncIterator[Mortal]:
    with TemporaryDirectory(prefix="lyceum-outage-") as folder:
        async with Mortal.running(Path(folder), small=True) as mortal:
            yield mortal


@pytest.fixture(scope="module")
def house(postgres: Mortal) -> Iterator[RunningHouse]:
    """A house on a PostgreSQL that is not its own: nobody but the test starts it again."""
    with home() as folder:
        running = RunningHouse(folder, {"LYCEUM_POSTGRES": postgres.url})
        yield running.start()
        assert running.stop() == 0


@dataclass
class Lesson:
    """Ada in a room: she writes messages and answers, and sees the room's feed and her own progress."""

    ada: Guest
    room: str
    problem: str
    feed: Events
    messages: Iterator[str] = field(default_factory=lambda: map(str, count(1)))
    positions: dict[str, int] = field(default_factory=dict)
    """Of the messages that the house has acknowledged."""
    answers: set[str] = field(default_factory=set)
    """Those that it has acknowledged."""

    async def say(self, message: str) -> httpx.Response:
        path, body = f"/rooms/{self.room}/messages", {"text": "…", "message": message}
        response = await self.ada.http.post(path, json=body)
        if response.is_success:
            self.positions[message] = response.json()["position"]
        return response

    async def answer(self, answer: str) -> httpx.Response:
        body = {"problem": self.problem, "given": RIGHT, "answer": answer}
        response = await self.ada.http.post("/answers", json=body)
        if response.is_success:
            self.answers.add(answer)
        return response

    async def mastery(self, **query: int) -> httpx.Response:
        return await self.ada.http.get(f"/learners/{self.ada.person}/mastery", params=query)

    async def until_said(self, message: str) -> None:
        """As a page does: the same request again, until it is done."""
        await until_done(lambda: self.say(message))

    async def until_refused(self) -> httpx.Response:
        """Say one thing after the other; the first answer that is a refusal."""
        async with asyncio.timeout(PATIENCE):
            while (response := await self.say(next(self.messages))).is_success:
                pass
        return response


async def until_done(request: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
    async with asyncio.timeout(PATIENCE):
        while not (response := await request()).is_success:
            away(response)
    return response


@asynccontextmanager
async def lesson(house: RunningHouse) -> AsyncIterator[Lesson]:
    async with AsyncExitStack() as stack:
        await until_well(await stack.enter_async_context(house.client("root", "admin")))
        ada, tia = await stack.enter_async_context(guests(house, ada="student", tia="tutor"))
        room, sums = await room_with(ada), fresh("sum")
        await tia.post("/problems", problem=sums, skill="sums", prompt="2 + 2?", key=RIGHT)
        feed = await stack.enter_async_context(ada.stream(f"/rooms/{room}/feed"))
        await feed.until("hello")
        yield Lesson(ada, room, sums, feed)


async def until_well(http: httpx.AsyncClient) -> None:
    """Every connection that an earlier test has ended was found to be dead by somebody."""
    async with asyncio.timeout(PATIENCE):
        while not (await http.get("/health")).is_success:
            pass


def away(response: httpx.Response) -> None:
    """It says what is the matter, and when to come back."""
    assert problem(response) == (503, "unavailable")
    assert response.headers["Retry-After"] == "1"


async def all_is_well(lesson: Lesson) -> None:
    """What was said is in the feed once and in order; views have come along; nothing is behind."""
    await lesson.until_said("last")
    told: dict[str, int] = {}
    while "last" not in told:
        sent = await lesson.feed.next()
        assert sent is not None
        if sent.event == "room.message-sent.v1":
            assert sent.id > max(told.values(), default=0)
            assert sent.data["event"]["message"] not in told
            told[sent.data["event"]["message"]] = sent.id
    assert lesson.positions.items() <= told.items()
    answered = await until_done(lambda: lesson.answer("last"))
    skills = (await lesson.mastery(at_least=answered.json()["position"])).json()["skills"]
    assert [skill["answers"] for skill in skills] == [len(lesson.answers)]


async def test_while_postgresql_is_gone_all_is_refused_with_a_time_and_afterwards_goes_on(house, postgres):
    async with lesson(house) as ada, asyncio.TaskGroup() as group:
        await ada.until_said("first")
        await until_done(lambda: ada.answer("first"))
        await postgres.kill()
        try:
            group.create_task(until_done(lambda: ada.answer("on-its-way")))
            mastery, health = await asyncio.gather(ada.mastery(), ada.ada.http.get("/health"))
            away(mastery)
            assert (health.status_code, health.json()["parts"]["log"]) == (503, {"ok": False})
            away(await ada.say("kept"))
        finally:
            await postgres.start()
        await ada.until_said("kept")
        await all_is_well(ada)


async def test_connections_that_are_ended_under_load_cost_nobody_anything(house, postgres):
    async with lesson(house) as ada:
        over = asyncio.Event()

        async def speaker(number: int) -> None:
            for turn in count():
                await ada.until_said(f"{number}-{turn}")
                if over.is_set():
                    return

        async with asyncio.TaskGroup() as group:
            for number in range(5):
                group.create_task(speaker(number))
            for turn in range(5):
                await ada.until_said(f"between-{turn}")
                await postgres.end_backends()
            over.set()
        await all_is_well(ada)


async def test_a_full_disk_refuses_what_it_cannot_hold_and_takes_it_when_there_is_room(house, postgres):
    async with lesson(house) as ada:
        async with postgres.full():
            away(await ada.until_refused())
            away(await ada.say("kept"))
            assert (await ada.mastery()).is_success, "what is there can still be read"
        await ada.until_said("kept")
        await all_is_well(ada)
