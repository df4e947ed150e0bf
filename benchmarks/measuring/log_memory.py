"""What a follower takes that has a long backlog: no more than with a short one."""

import asyncio
import multiprocessing
import resource
from concurrent.futures import ProcessPoolExecutor

import psutil
import psycopg
import uvloop

from adapters.postgres_log import PostgresLog
from adapters.postgres_rows import PostgresRows
from adapters.stored import Row as Stored
from adapters.stored import record_of
from benchmarks.measuring.log_appending import Pace, joined
from benchmarks.measuring.log_reading import caught_up
from benchmarks.measuring.log_server import Bench
from benchmarks.report import Row, at_most
from domain.catalogue import encode, tags_of
from domain.events import type_of
from infra.wiring import utc_now

MIB = 2**20
SHORT = 10_000
MARGIN = 16.0
"""MiB by which two runs of one and the same program may differ."""
FILL = """
with numbers as (select generate_series(1, %(events)s) as n), filled as (
    insert into events (position, record) select n, %(record)s from numbers
)
update log_head set position = %(events)s
"""
"""A log of one and the same event; a follower asks for no tags."""


def memory(bench: Bench, pace: Pace) -> list[Row]:
    """By how much a process grows, at its largest, while a view catches up in it."""
    short, long = (_grown(bench, events) for events in (SHORT, 5 * pace.events))
    name = "memory that a follower takes to catch up with"
    return [
        at_most(f"{name} {SHORT:,} events", "MiB", short),
        at_most(f"{name} {5 * pace.events:,} events", "MiB", long, short + MARGIN),
    ]


def _grown(bench: Bench, events: int) -> float:
    with bench.database() as url:
        bench.run(_fill(url, events))
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(1, context) as pool:
            return pool.submit(_measured, url).result()


async def _fill(url: str, events: int) -> None:
    async with PostgresRows.opened(url):
        pass
    async with await psycopg.AsyncConnection.connect(url) as connection:
        event = joined(0)
        row = Stored(0, utc_now(), "school", type_of(event), "ada", None, tags_of(event), encode(event))
        await connection.execute(FILL, {"events": events, "record": record_of(row)})


def _measured(url: str) -> float:
    """MiB by which this process grew."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_follow(url))


async def _follow(url: str) -> float:
    async with PostgresLog.opened(url) as log:
        before = psutil.Process().memory_info().rss
        await caught_up(log, 1)
        return max(0.0, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 - before) / MIB
