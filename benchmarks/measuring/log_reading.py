"""Reading the whole log: decoded to structs, and folded into a view exactly once."""

import asyncio
import time
from collections.abc import Sequence

import psycopg
from msgspec import Struct

from adapters.postgres_log import PostgresLog
from adapters.postgres_views import PostgresViews
from benchmarks.measuring.log_appending import Pace, joined
from benchmarks.measuring.log_clients import in_turn
from benchmarks.measuring.log_server import Bench
from benchmarks.peers import stock_application as stock
from benchmarks.report import Row, at_least_times, at_most, median
from domain.events import Context, Recorded
from domain.rooms import RoomJoined
from infra.wiring import utc_now
from projections.follower import Follower, Key
from projections.keys import by
from projections.view import View

ROOMS = 500
BATCH = 500
"""Events in one append while a log is filled."""


class Joins(Struct):
    """How often a room was joined, and by whom last: what the peer's view keeps, too."""

    joins: int = 0
    last: str = ""


def apply(state: Joins, key: str, recorded: Recorded) -> None:
    """Count one."""
    assert isinstance(recorded.event, RoomJoined)
    state.joins += 1
    state.last = recorded.event.person


def view(version: int) -> View[Joins]:
    """The view; another version begins anew."""
    return View("joins", version, Joins, (RoomJoined,), by("room"), apply)


def replay(bench: Bench, pace: Pace) -> list[Row]:
    """All events of a log, read and decoded."""
    with bench.database() as own, bench.database() as other:
        bench.run(fill(own, pace.events))
        stock.fill(other, pace.events, ROOMS)
        for url in (own, other):
            vacuum(url)
        sides = {
            "ours": lambda: bench.run(_replayed(bench, own)),
            "stock": lambda: _stock_replayed(bench, other),
        }
        found = in_turn(sides, pace.rounds)
    ours, peer = ([median(part) for part in zip(*found[side], strict=True)] for side in ("ours", "stock"))
    work = f"replay of {pace.events:,} events to structs"
    return [
        at_least_times(f"{work}; stock recorder and JSON mapper", "/s", ours[0], peer[0], 5),
        at_most(f"{work}: processor time an event", "µs", ours[1], peer=peer[1]),
    ]


def projection(bench: Bench, pace: Pace) -> list[Row]:
    """A view catches up with a log: ours with all of it, the peer with a smaller one, as it is slower."""
    with bench.database() as own:
        bench.run(fill(own, pace.events))
        vacuum(own)
        versions = iter(range(1, 1000))
        sides = {
            "ours": lambda: bench.run(_opened_and_caught_up(own, next(versions))),
            "stock": lambda: _stock_caught_up(bench, pace.few),
        }
        found = in_turn(sides, pace.rounds)
    work = "exactly-once projection, catching up; stock `ProjectionRunner`"
    return [at_least_times(work, "/s", median(found["ours"]), median(found["stock"]), 50)]


async def fill(url: str, events: int) -> None:
    """Append joins, each of the next room."""
    async with PostgresLog.opened(url) as log:
        for start in range(0, events, BATCH):
            numbers = range(start, min(start + BATCH, events))
            context = Context(org="school", actor="person-000000", role="student", at=utc_now())
            await log.append([joined(number % ROOMS, number % 5000) for number in numbers], context)


def vacuum(url: str) -> None:
    """What PostgreSQL does by itself some time after rows were written, and whoever reads first else."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("vacuum analyze")


async def _replayed(bench: Bench, url: str) -> tuple[float, float]:
    """Events a second, and microseconds of processor time an event."""
    async with PostgresLog.opened(url) as log:
        seen, cpu, began = 0, bench.cpu(), time.perf_counter()
        async for batch in log.read():
            seen += len(batch)
        return seen / (time.perf_counter() - began), 1e6 * (bench.cpu() - cpu) / seen


def _stock_replayed(bench: Bench, url: str) -> tuple[float, float]:
    """The same."""
    with stock.application(url) as app:
        cpu, began = bench.cpu(), time.perf_counter()
        seen = stock.replay(app)
        return seen / (time.perf_counter() - began), 1e6 * (bench.cpu() - cpu) / seen


async def _opened_and_caught_up(url: str, version: int) -> float:
    async with PostgresLog.opened(url) as log:
        return await caught_up(log, version)


async def caught_up(log: PostgresLog, version: int) -> float:
    """Events a second, from when a follower starts to the commit of the last event's batch."""
    head, reached = await log.head(), asyncio.Event()

    def announce(_: Sequence[Key], position: int) -> None:
        if position >= head:
            reached.set()

    async with asyncio.TaskGroup() as group:
        began = time.perf_counter()
        follower = Follower(log, PostgresViews(log.rows), [view(version)], announce)
        running = group.create_task(follower.run())
        await reached.wait()
        seconds = time.perf_counter() - began
        running.cancel()
    return head / seconds


def _stock_caught_up(bench: Bench, events: int) -> float:
    with bench.database() as url:
        stock.fill(url, events, ROOMS)
        vacuum(url)
        stock.Counting.until = events
        stock.Counting.reached.clear()
        began = time.perf_counter()
        with stock.projecting(url):
            stock.Counting.reached.wait()
            return events / (time.perf_counter() - began)
