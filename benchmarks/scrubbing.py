"""What a step through a room's past takes, an auditor's and an absent student's, over HTTP.

The room is one in which four people type for an hour, five keys a second each, and talk and send messages:
some 9,000 events with 72,000 keys. The first step reads all of it from the log. What auditors look at is put
on record before they see it, with a commit each; the house's PostgreSQL waits for the disk (fsync).
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from random import Random
from typing import Any

import httpx
import psutil

from adapters.postgres_log import PostgresLog
from benchmarks.measuring.board_hour import PEOPLE, hour
from benchmarks.measuring.clients import ask
from benchmarks.report import Row, arguments, at_most, show, spread
from domain.events import Context, Event
from domain.rooms import BoardEdited
from infra.embedded import reached
from infra.logs import log_at
from infra.settings import Settings
from infra.wiring import utc_now
from tests.house import RunningHouse, home

NO_PEER = "nobody else shows a room with its board, voices and messages as of any instant"
TARGET = 100.0
"""Milliseconds that a step may take, the 99th of a hundred."""
ORG, ROOM = "main", "hour"
TOGETHER = 50
"""Events that are written in one go."""


def main() -> None:
    """Write an hour into the log of a house, go through it, and print."""
    asked = arguments("scrubbing", __doc__)
    with home() as folder:
        house = RunningHouse(folder, arguments=("up", "--no-demo")).start()
        try:
            rows = asyncio.run(_measured(house, 60 if asked.quick else 400))
        finally:
            house.stop()
    show("scrubbing", rows, NO_PEER)


async def _measured(house: RunningHouse, steps: int) -> list[Row]:
    first, last, keys = await _filled(house)
    dice, family = Random(1), _family(house)
    async with house.client("kim", "auditor") as kim, house.client("ada") as ada:
        rows = [at_most("the room's events, from its first to its last", "", last - first + 1)]
        rows.append(at_most("of which edits of the board", "", keys))
        began = time.perf_counter()
        now = await _room(kim, last)
        rows.append(
            at_most("the first step, which reads the log", "ms", 1000 * (time.perf_counter() - began))
        )
        rows.append(at_most("characters of the text at the end", "", len(now["board"]["text"])))
        anywhere = [dice.randrange(first, last + 1) for _ in range(steps)]
        forward = [first + (last - first) * n // steps for n in range(1, steps + 1)]
        rows += await _steps("an auditor's step to anywhere", kim, anywhere, _room, family)
        rows += await _steps("an auditor's steps from beginning to end", kim, forward, _room, family)
        rows += await _steps("a student's step on the board, to anywhere", ada, anywhere, _board, family)
        rows += await _steps("what changed since then, until the end", ada, anywhere, _changes, family)
    return rows


async def _room(client: httpx.AsyncClient, at: int) -> Any:
    return await ask(client, "GET", f"/audit/rooms/{ROOM}?at={at}")


async def _board(client: httpx.AsyncClient, at: int) -> Any:
    return await ask(client, "GET", f"/rooms/{ROOM}/board?at={at}")


async def _changes(client: httpx.AsyncClient, at: int) -> Any:
    return await ask(client, "GET", f"/rooms/{ROOM}/board/changes?since={at}")


async def _steps(
    work: str,
    client: httpx.AsyncClient,
    positions: list[int],
    step: Callable[[httpx.AsyncClient, int], Awaitable[Any]],
    family: list[psutil.Process],
) -> list[Row]:
    took: list[float] = []
    cpu = -_cpu(family)
    for position in positions:
        began = time.perf_counter()
        await step(client, position)
        took.append(1000 * (time.perf_counter() - began))
    cpu += _cpu(family)
    return [
        *spread(work, took, p99=TARGET),
        at_most(f"{work}, processor time of the whole house", "ms", 1000 * cpu / len(positions)),
    ]


def _family(house: RunningHouse) -> list[psutil.Process]:
    """The house's process, and all that it has started."""
    if house.process is None:
        raise RuntimeError("the house is not running")
    first = psutil.Process(house.process.pid)
    return [first, *first.children(recursive=True)]


def _cpu(family: list[psutil.Process]) -> float:
    """Seconds of processor time."""
    return sum(map(_taken, family))


def _taken(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:  # one of the database's own, which come and go
        return 0.0
    return times.user + times.system


async def _filled(house: RunningHouse) -> tuple[int, int, int]:
    """The positions of the first and the last event, and how many are edits."""
    for person in (*PEOPLE, "kim"):
        async with house.client(person) as client:
            await ask(client, "POST", "/people", {"person": person, "name": person.title()})
    settings = Settings.from_environment({"LYCEUM_HOME": str(house.home)})
    async with reached(settings) as where, log_at(where.postgres, settings) as log:
        return await _write(log)


async def _write(log: PostgresLog) -> tuple[int, int, int]:
    """Many half seconds at a time: what is measured is reading."""
    first, last, edits, waiting = await log.head() + 1, 0, 0, list[Event]()
    begins = utc_now() - timedelta(hours=1)
    for at, events in hour(ROOM, begins, timedelta(hours=1)):
        edits += sum(isinstance(event, BoardEdited) for event in events)
        waiting += events
        if len(waiting) >= TOGETHER:
            last = await log.append(waiting, Context(org=ORG, actor="board", role="service", at=at))
            waiting = []
    if waiting:
        last = await log.append(waiting, Context(org=ORG, actor="board", role="service", at=utc_now()))
    return first, last, edits


if __name__ == "__main__":
    main()
