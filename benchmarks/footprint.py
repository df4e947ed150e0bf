"""What a house takes: seconds to start and to stop, memory and processor time when nobody is there.

Everything counts that `lyceum up` starts: the process itself, PostgreSQL, NATS and Redis. Memory is the
proportional set size (PSS), in which what n processes share counts a n-th in each of them.
"""

import asyncio
import time
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from benchmarks.measuring.clients import ask, seated, watching
from benchmarks.report import Row, arguments, at_most, median, show
from tests.house import RunningHouse, home

NO_PEER = "nothing else brings its own database, bus and cache with it"
ROOM = "demo"
MIB = 2**20


@dataclass
class Found:
    """Seconds of each start and stop."""

    cold: list[float] = field(default_factory=list[float])
    warm: list[float] = field(default_factory=list[float])
    stops: list[float] = field(default_factory=list[float])


def main() -> None:
    """Start, look, use, look again, stop; and print."""
    asked = arguments("footprint", __doc__)
    rounds, rest = (2, 5.0) if asked.quick else (7, 20.0)
    found = Found()
    for _ in range(rounds - 1):
        with home() as folder:
            _started(folder, found.cold, found)
            _started(folder, found.warm, found)
    with home() as folder:
        _started(folder, found.cold, found)
        idle = _started(folder, found.warm, found, rest)
    show("footprint", [*_times(found), *idle], NO_PEER)


def _times(found: Found) -> list[Row]:
    rows: list[Row] = []
    for work, seconds, target in (
        ("`lyceum up` in a new folder → ready", found.cold, 10),
        ("`lyceum up` in a folder that is there → ready", found.warm, 10),
        ("SIGTERM, three streams and a board open → all gone", found.stops, 5),
    ):
        rows.append(at_most(f"{work}, median of {len(seconds)}", "s", median(seconds), target))
        rows.append(at_most(f"{work}, longest", "s", max(seconds), target))
    return rows


def _started(folder: Path, seconds: list[float], found: Found, rest: float | None = None) -> list[Row]:
    """Start a house and stop it, and note how long both took; look at it in between if it may `rest`."""
    house = RunningHouse(folder, arguments=("up",))
    began = time.perf_counter()
    house.start()
    seconds.append(time.perf_counter() - began)
    try:
        return asyncio.run(_look_and_stop(house, found, rest))
    finally:
        if house.process is not None and house.process.poll() is None:
            house.stop()


async def _look_and_stop(house: RunningHouse, found: Found, rest: float | None) -> list[Row]:
    rows: list[Row] = []
    if rest is not None:
        rows += await _idle(house, "idle, fresh", rest)
        await _use(house)
        rows += await _idle(house, "idle, after use", rest)
    family = _family(house)
    async with AsyncExitStack() as stack:
        await _meet(house)
        for path in (f"/rooms/{ROOM}/feed", "/leaderboards/xp/live", "/learners/ada/live"):
            await stack.enter_async_context(watching(house, "ada", path))
        await stack.enter_async_context(seated(house, "ada", ROOM))
        began = time.perf_counter()
        status = await asyncio.to_thread(house.stop)
        _, alive = await asyncio.to_thread(psutil.wait_procs, family, 20)
        found.stops.append(time.perf_counter() - began)
    if status or alive:
        raise RuntimeError(
            f"not a clean stop: status {status}, {len(alive)} processes left\n{house.errors()}"
        )
    return rows


async def _idle(house: RunningHouse, when: str, rest: float) -> list[Row]:
    """Memory and processor time of a house that nobody uses."""
    await asyncio.sleep(rest)
    family = _family(house)
    before, began = _cpu(family), time.perf_counter()
    await asyncio.sleep(max(rest / 2, 5))
    share = 100 * (_cpu(family) - before) / (time.perf_counter() - began)
    sizes = [process.memory_full_info() for process in family]
    together = sum(size.pss for size in sizes) / MIB
    resident = sum(size.rss for size in sizes) / MIB
    return [
        at_most(f"{when}: memory of its {len(family)} processes together (PSS)", "MiB", together, 500),
        at_most(f"{when}: of which `lyceum` itself", "MiB", sizes[0].pss / MIB),
        at_most(f"{when}: resident, with what is shared counted in each", "MiB", resident),
        at_most(f"{when}: processor time, part of one core", "%", share),
    ]


async def _use(house: RunningHouse) -> None:
    """A short meeting: every problem answered, and some writing on the board."""
    await _meet(house)
    async with house.client("ada") as ada, seated(house, "ada", ROOM) as a, seated(house, "ben", ROOM) as b:
        for problem in (await ask(ada, "GET", "/problems"))["problems"]:
            await ask(ada, "POST", "/answers", {"problem": problem["problem"], "given": "9", "room": ROOM})
        for length in range(1, 301):
            await a.type("a")
            await b.until(length)
        for path in ("/learners/ada/mastery", "/learners/ada/quests", "/leaderboards/xp", f"/rooms/{ROOM}"):
            await ask(ada, "GET", path)


async def _meet(house: RunningHouse) -> None:
    for person in ("ada", "ben"):
        async with house.client(person) as client:
            await ask(client, "POST", f"/rooms/{ROOM}/join")


def _family(house: RunningHouse) -> list[psutil.Process]:
    """The house's process, and all that it has started."""
    if house.process is None:
        raise RuntimeError("the house is not running")
    first = psutil.Process(house.process.pid)
    return [first, *first.children(recursive=True)]


def _cpu(family: list[psutil.Process]) -> float:
    """Seconds of processor time."""
    return sum(times.user + times.system for process in family for times in (process.cpu_times(),))


if __name__ == "__main__":
    main()
