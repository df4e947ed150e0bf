"""A history of typing written through boards into the log, window by window, and looked at there."""

import asyncio
import tempfile
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from adapters.archive import Archive
from adapters.postgres_log import PostgresLog
from adapters.postgres_snapshots import PostgresSnapshots
from adapters.stored import Row as Stored
from adapters.stored import record_of
from benchmarks.measuring.board_typing import Typing
from domain.events import Query, about
from domain.rooms import BoardEdited
from infra.archiving import EVENTS
from infra.wiring import utc_now
from rooms.board import wire
from rooms.board.authorship import Authors, visible_text
from rooms.board.boards import Boards
from rooms.board.closing import Restarting
from rooms.board.document import TEXT, restored
from rooms.board.limits import Limits
from rooms.board.loading import Snapshots
from rooms.board.snapshot import Snapshot
from rooms.board.update import read

ORG = "school"
UNPACED = Limits(window=0, rate=1e9, burst=1e9)
"""A window is over when the log has it: so the windows of the history are those of the board."""


class Silent:
    """A client that is told nothing."""

    def send(self, data: bytes) -> None:
        """Forget it."""

    def close(self, code: int, reason: str) -> None:
        """Nobody is sent away here but at the end."""
        if code != Restarting.code:
            raise RuntimeError(f"a client was sent away: {code} {reason}")

    def hold(self, seconds: float) -> None:
        """It is not the network that is measured."""

    def pending(self) -> int:
        """Nothing."""
        return 0


class Counting(PostgresSnapshots):
    """Knows how many snapshots were taken, and what they weigh together."""

    taken = 0
    size = 0

    async def keep(self, org: str, room: str, snapshot: Snapshot) -> int:
        """See `Snapshots.keep`."""
        size = await super().keep(org, room, snapshot)
        self.taken, self.size = self.taken + 1, self.size + size
        return size


class Saved(asyncio.Event):
    """Set when something is in the log."""

    def tell(self, org: str, room: str, position: int) -> None:
        """It is there."""
        self.set()


@asynccontextmanager
async def running(
    log: PostgresLog, snapshots: Snapshots, saved: Saved, now: Callable[[], float] = time.monotonic
) -> AsyncGenerator[Boards, None]:
    """Boards as the wiring runs them."""
    boards = Boards(log, clock=utc_now, saved=saved.tell, snapshots=snapshots, limits=UNPACED, now=now)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(boards.run())
        try:
            yield boards
        finally:
            task.cancel()


async def write(log: PostgresLog, snapshots: PostgresSnapshots, typing: Typing) -> None:
    """Have the authors of the history type it, and see that their board ends as it should."""
    saved = Saved()
    async with running(log, snapshots, saved) as boards:
        people = [
            await boards.open(ORG, typing.name, Silent(), person(number), writes=True)
            for number in range(typing.authors)
        ]
        for window in typing.windows():
            saved.clear()
            for edit in window:
                people[edit.author].receive(wire.update(edit.update))
            await saved.wait()
        if boards.text(ORG, typing.name) != typing.text:
            raise RuntimeError(f"the board of {typing.name} has another text than it should")


def person(number: int) -> str:
    """The id of an author."""
    return f"person-{number}"


async def rows(log: PostgresLog, room: str) -> list[Stored]:
    """The board's events as they are stored."""
    query = Query((about(f"room:{room}", BoardEdited),))
    return [row async for batch in log.rows.read(query, org=ORG) for row in batch]


async def events(log: PostgresLog, room: str) -> list[tuple[int, BoardEdited]]:
    """The board's events with their positions."""
    query = Query((about(f"room:{room}", BoardEdited),))
    found = [each async for batch in log.read(query, org=ORG) for each in batch]
    return [(each.position, each.event) for each in found if isinstance(each.event, BoardEdited)]


def without_author(written: list[tuple[int, BoardEdited]]) -> int:
    """Characters whose author on record is not the one whose client wrote them."""
    runs = [run for _, event in written for run in event.runs]
    authors, whole = Authors(), restored(runs).whole()
    authors.add(runs)
    wrong: Counter[str] = Counter()
    for block in visible_text(read(whole), TEXT):
        wrong[person(block.client - 1)] += len(block.text)
    wrong.subtract(authors.characters(whole, TEXT))
    return sum(map(abs, wrong.values()))


async def archived(stored: list[Stored]) -> int:
    """Bytes of the segments of the archive that these events come to."""
    with tempfile.TemporaryDirectory(prefix="lyceum-bench-") as folder:
        archive = Archive(Path(folder))
        starts = range(0, len(stored), EVENTS)
        return sum([(await archive.write(stored[start : start + EVENTS])).size for start in starts])


def recorded(stored: list[Stored]) -> int:
    """Bytes of their records in the log."""
    return sum(len(record_of(row)) for row in stored)
