"""Texts that people really wrote go through the server, from y-websocket clients; and what stays of them."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import psycopg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from adapters.postgres_log import PostgresLog
from benchmarks.measuring.board_house import Deployment
from benchmarks.measuring.board_served import Served
from benchmarks.measuring.board_step import Pace
from benchmarks.measuring.board_trace import Sent, Trace, text_of, trace
from benchmarks.report import Row, at_most, median
from domain.events import Query, about
from domain.rooms import BoardEdited, Run
from infra.logs import log_at
from infra.settings import Settings
from rooms.board import wire
from rooms.board.update import read

TRACES = ("clownschool", "json-crdt-blog-post", "automerge-paper")
MESSAGES = 4000
RATE, BURST = 250, 2500
"""No socket may send more than 300 a second for long: that is why keys go together."""
PATIENCE = 60.0
LOADS = 5
STORED = """
select coalesce(sum(pg_column_size(record)), 0)::bigint from events where position in (
    select position from event_tags where tag = %(tag)s and type = 'board.edited.v1')
"""
SNAPSHOT = "select coalesce(sum(octet_length(data)), 0)::bigint from board_snapshots where room = %(room)s"


class Seat:
    """An author at the board, who knows how far they have heard the others."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._heard: dict[int, int] = {}
        self._more = asyncio.Event()
        self._began = time.monotonic()
        self._count = 0

    async def send(self, update: bytes) -> None:
        """As fast as one may."""
        self._count += 1
        due = self._began + (self._count - BURST) / RATE
        if due > time.monotonic():
            await asyncio.sleep(due - time.monotonic())
        await self._socket.send(wire.update(update))

    async def read(self) -> None:
        """Hear the others until cancelled."""
        async for data in self._socket:
            match wire.parse(bytes(data) if isinstance(data, bytes) else b""):
                case wire.Step1():
                    await self._socket.send(wire.step_2(wire.NOTHING))
                case wire.Step2(update) | wire.Update(update):
                    self._heard = heard(self._heard, update)
                    self._more.set()
                case _:
                    pass

    async def hears(self, clocks: Mapping[int, int]) -> None:
        """Wait until everything up to these clocks has come."""
        async with asyncio.timeout(PATIENCE):
            while any(self._heard.get(client, 0) < clock for client, clock in clocks.items()):
                self._more.clear()
                await self._more.wait()


def heard(before: Mapping[int, int], update: bytes) -> dict[int, int]:
    """The clocks after an update."""
    after = dict(before)
    for block in read(update).blocks:
        after[block.client] = max(after.get(block.client, 0), block.clock + block.length)
    return after


class Kept(NamedTuple):
    """What the log has of a board, and what it and its snapshot take, in bytes."""

    runs: list[Run]
    log: int
    snapshot: int


def traces(deployed: Deployment, pace: Pace, folder: Path) -> list[Row]:
    """Each trace, one after the other."""
    rows: list[Row] = []
    for name in TRACES[:1] if pace.quick else TRACES:
        written = trace(folder, name, MESSAGES, 2000 if pace.quick else None)
        rows += _through(deployed, written, 1 if pace.quick else LOADS)
    return rows


def _through(deployed: Deployment, written: Trace, loads: int) -> list[Row]:
    began = time.perf_counter()
    with deployed.web() as served:
        people = served.people(1, written.authors)
        deployed.runner.run(_played(served, people, written))
        lasted = time.perf_counter() - began
        room = people[0].split()[0]
        kept = deployed.runner.run(_kept(deployed, room, written))
    took = [_load(deployed, people[0]) for _ in range(loads)]
    ends = text_of([run.update for run in kept.runs])
    unknown = [run for run in kept.runs if run.person != f"{room}-{run.client - 1}"]
    name, size = f"trace {written.name}", len(written.end.encode())
    return [
        at_most(f"{name}: seconds for {len(written.sent):,} messages of {written.authors}", "s", lasted),
        at_most(f"{name}: text in the log other than written", "texts", ends != written.end, 0),
        at_most(f"{name}: runs without their author", "runs", len(unknown), 0),
        at_most(
            f"{name}: events and snapshot, times the final text",
            "times",
            (kept.log + kept.snapshot) / size,
            12,
        ),
        at_most(f"{name}: of which the snapshot", "times", kept.snapshot / size),
        at_most(f"{name}: from connecting to all of it, board not in memory", "ms", median(took), 50),
    ]


async def _played(served: Served, people: Sequence[str], written: Trace) -> None:
    """Everybody sends what they wrote, once they have all that was sent before by others."""
    url = f"ws://127.0.0.1:{served.port}"
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        seats: list[Seat] = []
        for line in people:
            path = line.split()[1]
            socket = await stack.enter_async_context(connect(url + path, compression=None, max_size=None))
            await socket.send(wire.step_1(b"\0"))
            seats.append(Seat(socket))
        reading = [group.create_task(_quietly(seat)) for seat in seats]
        clocks = await _all_sent(seats, written.sent)
        for number, seat in enumerate(seats):
            await seat.hears({client: clock for client, clock in clocks.items() if client != number + 1})
        for task in reading:
            task.cancel()


async def _quietly(seat: Seat) -> None:
    with suppress(ConnectionClosed):
        await seat.read()


async def _all_sent(seats: Sequence[Seat], sent: Sequence[Sent]) -> dict[int, int]:
    clocks: dict[int, int] = {}
    for agent, some in groupby(sent, lambda each: each.agent):
        await seats[agent].hears({client: clock for client, clock in clocks.items() if client != agent + 1})
        for each in some:
            await seats[agent].send(each.update)
            clocks = heard(clocks, each.update)
    return clocks


async def _kept(deployed: Deployment, room: str, written: Trace) -> Kept:
    """What is on record once all is, or after a while what is there."""
    settings = Settings.from_environment({"LYCEUM_HOME": str(deployed.folder)})
    ends = time.monotonic() + PATIENCE
    async with log_at(deployed.where.postgres, settings) as log:
        runs = await recorded(log, room)
        while text_of([run.update for run in runs]) != written.end and time.monotonic() < ends:
            await asyncio.sleep(0.5)
            runs = await recorded(log, room)
    sizes: list[int] = []
    async with await psycopg.AsyncConnection.connect(deployed.where.postgres) as connection:
        for query in (STORED, SNAPSHOT):
            row = await (await connection.execute(query, {"tag": f"room:{room}", "room": room})).fetchone()
            sizes.append(row[0] if row else 0)
    return Kept(runs, *sizes)


async def recorded(log: PostgresLog, room: str) -> list[Run]:
    """All that the log has of a board."""
    query = Query((about(f"room:{room}", BoardEdited),))
    return [
        run
        async for batch in log.read(query, org="main")
        for recorded in batch
        if isinstance(recorded.event, BoardEdited)
        for run in recorded.event.runs
    ]


def _load(deployed: Deployment, person: str) -> float:
    """Milliseconds from connecting to a node that has not loaded it until the whole document is there."""
    with deployed.web() as served:
        (other,) = served.people(1, 1)
        deployed.runner.run(_come(served, other.split()[1]))  # what a node does for the first of all
        return deployed.runner.run(_come(served, person.split()[1]))


async def _come(served: Served, path: str) -> float:
    began = time.perf_counter()
    async with connect(f"ws://127.0.0.1:{served.port}{path}", compression=None, max_size=None) as socket:
        await socket.send(wire.step_1(b"\0"))
        async for data in socket:
            if isinstance(data, bytes) and isinstance(wire.parse(data), wire.Step2):
                break
        return 1000 * (time.perf_counter() - began)
