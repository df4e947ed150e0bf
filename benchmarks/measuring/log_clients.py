"""Clients that give one command after the other, as tasks of ours or threads of a peer; and sides in turn."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

from benchmarks.report import median, quantile

T = TypeVar("T")
WARM = 0.3
"""Seconds for which clients run before anything counts."""


@dataclass(frozen=True)
class Load:
    """What clients do: for how many seconds, with how many events in a command."""

    seconds: float
    each: int = 1
    cpu: Callable[[], float] = time.process_time
    """Seconds of processor time that the work has taken until now."""


@dataclass
class Round:
    """What was done: the milliseconds of each command that ended in time, all commands, processor time."""

    load: Load
    times: list[float] = field(default_factory=list[float])
    done: int = 0
    cpu: float = 0.0

    @property
    def rate(self) -> float:
        """Events a second."""
        return len(self.times) * self.load.each / self.load.seconds

    @property
    def cpu_each(self) -> float:
        """Microseconds of processor time for an event."""
        return 1e6 * self.cpu / (self.done * self.load.each)


class Rounds(list[Round]):
    """The rounds of one side: medians of what each of them came to."""

    @property
    def rate(self) -> float:
        """Events a second."""
        return median([one.rate for one in self])

    @property
    def cpu_each(self) -> float:
        """Microseconds of processor time for an event."""
        return median([one.cpu_each for one in self])

    def quantile(self, part: float) -> float:
        """Milliseconds that this part of the commands did not exceed."""
        return median([quantile(one.times, part) for one in self])


Side = Callable[[], Round]


def in_turn(sides: Mapping[str, Callable[[], T]], rounds: int) -> dict[str, list[T]]:
    """A round of each side, then the next of each."""
    found: dict[str, list[T]] = {name: [] for name in sides}
    for _ in range(rounds):
        for name, side in sides.items():
            found[name].append(side())
    return found


def in_rounds(sides: Mapping[str, Side], rounds: int) -> dict[str, Rounds]:
    """The same, with the medians of each side."""
    return {name: Rounds(found) for name, found in in_turn(sides, rounds).items()}


class Watch:
    """Notes the commands that end within its time."""

    def __init__(self, load: Load) -> None:
        self.round = Round(load, cpu=-load.cpu())
        self._begins = time.perf_counter() + WARM
        self._ends = self._begins + load.seconds

    @property
    def running(self) -> bool:
        """Whether another command may begin."""
        return time.perf_counter() < self._ends

    def note(self, began: float) -> None:
        """A command that began at that instant has just ended."""
        now = time.perf_counter()
        self.round.done += 1
        if self._begins <= now <= self._ends:
            self.round.times.append(1000 * (now - began))

    def ended(self) -> Round:
        """All clients have ended."""
        self.round.cpu += self.round.load.cpu()
        return self.round


async def tasks(clients: Sequence[Callable[[], Awaitable[object]]], load: Load) -> Round:
    """Each client is a task that gives its command again as soon as it was done."""
    watch = Watch(load)

    async def one(command: Callable[[], Awaitable[object]]) -> None:
        while watch.running:
            began = time.perf_counter()
            await command()
            watch.note(began)

    async with asyncio.TaskGroup() as group:
        for client in clients:
            group.create_task(one(client))
    return watch.ended()


def threads(clients: Sequence[Callable[[], object]], load: Load) -> Round:
    """The same with a thread for each client."""
    with ThreadPoolExecutor(len(clients)) as pool:
        watch = Watch(load)

        def one(command: Callable[[], object]) -> None:
            while watch.running:
                began = time.perf_counter()
                command()
                watch.note(began)

        for ended in [pool.submit(one, client) for client in clients]:
            ended.result()
        return watch.ended()
