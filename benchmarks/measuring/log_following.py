"""What follows an append: a view that has it, and many followers that hear of it."""

import asyncio
import threading
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from adapters.nats_bus import HEAD, NatsBus
from adapters.postgres_log import PostgresLog
from adapters.postgres_views import PostgresViews
from benchmarks.measuring.log_appending import Pace, joined
from benchmarks.measuring.log_clients import in_turn
from benchmarks.measuring.log_server import Bench
from benchmarks.peers import stock_application as stock
from benchmarks.report import Row, at_most, median
from domain.events import Context
from infra.embedded.nats import nats
from infra.embedded.process import Server
from infra.wiring import utc_now
from projections.catalogue import KEPT
from projections.follower import Follower
from realtime.announcing import Announcer
from realtime.hub import Hub
from realtime.metrics import Metrics
from realtime.outbox import Outbox
from realtime.progress import Progress
from realtime.signals import Moved, Switchboard

FOLLOWERS = 60
CALLED = {
    "cpu": "processor time an event in all; stock subscriptions",
    "threads": "threads for each follower",
    "connections": "connections for each follower",
}
SHARED = 0.1
"""A thread or a connection that is there for ten or more is nobody's own."""
BEFORE = 0.5
"""Seconds that followers have to begin."""
WITHIN = 10.0
"""Seconds in which a view or a follower has to have an event."""


@dataclass(frozen=True)
class Delivered:
    """What one round of live delivery took."""

    cpu: float
    """Milliseconds of processor time an event, in all: the append, all followers, PostgreSQL."""
    threads: float
    """For each follower."""
    connections: float
    """For each follower."""


def read_your_own_write(bench: Bench, pace: Pace) -> list[Row]:
    """From the answer of an append to when a view is known to have it, one write at a time."""
    with bench.database() as own, bench.database() as other:
        sides = {
            "ours": lambda: bench.run(_writes(own, pace.few // 10)),
            "stock": lambda: _stock_writes(other, max(5, pace.few // 100)),
        }
        found = in_turn(sides, pace.rounds)
    ours, peer = median(found["ours"]), median(found["stock"])
    return [
        at_most("append answered → its view is known to have it, p50; stock `wait()`", "ms", ours, 5, peer)
    ]


def delivery(bench: Bench, pace: Pace) -> list[Row]:
    """An event at a time to followers that wait for it; the next as soon as all of them have it."""
    with bench.database() as own, bench.database() as other:
        sides = {
            "ours": lambda: bench.run(_delivered(bench, own, pace.few // 3)),
            "stock": lambda: _stock_delivered(bench, other, pace.few // 30),
        }
        found = in_turn(sides, pace.rounds)
    rows: list[Row] = []
    for what, unit, target in (("cpu", "ms", 1), ("threads", "", SHARED), ("connections", "", SHARED)):
        ours, peer = (median([getattr(one, what) for one in found[side]]) for side in ("ours", "stock"))
        rows.append(at_most(f"live delivery to {FOLLOWERS}: {CALLED[what]}", unit, ours, target, peer))
    return rows


async def _writes(url: str, writes: int) -> float:
    """The median of milliseconds, with all views of the house, and signals over NATS as in the house."""
    times: list[float] = []
    async with _views(url) as (log, progress):
        for number in range(writes):
            position = await _append(log, number)
            began = time.perf_counter()
            await progress.wait("views", position, lambda: PostgresViews(log.rows).position("people"))
            times.append(1000 * (time.perf_counter() - began))
    return median(times)


@asynccontextmanager
async def _views(url: str) -> AsyncGenerator[tuple[PostgresLog, Progress], None]:
    """The views of the house, kept by a follower whose announcements come back over the bus."""
    async with AsyncExitStack() as stack:
        home = Path(stack.enter_context(TemporaryDirectory(prefix="lyceum-bench-nats-")))
        program, address = await nats(home)
        server = Server(program)
        await server.start()
        stack.push_async_callback(server.stop)
        log = await stack.enter_async_context(PostgresLog.opened(url))
        metrics, progress = Metrics(), Progress()
        bus = await stack.enter_async_context(NatsBus.opened(address, lambda reason: None))
        outbox = Outbox(bus)
        log.appended.append(lambda head: outbox.signal(HEAD, Moved("log", head)))
        await Switchboard(Hub(), progress, metrics).connect(bus)
        group = await stack.enter_async_context(asyncio.TaskGroup())
        follower = Follower(log, PostgresViews(log.rows), KEPT, Announcer(outbox).views)
        parts = [group.create_task(run) for run in (outbox.run(), follower.run())]
        yield log, progress
        for part in parts:
            part.cancel()


def _stock_writes(url: str, writes: int) -> float:
    times: list[float] = []
    with stock.projecting(url) as runner:
        for _ in range(writes):
            position = stock.one_more(runner.app)
            began = time.perf_counter()
            runner.wait(position, timeout=WITHIN)
            times.append(1000 * (time.perf_counter() - began))
    return median(times)


async def _delivered(bench: Bench, url: str, events: int) -> Delivered:
    async with PostgresLog.opened(url) as log, asyncio.TaskGroup() as group:
        await _append(log, 0)
        head, arrivals, missing = await log.head(), asyncio.Event(), 0
        threads, connections = threading.active_count(), _connections(url)

        async def follow() -> None:
            nonlocal missing
            async for batch in log.follow(head):
                missing -= len(batch)
                if missing <= 0:
                    arrivals.set()

        followers = [group.create_task(follow()) for _ in range(FOLLOWERS)]
        await asyncio.sleep(BEFORE)
        cpu = -bench.cpu()
        for number in range(events):
            missing += FOLLOWERS
            arrivals.clear()
            await _append(log, number)
            async with asyncio.timeout(WITHIN):
                await arrivals.wait()
        cpu += bench.cpu()
        found = Delivered(
            1000 * cpu / events,
            (threading.active_count() - threads) / FOLLOWERS,
            (_connections(url) - connections) / FOLLOWERS,
        )
        for follower in followers:
            follower.cancel()
    return found


def _stock_delivered(bench: Bench, url: str, events: int) -> Delivered:
    with stock.application(url) as app:
        head = stock.one_more(app)
    threads, connections = threading.active_count(), _connections(url)
    arrivals = threading.Semaphore(0)

    def seen(position: int) -> None:
        if position > head:
            arrivals.release()

    with stock.subscribed(url, FOLLOWERS, seen) as app:
        time.sleep(BEFORE)
        cpu = -bench.cpu()
        for _ in range(events):
            stock.one_more(app)
            for _ in range(FOLLOWERS):
                if not arrivals.acquire(timeout=WITHIN):
                    raise TimeoutError("a subscription has missed an event")
        cpu += bench.cpu()
        return Delivered(
            1000 * cpu / events,
            (threading.active_count() - threads) / FOLLOWERS,
            (_connections(url) - connections) / FOLLOWERS,
        )


async def _append(log: PostgresLog, number: int) -> int:
    context = Context(org="school", actor="person-000000", role="student", at=utc_now())
    return await log.append([joined(number % 500, number)], context)


def _connections(url: str) -> int:
    with psycopg.connect(url) as connection:
        found = connection.execute(
            "select count(*) from pg_stat_activity where datname = current_database()"
        ).fetchone()
        return found[0] - 1 if found else 0
