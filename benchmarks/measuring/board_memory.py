"""What boards take in memory: of a process of its own, its proportional set size."""

import asyncio
import gc
import multiprocessing
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

import psutil
import uvloop
from pycrdt import Doc, Text

from adapters.postgres_log import PostgresLog
from adapters.postgres_snapshots import PostgresSnapshots
from benchmarks.measuring.board_written import ORG, UNPACED, Saved, Silent, running
from benchmarks.report import Row, at_most
from rooms.board import wire
from rooms.board.boards import Boards
from rooms.board.connection import Connection

COPIES = 20
"""Boards of the longest history, loaded at once."""
EMPTY = 1000
KEYS = 100
"""Typed into each of them while it is live."""
KIB = 1024
COPY = """
insert into board_snapshots (org, room, position, data)
select org, 'copy-' || n, position, data from board_snapshots, generate_series(1, %s) as n where room = %s
"""


class Clock:
    """One that can be put forward."""

    later = 0.0

    def now(self) -> float:
        """Seconds."""
        return time.monotonic() + self.later


def memory(url: str, room: str) -> list[Row]:
    """Of boards that are idle, live, empty, and gone."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, context) as pool:
        found = pool.submit(_measured, url, room).result()
    return [at_most(f"{room}: memory {work}", "KiB", size) for work, size in found.items()]


def _measured(url: str, room: str) -> dict[str, float]:
    """KiB a board, by what it does."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_looked_at(url, room))


async def _looked_at(url: str, room: str) -> dict[str, float]:
    clock = Clock()
    async with PostgresLog.opened(url) as log:
        async with log.rows.connection() as connection:
            await connection.execute(COPY, (COPIES, room))
        async with running(log, PostgresSnapshots(log.rows), Saved(), clock.now) as boards:
            await _grown(boards, "warm-", 5)
            found = {"of an idle board without anything on it": await _grown(boards, "empty-", EMPTY)}
            before, reckoned = _size(), boards.memory
            people = await _opened(boards, "copy-", COPIES)
            found["of a live board, just loaded"] = (_size() - before) / COPIES
            _type(people)
            found[f"of a live board, after {KEYS} keys"] = (_size() - before) / COPIES
            while people:
                people.pop().closed()
            await _until(lambda: not boards.unsaved)
            found["of an idle board"] = (_size() - before) / COPIES
            estimated = boards.memory
            found["of an idle board, as it is reckoned"] = (estimated - reckoned) / COPIES / KIB
            clock.later += UNPACED.idle
            await _until(lambda: not boards.loaded)
            found["that is not given back, of each that was unloaded"] = (_size() - before) / COPIES
    return found


async def _grown(boards: Boards, prefix: str, count: int) -> float:
    before = _size()
    for each in await _opened(boards, prefix, count):
        each.closed()
    return (_size() - before) / count


async def _opened(boards: Boards, prefix: str, count: int) -> list[Connection]:
    return [
        await boards.open(ORG, f"{prefix}{number}", Silent(), "ada", writes=True)
        for number in range(1, count + 1)
    ]


def _type(people: list[Connection]) -> None:
    for each in people:
        document = each.board.document
        if document is None:
            raise RuntimeError("a board is not loaded")
        doc: Doc[Text] = Doc(client_id=77)
        doc.apply_update(document.whole())
        text, sent = doc.get("text", type=Text), list[bytes]()
        subscription = doc.observe(lambda event, sent=sent: sent.append(event.update))
        for _ in range(KEYS):
            text.insert(1000, "x")
        doc.unobserve(subscription)
        for update in sent:
            each.receive(wire.update(update))


async def _until(done: Callable[[], bool]) -> None:
    while not done():  # noqa: ASYNC110 - boards tell nobody
        await asyncio.sleep(0.01)


def _size() -> float:
    """KiB of this process."""
    gc.collect()
    return psutil.Process().memory_full_info().pss / KIB
