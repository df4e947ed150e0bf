"""Four processes that append to one database together."""

import asyncio
import multiprocessing
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from multiprocessing.synchronize import Barrier, Lock

import uvloop

from adapters.postgres_log import PostgresLog
from benchmarks.measuring.log_appending import STOCK, TOPIC, Pace, Work, command, joined
from benchmarks.measuring.log_clients import Load, Round, in_turn, tasks, threads
from benchmarks.measuring.log_server import Bench
from benchmarks.peers import stock
from benchmarks.report import Row, at_least_times, median
from domain.catalogue import encode

PROCESSES = 4
PATIENCE = 60.0
"""Seconds in which all processes must be ready."""
CLIENTS = 32
"""In each process."""

_barrier: list[Barrier] = []
_lock: list[Lock] = []
"""In each process, what it begins at, and what only one may hold."""


def together(bench: Bench, pace: Pace) -> list[Row]:
    """The sum of what all processes append."""
    with bench.database() as own, bench.database() as other:
        sides = {"ours": lambda: _sum(_ours, own, pace), "stock": lambda: _sum(_stock, other, pace)}
        found = in_turn(sides, pace.rounds)
    work = f"{PROCESSES} processes append 1 event, {CLIENTS} at once in each; {STOCK}"
    return [at_least_times(work, "/s", median(found["ours"]), median(found["stock"]), 5)]


def _sum(side: Callable[[str, int, float], Round], url: str, pace: Pace) -> float:
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(PROCESSES, timeout=PATIENCE)  # should one of them fail, the others do not wait
    with ProcessPoolExecutor(PROCESSES, context, _meet, (barrier, context.Lock())) as pool:
        rounds = [pool.submit(side, url, number, pace.seconds) for number in range(PROCESSES)]
        return sum(one.result().rate for one in rounds)


def _meet(barrier: Barrier, lock: Lock) -> None:
    _barrier.append(barrier)
    _lock.append(lock)


def _ours(url: str, number: int, seconds: float) -> Round:
    async def measure() -> Round:
        async with PostgresLog.opened(url) as log:
            head = await log.head()
            first = number * CLIENTS
            clients = [command(log, Work(CLIENTS), client, head) for client in range(first, first + CLIENTS)]
            await asyncio.to_thread(_barrier[0].wait)
            return await tasks(clients, Load(seconds))

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(measure())


def _stock(url: str, number: int, seconds: float) -> Round:
    state = encode(joined(number))
    with ExitStack() as stack:
        with _lock[0]:  # its tables cannot be made by several at once
            clients = stack.enter_context(stock.appending(url, stock.BEST, CLIENTS, 1, TOPIC, state))
        _barrier[0].wait()
        return threads(clients, Load(seconds))
