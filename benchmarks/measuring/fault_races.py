"""Four processes write, and followers read live: how many events the followers never see."""

import asyncio
import subprocess
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AsyncExitStack, ExitStack, closing
from pathlib import Path

import psycopg

from adapters.postgres_log import PostgresLog
from benchmarks.peers.stock_racing import KINDS, Recorder, recorder
from benchmarks.report import Row, at_most
from infra.keeping import kept
from tests.log.tally import Answers, Load, Watcher, read_again, tally
from tests.mortal import Mortal

WRITERS = 4
EACH = 600
"""Events of each writer of the library's."""
PATIENCE = 60.0
LOOK = 0.05
NAMES = {
    "functions": "POSTGRES_ENABLE_DB_FUNCTIONS=y",
    "unconditional": "DCB recorder, appending without a condition",
}


async def races(folder: Path, seconds: float) -> list[Row]:
    """Ours for so many seconds, and then each of the library's two that lose events."""
    async with Mortal.running(folder, fsync=True) as mortal:
        recorded, missed, breaks = await _ours(mortal.url, seconds)
        rows = [
            at_most(f"{WRITERS} processes write for {seconds:g} s: events recorded", "events", recorded),
            at_most("gaps and repeats seen by 3 followers (early, midway, late)", "breaks", breaks, 0),
        ]
        for kind in KINDS:
            lost, of = await asyncio.to_thread(_theirs, _fresh(mortal.url, kind), kind)
            work = f"events that a live follower never saw; peer: {NAMES[kind]}, {of:,} events"
            rows.append(at_most(work, "events", missed, 0, peer=lost))
    return rows


async def _ours(url: str, seconds: float) -> tuple[int, int, int]:
    """(recorded, events that a follower missed, breaks)."""
    answers = Answers()
    async with PostgresLog.opened(url) as log, AsyncExitStack() as stack:
        watchers: list[Watcher] = []

        async def watch() -> None:
            watchers.append(Watcher(log))
            await stack.enter_async_context(kept({"watcher": watchers[-1].run}))

        await watch()
        async with asyncio.TaskGroup() as group:
            writers = [await Load.begun(group, url, f"w{number}", answers) for number in range(WRITERS)]
            await asyncio.sleep(seconds / 2)
            await watch()
            await asyncio.sleep(seconds / 2)
            await asyncio.gather(*(writer.finish() for writer in writers))
        recorded = await read_again(log)
        assert tally(recorded, answers).acknowledged == len({each.actor for each in recorded})
        await watch()
        async with asyncio.timeout(PATIENCE):
            for watcher in watchers:
                await watcher.until(len(recorded))
    places = {each.position for each in recorded}
    missed = sum(len(places - {*watcher.seen}) for watcher in watchers)
    return len(recorded), missed, sum(watcher.breaks for watcher in watchers)


def _fresh(url: str, kind: str) -> str:
    """A database of its own."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"create database {kind}".encode())
    return url.replace("/lyceum?", f"/{kind}?")


def _theirs(url: str, kind: str) -> tuple[int, int]:
    """How many events the library's live subscriber never saw, and of how many."""
    seen: set[int] = set()
    goal: Future[int] = Future()
    with recorder(url, kind) as opened, ThreadPoolExecutor(1) as threads:
        opened.create_table()
        following = threads.submit(_follow, opened, seen, goal)
        _write(url, kind)
        recorded = {*opened.recorded()}
        goal.set_result(max(recorded))
        while not following.done():
            opened.append()  # something more for the subscriber to end at
            time.sleep(LOOK)
        following.result()
    return len(recorded - seen), len(recorded)


def _follow(opened: Recorder, seen: set[int], goal: Future[int]) -> None:
    """Remember what the subscriber is told, until it is told of something behind all that counts."""
    with closing(opened.following()) as following:
        for position in following:
            seen.add(position)
            if goal.done() and position > goal.result():
                return


def _write(url: str, kind: str) -> None:
    """Let all processes write at once, to their ends."""
    command = (sys.executable, "-m", "benchmarks.peers.stock_racing", url, kind, str(EACH))
    with ExitStack() as stack:
        writers = [
            stack.enter_context(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE))
            for _ in range(WRITERS)
        ]
        for writer in writers:
            assert writer.stdout
            assert writer.stdout.readline() == b"ready\n"
        for writer in writers:
            assert writer.stdin
            writer.stdin.close()
        for writer in writers:
            assert writer.wait(PATIENCE) == 0
