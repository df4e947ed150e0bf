"""Those who use a house in a benchmark: they ask, watch, write, and note when things arrive."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec
from pycrdt import Doc, Text
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from domain.events import Role
from rooms.board import wire
from tests.house import RunningHouse

PATIENCE = 20.0
"""Seconds after which a benchmark gives up waiting for something that should take milliseconds."""


async def ask(client: httpx.AsyncClient, method: str, path: str, body: object = None) -> Any:
    """The answer to a request, which must succeed."""
    response = await client.request(method, path, json=body)
    if not response.is_success:
        raise RuntimeError(f"{method} {path}: {response.status_code} {response.text}")
    return response.json() if response.content else None


@dataclass(frozen=True)
class Arrived:
    """An event of a stream, and when it came: `at` on the monotonic clock, `wall` since the epoch, in s."""

    event: str
    data: Any
    at: float
    wall: float


@dataclass
class Watch:
    """All that has come over one stream."""

    arrived: list[Arrived] = field(default_factory=list[Arrived])
    _more: asyncio.Event = field(default_factory=asyncio.Event)

    async def read(self, response: httpx.Response) -> None:
        """Take events off a stream until it ends."""
        event = ""
        async for line in response.aiter_lines():
            if line.startswith("event: "):
                event = line[7:]
            elif line.startswith("data: "):
                at, wall = time.perf_counter(), time.time()
                self.arrived.append(Arrived(event, msgspec.json.decode(line[6:]), at, wall))
                self._more.set()

    async def until(self, event: str, wanted: Callable[[Any], bool], after: int = 0) -> Arrived:
        """The first event of this name, from number `after` on, whose data is as wanted."""
        async with asyncio.timeout(PATIENCE):
            while True:
                for arrived in self.arrived[after:]:
                    if arrived.event == event and wanted(arrived.data):
                        return arrived
                after = len(self.arrived)
                self._more.clear()
                await self._more.wait()

    async def first(self, number: int, wanted: Callable[[Arrived], bool], within: float) -> list[Arrived]:
        """The first so many events that are as wanted, all of them within so many seconds."""
        async with asyncio.timeout(within):
            while len(found := [arrived for arrived in self.arrived if wanted(arrived)]) < number:
                self._more.clear()
                await self._more.wait()
        return found[:number]


@asynccontextmanager
async def watching(
    house: RunningHouse, person: str, path: str, role: Role = "student", **query: str
) -> AsyncGenerator[Watch, None]:
    """A stream, read within the block."""
    params = {"token": house.token(person, role), **query}
    async with (
        httpx.AsyncClient(base_url=house.url, timeout=PATIENCE) as client,
        client.stream("GET", path, params=params) as response,
        asyncio.TaskGroup() as group,
    ):
        if not response.is_success:
            await response.aread()
            raise RuntimeError(f"{path}: {response.status_code} {response.text}")
        watch = Watch()
        reading = group.create_task(watch.read(response))
        yield watch
        reading.cancel()


class Seat:
    """A client at a board that notes when the board's text had grown to which length."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._doc: Doc[Any] = Doc()
        self._text = self._doc.get("text", type=Text)
        self._more = asyncio.Event()
        self.seen: list[tuple[int, float]] = []
        """Lengths in characters, and when (monotonic, s) they were first here."""

    async def type(self, character: str) -> float:
        """Put a character at the end; when it was typed."""
        at = time.perf_counter()
        before = self._doc.get_state()
        self._text += character
        await self._socket.send(wire.update(self._doc.get_update(before)))
        return at

    async def read(self) -> None:
        """Follow the board until cancelled, or the socket is closed."""
        with suppress(ConnectionClosed):
            while True:
                await self._take(await self._socket.recv(decode=False))

    async def _take(self, message: bytes) -> None:
        match wire.parse(message):
            case wire.Step1(state):
                await self._socket.send(wire.step_2(self._doc.get_update(state)))
            case wire.Step2(update) | wire.Update(update):
                self._doc.apply_update(update)
                self.seen.append((len(self._text), time.perf_counter()))
                self._more.set()
            case _:
                pass

    async def until(self, length: int) -> float:
        """When the text had come to this length."""
        async with asyncio.timeout(PATIENCE):
            while not self.seen or self.seen[-1][0] < length:
                self._more.clear()
                await self._more.wait()
        return next(at for seen, at in self.seen if seen >= length)


@asynccontextmanager
async def seated(house: RunningHouse, person: str, room: str) -> AsyncGenerator[Seat, None]:
    """A seat at a board within the block."""
    url = house.url.replace("http", "ws", 1)
    async with (
        connect(f"{url}/boards/{room}?token={house.token(person)}", compression=None) as socket,
        asyncio.TaskGroup() as group,
    ):
        seat = Seat(socket)
        await socket.send(wire.step_1(b"\0"))
        reading = group.create_task(seat.read())
        yield seat
        reading.cancel()
