"""The life of a board: how long it takes to load, what is stored of it, and what it takes in memory.

Three real histories are typed into boards, one event for each half second of typing (the longest, of which
nobody noted the times, at five keys a second). A load is all that happens when the first client comes: from
the log alone, and from a snapshot with the longest tail that there may be before the next one is taken.
What is stored after compaction is the segments of the archive that the events come to, and the last snapshot;
the tables of the log with their indexes, before anything is archived, are shown apart. PostgreSQL is the
embedded one, and nobody waits for its disk.
"""

import asyncio
import time
from collections.abc import Sequence

import psycopg

from adapters.postgres_log import PostgresLog
from adapters.postgres_snapshots import PostgresSnapshots
from benchmarks.measuring.board_memory import memory
from benchmarks.measuring.board_typing import LONGEST, Typing, histories
from benchmarks.measuring.board_written import (
    ORG,
    Counting,
    Saved,
    Silent,
    archived,
    events,
    recorded,
    rows,
    running,
    without_author,
    write,
)
from benchmarks.measuring.log_server import bench
from benchmarks.report import Row, arguments, at_most, median, show
from domain.rooms import BoardEdited
from rooms.board.limits import DEFAULTS
from rooms.board.loading import Loading, NoSnapshots, weight
from rooms.board.snapshot import Snapshot, folded, packed

NO_PEER = "what the peers take to load is measured beside them, in `boards`"
LOADS = 9
UNHURRIED = """
do $$ begin execute format('alter database %I set synchronous_commit = off', current_database()); end $$
"""
FINDING = "select sum(pg_total_relation_size(name)) from unnest('{events,event_tags}'::regclass[]) as name"


def main() -> None:
    """Type each history, load it, weigh it; the longest also in memory."""
    asked = arguments("board_life", __doc__)
    if asked.data is None:
        raise SystemExit("--data is needed: the folder of real input")
    found: list[Row] = []
    with bench() as server:
        for typing in histories(asked.data, quick=asked.quick):
            began = time.perf_counter()
            with server.database() as url:
                server.run(_unhurried(url))
                found += server.run(_lived(url, typing))
                found += memory(url, typing.name) if typing.name == LONGEST else ()
            print(f"{typing.name}: {time.perf_counter() - began:.0f} s", flush=True)
    show("board_life", found, NO_PEER)


async def _lived(url: str, typing: Typing) -> list[Row]:
    async with PostgresLog.opened(url) as log:
        snapshots = Counting(log.rows)
        await write(log, snapshots, typing)
        written = await events(log, typing.name)
        name = f"{typing.name}, {len(typing.edits):,} edits in {len(written):,} events"
        return [
            at_most(f"{name}: characters without their author", "", without_author(written), 0),
            *await _stored(url, log, snapshots, typing, name),
            *await _loads(log, snapshots, typing, written, name),
        ]


async def _stored(url: str, log: PostgresLog, snapshots: Counting, typing: Typing, name: str) -> list[Row]:
    """Times the bytes of the text."""
    stored, text = await rows(log, typing.name), len(typing.text.encode())
    kept = await snapshots.load(ORG, typing.name)
    last = kept.size if kept else 0
    compacted = (await archived(stored) + last) / text
    taken = f"{snapshots.taken} snapshots ever taken, to the events"
    return [
        at_most(f"{name}: records in the log, to the text", "×", recorded(stored) / text),  # noqa: RUF001
        at_most(f"{name}: {taken}", "×", snapshots.size / recorded(stored), 1),  # noqa: RUF001
        at_most(f"{name}: the last snapshot, to the text", "×", last / text),  # noqa: RUF001
        at_most(f"{name}: after compaction, to the text", "×", compacted, 12),  # noqa: RUF001
        at_most(f"{name}: tables and indexes of the log, to the text", "×", await _finding(url) / text),  # noqa: RUF001
    ]


async def _unhurried(url: str) -> None:
    """Nobody waits for the disk here: how long an append takes is measured elsewhere."""
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        await connection.execute(UNHURRIED)


async def _finding(url: str) -> int:
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        return int((await (await connection.execute(FINDING)).fetchone() or (0,))[0])


async def _loads(
    log: PostgresLog,
    snapshots: PostgresSnapshots,
    typing: Typing,
    written: Sequence[tuple[int, BoardEdited]],
    name: str,
) -> list[Row]:
    alone = await _loaded(log, None, typing)
    pause = await _with_longest_tail(log, snapshots, typing, written)
    fast = await _loaded(log, snapshots, typing)
    behind = f"{name}: load from a snapshot and the longest tail"
    return [
        at_most(f"{name}: load from the log alone, median of {len(alone)}", "ms", median(alone)),
        at_most(f"{behind}, median of {len(fast)}", "ms", median(fast), 50),
        at_most(f"{behind}, longest", "ms", max(fast), 50),
        at_most(f"{name}: longest pause of the others while a snapshot is taken", "ms", pause),
    ]


async def _with_longest_tail(
    log: PostgresLog,
    snapshots: PostgresSnapshots,
    typing: Typing,
    written: Sequence[tuple[int, BoardEdited]],
) -> float:
    """Have a snapshot just so far back that the next one is not due; the longest pause in milliseconds."""
    kept = await snapshots.load(ORG, typing.name)
    most, tail = max(kept.size if kept else 0, DEFAULTS.snapshot), len(written)
    size = 0
    while tail and (size := size + weight([written[tail - 1][1]])) <= most:
        tail -= 1
    runs = [run for _, event in written[:tail] for run in event.runs]
    async with log.rows.connection() as connection:
        await connection.execute("delete from board_snapshots")
    snapshot = folded(None, runs, written[tail - 1][0])
    if snapshot is None:
        raise RuntimeError("there is no snapshot of this history")
    await snapshots.keep(ORG, typing.name, snapshot)
    return await _longest_pause(log, snapshots, typing.name)


async def _longest_pause(log: PostgresLog, snapshots: PostgresSnapshots, room: str) -> float:
    """While a snapshot is made of the last one and its tail, and kept; it is not kept for good."""
    ticking, longest = True, 0.0

    async def tick() -> None:
        nonlocal longest
        before = time.perf_counter()
        while ticking:
            await asyncio.sleep(0)
            now = time.perf_counter()
            longest, before = max(longest, now - before), now

    class Kept(PostgresSnapshots):
        async def keep(self, org: str, room: str, snapshot: Snapshot) -> int:
            return len(packed(snapshot))

    loading = Loading(log, Kept(log.rows), floor=0)
    async with asyncio.TaskGroup() as group:
        group.create_task(tick())
        await loading.renew(ORG, room)
        ticking = False
    return longest * 1000


async def _loaded(log: PostgresLog, snapshots: PostgresSnapshots | None, typing: Typing) -> list[float]:
    """Milliseconds of each load."""
    took: list[float] = []
    for _ in range(LOADS if snapshots else 3):
        async with running(log, snapshots or NoSnapshots(), Saved()) as boards:
            began = time.perf_counter()
            await boards.open(ORG, typing.name, Silent(), "person-0", writes=True)
            took.append(1000 * (time.perf_counter() - began))
            if boards.text(ORG, typing.name) != typing.text:
                raise RuntimeError(f"the board of {typing.name} was loaded with another text")
    return took


if __name__ == "__main__":
    main()
