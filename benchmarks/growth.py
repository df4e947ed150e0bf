"""What an append and a decision take as the log grows: they should not notice.

A decision is what a command does that nobody remembers the state for: it reads its boundary, about a hundred
events of one room, decodes them, and appends an event guarded by that boundary. Appends are single events of
32 writers at once, without a guard. The log is filled by SQL; PostgreSQL is the embedded one, fsync on.
"""

import asyncio
import random
import time
from dataclasses import dataclass

from adapters.postgres_log import PostgresLog
from benchmarks.measuring.log_appending import joined
from benchmarks.measuring.log_filled import EVENTS_OF_A_ROOM, fill
from benchmarks.measuring.log_server import Bench, bench
from benchmarks.report import Row, arguments, at_most, median, show
from domain.events import Boundary, Context, Query, about
from domain.rooms import RoomJoined, RoomLeft
from infra.wiring import utc_now

NO_PEER = "it is compared with itself, at the first size"
SIZES = (10_000, 100_000, 1_000_000, 5_000_000)
ROUNDS = 5
WRITERS = 32
APPENDS = 20
"""Of each writer, in each round; few, lest a small log become a large one."""
DECISIONS = 60
"""In each round."""
FLAT = 1.5
"""How many times as much the largest log may take as the smallest."""


@dataclass(frozen=True)
class Cost:
    """Of one append and one decision, in microseconds of processor time, and of a decision by the clock."""

    append: float
    decision: float
    waited: float


WORDS = {
    "append": "an append, processor time",
    "decision": "a decision, processor time",
    "waited": "a decision, by the clock",
}


def main() -> None:
    """Fill, measure, fill further."""
    asked = arguments("growth", __doc__)
    sizes = SIZES[:2] if asked.quick else SIZES
    found: dict[int, Cost] = {}
    with bench() as server, server.database() as url:
        for size in sizes:
            began = time.perf_counter()
            found[size] = server.run(_measured(server, url, size))
            print(f"{size:,} events: filled and measured in {time.perf_counter() - began:.0f} s", flush=True)
    show("growth", _rows(found), NO_PEER)


def _rows(found: dict[int, Cost]) -> list[Row]:
    """The curve, and its end beside its beginning."""
    rows: list[Row] = []
    first, last = min(found), max(found)
    for name, words in WORDS.items():
        curve: dict[int, float] = {size: getattr(cost, name) for size, cost in found.items()}
        rows += [at_most(f"{words}, in a log of {size:,} events", "µs", cost) for size, cost in curve.items()]
        rows.append(at_most(f"{words}: {last:,} to {first:,} events", "×", curve[last] / curve[first], FLAT))  # noqa: RUF001
    return rows


async def _measured(server: Bench, url: str, size: int) -> Cost:
    async with PostgresLog.opened(url) as log:
        await fill(url, size)
        dice = random.Random(size)
        await _round(server, log, size, dice)
        costs = [await _round(server, log, size, dice) for _ in range(ROUNDS)]
    return Cost(
        median([cost.append for cost in costs]),
        median([cost.decision for cost in costs]),
        median([cost.waited for cost in costs]),
    )


async def _round(server: Bench, log: PostgresLog, size: int, dice: random.Random) -> Cost:
    async def write() -> None:
        for _ in range(APPENDS):
            await log.append([joined(_room(size, dice), dice.randrange(size))], _context())

    cpu = -server.cpu()
    async with asyncio.TaskGroup() as group:
        for _ in range(WRITERS):
            group.create_task(write())
    append = (cpu + server.cpu()) / (WRITERS * APPENDS)
    waited: list[float] = []
    cpu = -server.cpu()
    for _ in range(DECISIONS):
        began = time.perf_counter()
        await _decide(log, _room(size, dice))
        waited.append(time.perf_counter() - began)
    return Cost(1e6 * append, 1e6 * (cpu + server.cpu()) / DECISIONS, 1e6 * median(waited))


async def _decide(log: PostgresLog, room: int) -> None:
    event = joined(room)
    query = Query((about(f"room:{event.room}", RoomJoined, RoomLeft),))
    head, count = await log.head(), 0
    async for batch in log.read(query, org="school", upto=head):
        count += len(batch)
    if not count:
        raise RuntimeError("a room without events was asked about")
    await log.append([event], _context(), Boundary(query, head))


def _room(size: int, dice: random.Random) -> int:
    return dice.randrange(size // EVENTS_OF_A_ROOM)


def _context() -> Context:
    return Context(org="school", actor="person-000000", role="student", at=utc_now())


if __name__ == "__main__":
    main()
