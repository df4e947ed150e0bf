"""The web node is killed while people type, over and over; they come back to another, and all is compared."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from pycrdt import Doc, Text
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from adapters.postgres_log import PostgresLog
from benchmarks.measuring.board_cores import SERVER, on
from benchmarks.measuring.board_house import Deployment
from benchmarks.measuring.board_step import Pace
from benchmarks.measuring.board_trace import text_of
from benchmarks.measuring.board_traces import recorded
from benchmarks.report import Row, at_most
from infra.logs import log_at
from infra.settings import Settings
from rooms.board import wire
from tests.house import RunningHouse

ROOMS, EACH = 4, 4
PAUSE = 0.05
"""Seconds between two words of a person."""
AGAIN = 0.1
"""Seconds until whoever was cut off tries again."""
PATIENCE = 60.0
LONGEST = 240.0
"""Seconds after which nothing more is killed."""


@dataclass
class Place:
    """Where the board is served now."""

    url: str


@dataclass
class Writer:
    """Somebody who types words that nobody else types, connected or not; their client syncs when it can."""

    name: str
    path: str
    place: Place
    doc: "Doc[Any]" = field(default_factory=Doc)
    words: int = 0
    socket: ClientConnection | None = None
    at: str = ""
    """The node that its client is in step with."""

    async def type(self) -> None:
        """One word after the other, until cancelled."""
        text = self.doc.get("text", type=Text)
        for number in count():
            before = self.doc.get_state()
            text += f"{self.name}-{number} "
            self.words += 1
            if self.socket is not None:
                with suppress(WebSocketException, OSError):
                    await self.socket.send(wire.update(self.doc.get_update(before)))
            await asyncio.sleep(PAUSE)

    async def sync(self) -> None:
        """Connect to wherever the board is served, and again, until cancelled."""
        while True:
            url = self.place.url
            with suppress(WebSocketException, OSError, TimeoutError):
                async with connect(url + self.path, compression=None, max_size=None) as socket:
                    await self._stay(socket, url)
            self.socket, self.at = None, ""
            await asyncio.sleep(AGAIN)

    async def _stay(self, socket: ClientConnection, url: str) -> None:
        await socket.send(wire.step_1(self.doc.get_state()))
        self.socket = socket
        async for data in socket:
            match wire.parse(data if isinstance(data, bytes) else data.encode()):
                case wire.Step1(state):
                    await socket.send(wire.step_2(self.doc.get_update(state)))
                case wire.Step2(update):
                    self.doc.apply_update(update)
                    self.at = url
                case wire.Update(update):
                    self.doc.apply_update(update)
                case _:
                    pass


def kills(deployed: Deployment, pace: Pace) -> list[Row]:
    """Kill so many nodes, then compare the log with every client."""
    nodes = [_started(deployed)]
    try:
        seats = [line.split() for line in deployed.people(nodes[0], ROOMS, EACH)]
        return deployed.runner.run(_killing(deployed, nodes, seats, pace.kills))
    finally:
        nodes[-1].kill()


async def _killing(
    deployed: Deployment, nodes: list[RunningHouse], seats: Sequence[list[str]], times: int
) -> list[Row]:
    place = Place(_url(nodes[0]))
    writers = [Writer(f"w{number}", path, place) for number, (_, path) in enumerate(seats)]
    async with asyncio.TaskGroup() as group:
        syncing = [group.create_task(writer.sync()) for writer in writers]
        typing = [group.create_task(writer.type()) for writer in writers]
        await _killed(deployed, nodes, place, writers, times)
        for task in typing:
            task.cancel()
        rooms = {
            room: [w for w, seat in zip(writers, seats, strict=True) if seat[0] == room] for room, _ in seats
        }
        rows = await _compared(deployed, rooms)
        for task in syncing:
            task.cancel()
    return [at_most("kills of a web node while people type", "kills", len(nodes) - 1), *rows]


async def _killed(
    deployed: Deployment, nodes: list[RunningHouse], place: Place, writers: Sequence[Writer], times: int
) -> None:
    """Each time another node is ready before the one that all are at is killed. The last of `nodes` lives."""
    ends = time.monotonic() + LONGEST
    await _all_at(writers, place.url)
    while len(nodes) <= times and time.monotonic() < ends:
        nodes.append(await asyncio.to_thread(_started, deployed))
        place.url = _url(nodes[-1])
        await asyncio.to_thread(nodes[-2].kill)
        await _all_at(writers, place.url)


async def _all_at(writers: Sequence[Writer], url: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while any(writer.at != url for writer in writers):  # noqa: ASYNC110 - nothing is measured by it
            await asyncio.sleep(AGAIN)


async def _compared(deployed: Deployment, rooms: dict[str, list[Writer]]) -> list[Row]:
    settings = Settings.from_environment({"LYCEUM_HOME": str(deployed.folder)})
    lost = doubled = differing = 0
    async with log_at(deployed.where.postgres, settings) as log:
        for room, writers in rooms.items():
            ends = time.monotonic() + PATIENCE / 4
            while differ := _differ(text := await _recorded_text(log, room), writers):
                if time.monotonic() > ends:
                    break
                await asyncio.sleep(AGAIN)
            differing += differ
            said = text.split()
            typed = {f"{writer.name}-{number}" for writer in writers for number in range(writer.words)}
            lost += len(typed - {*said})
            doubled += len(said) - len({*said})
    words = sum(writer.words for writers in rooms.values() for writer in writers)
    return [
        at_most("kills: words that were typed", "words", words),
        at_most("kills: typed, acknowledged or not, and not in the log", "words", lost, 0),
        at_most("kills: in the log more than once", "words", doubled, 0),
        at_most("kills: clients whose text is not that of the log", "clients", differing, 0),
    ]


async def _recorded_text(log: PostgresLog, room: str) -> str:
    return text_of([run.update for run in await recorded(log, room)])


def _differ(text: str, writers: Sequence[Writer]) -> int:
    return sum(str(writer.doc.get("text", type=Text)) != text for writer in writers)


def _started(deployed: Deployment) -> RunningHouse:
    house = deployed.node("web")
    with on(SERVER):
        return house.start()


def _url(house: RunningHouse) -> str:
    return house.url.replace("http", "ws", 1)
