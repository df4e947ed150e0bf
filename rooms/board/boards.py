"""All boards of this process: loaded when somebody comes, written while they live, unloaded when idle."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from domain.errors import BoundaryMoved, LogUnavailable
from domain.events import Boundary, Context
from domain.log import EventLog
from domain.rooms import BoardEdited, Run
from rooms.board.admission import Admission
from rooms.board.board import Board
from rooms.board.closing import Closing, Overloaded, Restarting
from rooms.board.connection import Connection
from rooms.board.fitting import fits
from rooms.board.limits import DEFAULTS, Limits
from rooms.board.loading import Loading, NoSnapshots, Snapshots, edits_of
from rooms.board.memory import BOARD, DOCUMENT, Memory
from rooms.board.telling import Neighbours, Nobody
from rooms.board.together import Together
from rooms.board.transport import Transport

logger = logging.getLogger(__name__)

EARLY = 0.05
"""Seconds by which a window may close early, to be written together with others."""

FEW, EACH = 2, 0.0001
"""Boards that are made ready to be written in one go, at least; and how long one takes, in seconds."""


def _nobody_waits(org: str, room: str, position: int) -> None:
    """Nobody asked."""


def _ignore(code: int) -> None:
    """Nobody counts."""


class Boards:
    """The way to a board. The wiring keeps `run` running as long as boards are open.

    `saved(org, room, position)` is called after each event, `refused(close code)` for each client that
    is sent away for what it sent; both must return at once.
    """

    def __init__(
        self,
        log: EventLog,
        *,
        clock: Callable[[], datetime],
        saved: Callable[[str, str, int], None] = _nobody_waits,
        refused: Callable[[int], None] = _ignore,
        snapshots: Snapshots | None = None,
        limits: Limits = DEFAULTS,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._log = log
        self._clock = clock
        self._saved = saved
        self._refused = refused
        self._limits = limits
        self._now = now
        self._loading = Loading(log, snapshots or NoSnapshots(), limits.snapshot)
        self._memory = Memory(now)
        self._boards: dict[tuple[str, str], Board] = {}
        self.together = Together(Nobody(), self._boards, now)
        self.admission = Admission(limits, now)
        self._due: dict[Board, float] = {}
        self._wake = asyncio.Event()
        self._stopping = False
        self.drops = 0
        """How often somebody was shown out, whether they were here or not."""

    def meet(self, neighbours: Neighbours) -> None:
        """There are other nodes with boards. To be called before `run`."""
        self.together = Together(neighbours, self._boards, self._now)

    async def open(
        self,
        org: str,
        room: str,
        transport: Transport,
        person: str,
        *,
        writes: bool,
        on: Callable[[str], bool] | None = None,
    ) -> Connection:
        """Let a client in, which may do this: the caller has checked. Raises `Closing`.

        Whoever writes may do so `on` the parts for which that is true, by default on all.
        """
        board = await self._ready(org, room)
        return board.join(transport, person, writes=writes, on=on)

    async def takes(self, org: str, room: str, runs: Sequence[Run]) -> bool:
        """Whether a board stays within its limits with these runs, which stand on what the log has. Raises
        `Closing`."""
        board = await self._ready(org, room)
        if board.document is None:
            raise Restarting
        return await asyncio.to_thread(fits, board.document.whole(), runs, self._limits)

    def text(self, org: str, room: str) -> str | None:
        """The text of a board that is open, else None."""
        board = self._boards.get((org, room))
        return board.document.text() if board and board.document else None

    def drop(self, org: str, room: str, person: str | None, code: int, reason: str) -> None:
        """Close somebody's sockets to a board, or everybody's if `person` is None."""
        self.drops += 1
        board = self._boards.get((org, room))
        for connection in tuple(board.connections) if board else ():
            if person in (None, connection.person):
                connection.board.close(connection, _closing(code, reason))

    def recorded(self, org: str, room: str, position: int, runs: Sequence[Run]) -> None:
        """The log has these runs, whoever wrote them; the wiring tells of all of them, in order."""
        if board := self._boards.get((org, room)):
            board.sharing.recorded(position, runs)

    def hurry(self, org: str, room: str) -> list[Run]:
        """Have a board written without delay; the edits that the log does not have yet."""
        board = self._boards.get((org, room))
        if board is None:
            return []
        if board.gathering.unsaved:
            self._attend(board, self._now())
        return [*board.gathering.runs(), *board.sharing.unlogged()]

    @property
    def connections(self) -> int:
        """How many sockets are open."""
        return sum(len(board.connections) for board in self._boards.values())

    @property
    def loaded(self) -> int:
        """How many boards are in memory."""
        return len(self._boards)

    @property
    def memory(self) -> int:
        """Bytes of memory that they take, about."""
        return BOARD * len(self._boards) + DOCUMENT * self._loading.sizes

    @property
    def unsaved(self) -> int:
        """Bytes of edits that the log does not have yet."""
        return sum(board.gathering.unsaved for board in self._boards.values())

    async def run(self) -> None:
        """Write what is due, and look after the sockets. When cancelled: close all, write all, end."""
        async with asyncio.TaskGroup() as group:
            writing = group.create_task(self._write_what_is_due())
            group.create_task(self._loading.run())
            self.together.start()
            try:
                await self._look_after()
            except asyncio.CancelledError:
                self._stop()
                await writing  # an append that is under way is not cut off: it would be repeated
                self.together.stop()
                raise

    async def _ready(self, org: str, room: str) -> Board:
        """The board, loaded; it stays so for a while."""
        if self._stopping:
            raise Restarting
        board = self._board(org, room)
        board.expected += 1
        try:
            await self._load(board)
        except LogUnavailable as error:
            raise Overloaded from error
        finally:
            board.expected -= 1
            board.idle_since = self._now()
        if self._stopping:
            raise Restarting
        return board

    def _board(self, org: str, room: str) -> Board:
        board = self._boards.get((org, room))
        if board is None:
            limits, now = self._limits, self._now
            later = asyncio.get_running_loop().call_later
            board = Board(org, room, limits, now=now, later=later, attend=self._attend, refused=self._refused)
            board.sharing.tell = self.together.tell
            self._boards[org, room] = board
        return board

    async def _load(self, board: Board) -> None:
        async with board.loading:
            if board.document is None:
                await self.together.ask(board)
            if board.document is None and not await self._load_trusting(board, trusting=True):
                logger.error("the snapshot of the board of room %s misleads; the log is read", board.room)
                await self._load_trusting(board, trusting=False)

    async def _load_trusting(self, board: Board, *, trusting: bool) -> bool:
        """Load with the snapshot, or without; whether all of it was taken in."""
        unsaved = board.gathering.runs()  # what is saved meanwhile is in neither of the two that follow
        loaded = await self._loading.load(board.org, board.room, trusting=trusting)
        for client, person in loaded.owners.items():
            board.owners.recorded(client, person)
        board.load([*loaded.runs, *unsaved], loaded.position)
        if board.document is None:
            return True  # what waited for it broke it: it is read again
        self._loading.loaded(board.org, board.room, len(board.document.whole()))
        return loaded.snapshot is None or loaded.snapshot.is_in(board.document.clocks)

    def _attend(self, board: Board, when: float) -> None:
        """The board has something to be written or loaded, then at the latest."""
        known = self._due.get(board)
        if known is None or when < known:
            self._due[board] = when
        if len(self._due) == 1 or when <= self._now():
            self._wake.set()

    async def _write_what_is_due(self) -> None:
        attempts = self._limits.attempts
        while attempts and not (self._stopping and not self._due):
            await self._until_something_is_due()
            await self._attend_to_all(tuple(self._due_now()))
            attempts -= self._stopping
        if self.unsaved:
            logger.error("stopped with %d bytes of edits that the log did not take", self.unsaved)

    async def _attend_to_all(self, boards: Sequence[Board]) -> None:
        """A few, and then whoever types has a turn; as many as take a quarter of what those take."""
        left = FEW
        async with asyncio.TaskGroup() as group:
            for board in boards:
                self._due.pop(board, None)
                group.create_task(self._attend_to(board))
                left -= 1
                if not left:
                    before = self._now()
                    await asyncio.sleep(0)
                    left = max(FEW, int((self._now() - before) / (4 * EACH)))

    async def _until_something_is_due(self) -> None:
        self._wake.clear()
        if not self._due and self._stopping:
            return
        wait = min(self._due.values()) - EARLY - self._now() if self._due else None
        try:
            async with asyncio.timeout(wait):
                await self._wake.wait()
        except TimeoutError:
            return

    def _due_now(self) -> Iterator[Board]:
        soon = self._now() + EARLY
        return (board for board, when in self._due.items() if when <= soon)

    async def _attend_to(self, board: Board) -> None:
        try:
            if board.document is None:
                await self._load(board)
            if board.gathering.unsaved:
                await self._write(board)
        except LogUnavailable:
            logger.warning("the log is not available; the board of room %s waits for it", board.room)
            self._due[board] = self._now() + self._limits.retry

    async def _write(self, board: Board) -> None:
        runs = board.gathering.take(self._limits.event_size)
        events = [BoardEdited(room=board.room, runs=part) for part in runs]
        context = Context(org=board.org, actor="board", role="service", at=_to_the_millisecond(self._clock()))
        boundary = Boundary(edits_of(board.room), board.sharing.position)
        try:
            position = await self._log.append(events, context, boundary)
        except BoundaryMoved:  # another node has written: perhaps what we were about to
            await self._catch_up(board)
            return
        board.gathering.written()
        board.sharing.written(position)
        self._loading.wrote(board.org, board.room, events)
        self._saved(board.org, board.room, position)

    async def _catch_up(self, board: Board) -> None:
        after = board.sharing.position
        async for batch in self._log.read(edits_of(board.room), after=after, org=board.org):
            for recorded in batch:
                if isinstance(recorded.event, BoardEdited):
                    board.sharing.recorded(recorded.position, recorded.event.runs)
        if board.gathering.unsaved:
            self._due[board] = self._now()

    async def _look_after(self) -> None:
        while True:
            await asyncio.sleep(self._limits.pulse)
            self.together.pulse()
            for board in tuple(self._boards.values()):
                board.pulse()
                board.sharing.pulse()
            self._unload()
            self._memory.give_back()

    def _unload(self) -> None:
        """Let go of the boards that were idle for long; if memory is short, of others that nobody uses."""
        over = self.memory - self._limits.memory
        unused = [board for board in self._boards.values() if board.is_unused()]
        for board in sorted(unused, key=lambda board: board.idle_since):
            if over > 0 or board.is_idle():
                over -= self._let_go(board)

    def _let_go(self, board: Board) -> int:
        size = BOARD + DOCUMENT * self._loading.size(board.org, board.room)
        self._memory.let_go(size)
        self._loading.let_go(board.org, board.room)
        del self._boards[board.org, board.room]
        board.document = None  # the board itself is freed when the interpreter gets round to it
        self.together.closed(board)
        return size

    def _stop(self) -> None:
        self._stopping = True
        for board in self._boards.values():
            for connection in tuple(board.connections):
                board.close(connection, Restarting())
            if board.gathering.unsaved:
                self._due[board] = self._now()
        self._wake.set()


def _to_the_millisecond(at: datetime) -> datetime:
    """The rest says nothing of when somebody wrote, and cannot be compressed."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def _closing(code: int, reason: str) -> Closing:
    closing = Closing(reason)
    closing.code = code
    return closing
