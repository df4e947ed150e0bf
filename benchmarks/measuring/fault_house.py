"""A house whose PostgreSQL goes away, hangs, or loses its connections or its room, while people talk."""

import asyncio
import subprocess
import time
from collections.abc import Awaitable, Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from adapters.postgres_log import PostgresLog
from benchmarks.measuring.fault_kills import wrong
from benchmarks.measuring.fault_talk import SPEAKERS, Talk, talking
from benchmarks.report import Row, at_most
from domain.events import Recorded
from domain.rooms import MessageSent
from tests.house import RunningHouse
from tests.log.tally import Answers, Load, read_again, tally
from tests.mortal import Mortal

ENOUGH = 3 * SPEAKERS
"""Messages before a fault and after it."""
PAUSE = 0.1
"""Seconds between two appends of each task of the process that writes beside the house."""
DISK = 640 * 2**20
"""Bytes of the disk that is filled."""


@dataclass(frozen=True)
class Fault:
    """What happens to PostgreSQL; when `happen` returns, it is over."""

    name: str
    happen: Callable[[Mortal], Awaitable[None]]


async def faults(folder: Path, disk: Path | None, quick: bool) -> list[Row]:
    """One fault after the other. `disk` is a small one that PostgreSQL is on, or None."""
    where = disk or folder
    async with (
        Mortal.running(where, fsync=True, small=disk is None) as mortal,
        PostgresLog.opened(mortal.url) as log,
    ):
        house = RunningHouse(folder / "home", {"LYCEUM_POSTGRES": mortal.url})
        house.start()
        try:
            rows, talk, answers = await _one_after_the_other(house, mortal, _faults(disk, quick))
        finally:
            house.stop()
        recorded = await read_again(log)
    return [*rows, *_in_the_end(recorded, talk), *wrong("beside it", tally(recorded, answers, "load"))]


async def _one_after_the_other(
    house: RunningHouse, mortal: Mortal, them: Sequence[Fault]
) -> tuple[list[Row], Talk, Answers]:
    rows: list[Row] = []
    answers = Answers()
    async with asyncio.TaskGroup() as group, talking(house, group) as talk:
        load = await Load.begun(group, mortal.url, "load", answers, PAUSE)
        for fault in them:
            rows += await _through(fault, mortal, talk)
        await load.finish()
    return rows, talk, answers


async def _through(fault: Fault, mortal: Mortal, talk: Talk) -> list[Row]:
    await talk.more(ENOUGH)
    talk.counts.clear()
    talk.longest = 0.0
    await fault.happen(mortal)
    over = time.monotonic()
    await talk.more(ENOUGH)
    behind = await talk.caught_up()
    again = max(0.0, talk.last_refusal - over)
    return [
        at_most(
            f"{fault.name}: refused with 503, a problem and Retry-After", "requests", talk.counts["refused"]
        ),
        at_most(f"{fault.name}: answered in any other way but done", "requests", talk.counts["other"], 0),
        at_most(f"{fault.name}: longest wait for an answer", "s", talk.longest),
        at_most(f"{fault.name}: last refusal after it was over", "s", again),
        at_most(f"{fault.name}: then until views, relay and leaderboards had caught up", "s", behind),
    ]


def _in_the_end(recorded: Sequence[Recorded], talk: Talk) -> list[Row]:
    places: dict[str, list[int]] = {}
    for each in recorded:
        if isinstance(each.event, MessageSent) and each.event.room.startswith("room-"):
            places.setdefault(each.event.message, []).append(each.position)
    first = [(place, message) for message, [place, *_] in places.items() if message.startswith("room-0-")]
    return [
        at_most("messages that were acknowledged", "messages", len(talk.said)),
        at_most(
            "messages acknowledged, and not there",
            "messages",
            sum(place not in places.get(message, ()) for message, place in talk.said.items()),
            0,
        ),
        at_most("messages there more than once", "messages", sum(len(p) > 1 for p in places.values()), 0),
        at_most("messages that the feed of a room left out", "messages", len({*first} - {*talk.heard}), 0),
        at_most(
            "messages that it told twice, or out of order",
            "messages",
            sum(left >= right for (left, _), (right, _) in pairwise(talk.heard)),
            0,
        ),
    ]


def _faults(disk: Path | None, quick: bool) -> list[Fault]:
    gone, hung, full, times = (2, 6, 1, 5) if quick else (10, 15, 8, 25)

    async def away(mortal: Mortal) -> None:
        await mortal.kill()
        await asyncio.sleep(gone)
        await mortal.start()

    async def cut_off(mortal: Mortal) -> None:
        for _ in range(times):
            await mortal.end_backends()
            await asyncio.sleep(0.2)

    async def hanging(mortal: Mortal) -> None:
        with mortal.hanging():
            await asyncio.sleep(hung)

    async def without_room(mortal: Mortal) -> None:
        if disk is None:
            async with mortal.full():
                await asyncio.sleep(full)
            return
        with _ballast(disk):
            await asyncio.sleep(full)
        if mortal.ended:
            await mortal.start()

    kind = (
        f"disk of {DISK >> 20} MiB full" if disk else "files that may not grow (no tmpfs may be mounted here)"
    )
    return [
        Fault(f"PostgreSQL gone for {gone} s", away),
        Fault(f"all connections ended {times} times", cut_off),
        Fault(f"PostgreSQL hung for {hung} s", hanging),
        Fault(f"{kind} for {full} s", without_room),
    ]


@contextmanager
def small_disk(folder: Path) -> Generator[Path | None, None, None]:
    """A disk of its own at `folder`, if we may mount one."""
    folder.mkdir()
    mount = ("mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder))
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        yield None
        return
    try:
        yield folder
    finally:
        subprocess.run(("umount", "-l", str(folder)), check=True)


@contextmanager
def _ballast(disk: Path) -> Generator[None, None, None]:
    """Nothing more goes onto the disk within the block."""
    file = disk / "ballast"
    try:
        with file.open("wb", buffering=0) as ballast:
            for size in (2**20, 2**12):
                _write(ballast.write, bytes(size))
        yield
    finally:
        file.unlink()


def _write(write: Callable[[bytes], int | None], piece: bytes) -> None:
    try:
        while write(piece):
            pass
    except OSError:
        return
