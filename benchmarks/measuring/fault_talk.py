"""People who talk in rooms of a house whatever happens to it, and what they are answered and hear."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx
import msgspec

from tests.house import RunningHouse

SPEAKERS = 10
PAUSE = 0.1
"""Seconds between two requests of a person, who may ask 1,200 times in a minute."""
LOOK = 0.05
PATIENCE = 60.0


@dataclass
class Talk:
    """What people said, what they were answered, and what one of them heard."""

    house: RunningHouse
    counts: Counter[str] = field(default_factory=Counter[str])
    said: dict[str, int] = field(default_factory=dict[str, int])
    """The position that each message was answered."""
    heard: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    """(position, message) of the first room."""
    longest: float = 0.0
    """Seconds that somebody waited for an answer."""
    last_refusal: float = 0.0
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def more(self, count: int) -> None:
        """Wait until so many more messages are acknowledged."""
        enough = len(self.said) + count
        async with asyncio.timeout(PATIENCE):
            while len(self.said) < enough:  # noqa: ASYNC110 - nothing is measured by it
                await asyncio.sleep(LOOK)

    async def caught_up(self) -> float:
        """Seconds until views, relay and leaderboards have come to what is the head now."""
        began, goal = time.monotonic(), 0
        async with asyncio.timeout(PATIENCE), self.house.client("root", "admin") as http:
            while True:
                parts = (await http.get("/health")).json()["parts"]
                goal = goal or parts["log"].get("head", 0)
                if goal and _came_to(goal, parts):
                    return time.monotonic() - began
                await asyncio.sleep(LOOK)

    async def speak(self, http: httpx.AsyncClient, room: str) -> None:
        """Say one thing after the other, and again what was refused, until it is over."""
        for turn in count(1):
            message = f"{room}-{turn}"
            while not await self._say(http, room, message):  # noqa: ASYNC110 - it is asked again
                await asyncio.sleep(PAUSE)
            if self.over.is_set():
                return
            await asyncio.sleep(PAUSE)

    async def _say(self, http: httpx.AsyncClient, room: str, message: str) -> bool:
        began = time.monotonic()
        try:
            response = await http.post(f"/rooms/{room}/messages", json={"text": "…", "message": message})
        except httpx.HTTPError:
            self.counts["other"] += 1
            return False
        self.longest = max(self.longest, time.monotonic() - began)
        self.counts[_kind(response)] += 1
        if response.is_success:
            self.said[message] = response.json()["position"]
        else:
            self.last_refusal = time.monotonic()
        return response.is_success

    async def heard_out(self, room: str) -> None:
        """Wait until the feed has told the last message of the room."""
        last = max(position for message, position in self.said.items() if message.startswith(f"{room}-"))
        async with asyncio.timeout(PATIENCE):
            while not self.heard or self.heard[-1][0] < last:  # noqa: ASYNC110 - as above
                await asyncio.sleep(LOOK)

    async def listen(self, http: httpx.AsyncClient, room: str) -> None:
        """Hear the room's feed; come back to it where it was, should it end."""
        while True:
            headers = {"Last-Event-ID": str(self.heard[-1][0])} if self.heard else {}
            with suppress(httpx.HTTPError):
                async with http.stream("GET", f"/rooms/{room}/feed", headers=headers, timeout=None) as feed:
                    await self._hear(feed)
            await asyncio.sleep(PAUSE)

    async def _hear(self, feed: httpx.Response) -> None:
        async for line in feed.aiter_lines():
            name, _, value = line.partition(": ")
            if name == "data" and (message := _message(value)):
                self.heard.append(message)


def _kind(response: httpx.Response) -> str:
    if response.is_success:
        return "done"
    away = response.status_code == 503 and response.headers.get("content-type") == "application/problem+json"
    return "refused" if away and response.headers.get("retry-after") else "other"


def _message(data: str) -> tuple[int, str] | None:
    fact = msgspec.json.decode(data)
    return (fact["position"], fact["event"]["message"]) if "message" in fact.get("event", ()) else None


def _came_to(goal: int, parts: Mapping[str, Any]) -> bool:
    """Whether every part works, and has come to that position."""
    head: int = parts["log"].get("head", 0)
    return all(part["ok"] and head - part.get("behind", 0) >= goal for part in parts.values())


@asynccontextmanager
async def talking(house: RunningHouse, group: asyncio.TaskGroup) -> AsyncGenerator[Talk, None]:
    """Within the block everybody speaks, each in a room of their own."""
    talk = Talk(house)
    async with AsyncExitStack() as stack:
        people = [await stack.enter_async_context(_speaker(house, number)) for number in range(SPEAKERS)]
        listening = group.create_task(talk.listen(*people[0]))
        speaking = [group.create_task(talk.speak(*person)) for person in people]
        yield talk
        talk.over.set()
        await asyncio.wait(speaking)
        await talk.heard_out(people[0][1])
        listening.cancel()


@asynccontextmanager
async def _speaker(house: RunningHouse, number: int) -> AsyncGenerator[tuple[httpx.AsyncClient, str], None]:
    """Somebody in a room: how they ask, and the room."""
    room = f"room-{number}"
    async with house.client(f"speaker-{number}", "tutor") as http:
        http.timeout = httpx.Timeout(PATIENCE)
        (await http.post("/rooms", json={"room": room, "title": "Faults"})).raise_for_status()
        (await http.post(f"/rooms/{room}/join")).raise_for_status()
        yield http, room
