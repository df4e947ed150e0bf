"""Writers and PostgreSQL are killed in the middle of load, over and over; then every append is looked up."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from itertools import count
from pathlib import Path

from adapters.postgres_log import PostgresLog
from benchmarks.report import Row, at_most
from infra.keeping import kept
from tests.log.tally import TASKS, Answers, Load, Tally, Watcher, read_again, tally
from tests.mortal import Mortal

WRITERS = 4
BETWEEN = 40
"""Appends acknowledged between one kill and the next."""
PATIENCE = 60.0


async def kills(folder: Path, rounds: int) -> list[Row]:
    """In each round a writer is killed, and another begins; then PostgreSQL is killed, and started again."""
    async with (
        Mortal.running(folder, fsync=True) as mortal,
        PostgresLog.opened(mortal.url) as log,
        AsyncExitStack() as followers,
    ):
        watchers = [await _watching(followers, log)]
        answers = Answers()
        async with asyncio.TaskGroup() as group:
            names = (f"w{number}" for number in count())
            writers = [await Load.begun(group, mortal.url, next(names), answers) for _ in range(WRITERS)]
            for number in range(rounds):
                if number == rounds // 2:
                    watchers.append(await _watching(followers, log))
                await _round(group, mortal, writers, next(names), answers)
            await answers.more(BETWEEN)
            for writer in writers:
                await writer.finish()
        recorded = await read_again(log)
        watchers.append(await _watching(followers, log))
        async with asyncio.timeout(PATIENCE):
            for watcher in watchers:
                await watcher.until(len(recorded))
    return _rows(rounds, answers, tally(recorded, answers), watchers)


async def _round(
    group: asyncio.TaskGroup, mortal: Mortal, writers: list[Load], name: str, answers: Answers
) -> None:
    async with asyncio.timeout(PATIENCE):
        await answers.more(BETWEEN)
        await writers.pop(0).kill()
        writers.append(await Load.begun(group, mortal.url, name, answers))
        await answers.more(BETWEEN)
        await mortal.kill()
        await mortal.start()


async def _watching(stack: AsyncExitStack, log: PostgresLog) -> Watcher:
    watcher = Watcher(log)
    await stack.enter_async_context(kept({"watcher": watcher.run}))
    return watcher


def _rows(rounds: int, answers: Answers, found: Tally, watchers: Sequence[Watcher]) -> list[Row]:
    # Of what was not acknowledged, there may be what was on its way when its writer was killed.
    may_be_there = len(answers.unknown) + rounds * TASKS
    return [
        at_most(f"kills -9: {WRITERS} writers, one killed each round, and PostgreSQL", "kills", 2 * rounds),
        at_most("kills -9: appends of 3 events that were acknowledged", "appends", found.acknowledged),
        at_most("kills -9: appends found", "appends", found.found, found.acknowledged + may_be_there),
        *wrong("kills -9", found),
        at_most(
            f"kills -9: gaps and repeats seen by {len(watchers)} followers (early, midway, late)",
            "breaks",
            sum(watcher.breaks for watcher in watchers),
            0,
        ),
    ]


def wrong(when: str, found: Tally) -> list[Row]:
    """What must not be, of appends that were held against the log."""
    return [
        at_most(f"{when}: acknowledged, and not there", "appends", found.lost, 0),
        at_most(f"{when}: there more than once", "appends", found.doubled, 0),
        at_most(f"{when}: half there", "appends", found.half, 0),
        at_most(f"{when}: refused, and there all the same", "appends", found.refused_but_found, 0),
        at_most(f"{when}: positions with a gap or a repeat", "events", found.gaps, 0),
    ]
