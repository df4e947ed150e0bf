"""One Yjs document, guarded: what is damaged, dangling or made to break it is refused, whole."""

import logging
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager

from pycrdt import Doc, Text, TransactionEvent

from domain.rooms import Run
from rooms.board import update as updates
from rooms.board import wire
from rooms.board.closing import BadUpdate, Malformed
from rooms.board.limits import DEFAULTS
from rooms.board.order import is_in_order
from rooms.board.roots import Roots, not_yet
from rooms.board.surrogates import Surrogates
from rooms.board.typed import Streak
from rooms.board.update import SKIP, Block, Contents

logger = logging.getLogger(__name__)

MUCH = 512
"""Bytes that are typed on until the library is given them."""
TEXT = "text"
"""The root that holds the board's text."""


class Missing(Exception):
    """The update stands on edits that are not here (yet)."""


class Broken(Exception):
    """The document cannot be trusted any more, and must be read from the log again."""

    def __init__(self, run: int = -1) -> None:
        super().__init__(self.__doc__)
        self.run = run
        """The index of the run that did it, while replaying."""


def is_panic(error: BaseException) -> bool:
    """Whether the library has panicked; that is no `Exception`, and would end the process."""
    return type(error).__module__ == "pyo3_runtime"


@contextmanager
def guarded() -> Generator[None]:
    """Make a panic of the library `Broken`."""
    try:
        yield
    except BaseException as error:
        if is_panic(error):
            raise Broken from error
        raise


class Document:
    """The document of one board, and which client ids wrote how much of it."""

    __slots__ = (
        "__weakref__",
        "_clocks",
        "_doc",
        "_most_types",
        "_roots",
        "_size",
        "_streaks",
        "_surrogates",
        "_text",
        "_typed",
        "_types",
        "_weighed",
        "_whole",
        "waiting",
    )

    def __init__(self, nested_types: int = DEFAULTS.nested_types) -> None:
        self._doc: Doc[Text] = Doc()
        self._text = self._doc.get(TEXT, type=Text)
        self._clocks: dict[int, int] = {}
        self._whole: bytes | None = None
        self._types: int | None = None
        self._surrogates = Surrogates()
        self._roots: Roots | None = None
        self.waiting: list[Run] = []
        """Runs on record that stand on what is not here yet."""
        self._size = self._weighed = 0
        self._streaks: list[Streak] = []
        self._typed = 0
        self._most_types = nested_types

    @property
    def clocks(self) -> Mapping[int, int]:
        """Client id -> the clock of its next character."""
        return self._clocks

    def text(self) -> str:
        """The board's text."""
        self._settle()
        return str(self._text)

    def state(self) -> bytes:
        """The state vector: what there is, in the few bytes that others need to know it by."""
        self._settle()
        return self._doc.get_state()

    def difference(self, state: bytes) -> bytes:
        """All that a holder of `state` lacks. Raises `Malformed`."""
        if not wire.state_vector(state):
            return self.whole()
        try:
            self._settle()
            with guarded():
                return self._doc.get_update(state)
        except ValueError as error:
            raise Malformed("This is no state vector.") from error

    def whole(self) -> bytes:
        """The whole document as one update; kept until the next edit, for many join at once."""
        if self._whole is None:
            self._settle()
            self._whole = self._doc.get_update()
        return self._whole

    def outgrows(self, most: int) -> bool:
        """Whether the whole document is larger than so many bytes, or nearly.

        What came is counted as it was sent, which is more than what it adds. To look takes so long that it is
        done only once as much came as makes a difference.
        """
        if self._size > most and self._size - self._weighed > most // 64:
            self._weigh()
        return self._size > most

    def _weigh(self) -> None:
        self._size = self._weighed = len(self.whole())

    def touched(self, contents: Contents, *, repeats: bool) -> set[str]:
        """The roots that an update writes on anew, and those where it deletes what is there still.

        One that `repeats` names much that was deleted before, and the whole document is looked at for that.
        """
        whole = updates.read(self.whole()) if repeats or self._roots is None else Contents([], [])
        if self._roots is None:
            self._roots = Roots()
            self._roots.add(whole.blocks)
        deleted = not_yet(contents.deleted, whole.deleted) if repeats else contents.deleted
        return self._roots.touched(contents, deleted)

    def replay(self, runs: Iterable[Run]) -> list[int]:
        """Apply what is on record; return the indices of runs that could not be. Raises `Broken`."""
        failed: list[int] = []
        for index, run in enumerate(runs):
            try:
                self._apply(run.update)
            except BadUpdate:
                failed.append(index)
            except Broken as error:
                raise Broken(index) from error
        self._clocks = wire.state_vector(self.state())
        self._surrogates.find(self.whole())
        self._weigh()
        return failed

    def replay_sorted(self, runs: Iterable[Run]) -> list[int]:
        """As `replay`, in an order in which they can be applied. What stands on nothing here is `waiting`."""
        failed: list[int] = []
        waiting: list[tuple[int, Run, Contents]] = []
        for index, run in enumerate(runs):
            try:
                waiting.append((index, run, updates.read(run.update)))
            except BadUpdate:
                failed.append(index)
        while waiting:
            left = [each for each in waiting if not self._takes(*each, failed)]
            if len(left) == len(waiting):
                break
            waiting = left
        self.waiting = [run for _, run, _ in waiting]
        failed += self.replay(())
        return failed

    def _takes(self, index: int, run: Run, contents: Contents, failed: list[int]) -> bool:
        """Apply a run; whether it is done with."""
        try:
            written = self._new_blocks(contents)
            self._apply(run.update)
        except Missing:
            return False
        except BadUpdate:
            failed.append(index)
        except Broken as error:
            raise Broken(index) from error
        else:
            self._clocks |= written
        return True

    def new_blocks(self, contents: Contents) -> dict[int, int]:
        """Client id -> its clock after this update, for those who wrote something new.

        Raises `Missing` if the update stands on anything unknown."""
        try:
            return self._new_blocks(contents)
        except Missing:
            if (clocks := wire.state_vector(self.state())) == self._clocks:
                raise
            self._clocks = clocks  # an edit of another node, on record, has found what it stood on
            return self._new_blocks(contents)

    def _new_blocks(self, contents: Contents) -> dict[int, int]:
        if len(contents.blocks) == 1 and not contents.deleted:  # nearly all that anybody types
            return self._new_block(contents.blocks[0])
        written = self._follow_on(contents.blocks)
        for block in contents.blocks:
            for identity in block[4:7]:  # origin, right, parent
                if type(identity) is tuple:
                    self._must_know(identity, block, written)
        for client, clock, length in contents.deleted:
            if clock + length > written.get(client, self._clocks.get(client, 0)):
                raise Missing
        return {c: clock for c, clock in written.items() if clock > self._clocks.get(c, 0)}

    def _new_block(self, block: Block) -> dict[int, int]:
        client, clock, length, kind, *beside = block
        known = self._clocks.get(client, 0)
        if kind == SKIP or clock > known:
            raise Missing
        for identity in beside[:3]:  # origin, right, parent
            if type(identity) is tuple:
                other, at = identity
                if at >= (known if other == client else self._clocks.get(other, 0)):
                    raise Missing
        return {client: clock + length} if clock + length > known else {}

    def _follow_on(self, blocks: list[Block]) -> dict[int, int]:
        written: dict[int, int] = {}
        for client, clock, length, kind, *_ in blocks:
            known = written.get(client) or self._clocks.get(client, 0)
            if kind == SKIP or clock > known:
                raise Missing
            written[client] = max(known, clock + length)
        return written

    def _must_know(self, identity: updates.Id, block: Block, written: dict[int, int]) -> None:
        client, clock = identity
        if client == block.client:
            known = max(block.clock, self._clocks.get(client, 0))
        else:
            known = written.get(client, self._clocks.get(client, 0))
        if clock >= known:
            raise Missing

    def apply(self, update: bytes, contents: Contents, written: dict[int, int]) -> None:
        """Apply an update that `new_blocks` has looked at. Raises `BadUpdate` or `Broken`."""
        seams = [(client, self._clocks.get(client, 0)) for client in written]
        if self._surrogates.cut_by(contents, seams):
            raise BadUpdate("This update cuts a character in half.")
        if contents.types:
            self._count_types(contents.types)
        self._apply(update)
        if contents.wide:
            self._surrogates.add(contents.blocks)
        if self._roots is not None:
            self._roots.add(contents.blocks)
        self._clocks.update(written)
        if len(written) > 1:
            self._take_stock(written)

    def _take_stock(self, written: dict[int, int]) -> None:
        self._clocks = wire.state_vector(self.state())
        if any(self._clocks.get(client, 0) < clock for client, clock in written.items()):
            raise Broken  # blocks of two clients that wait for each other, for ever

    def ends_at(self, streak: Streak) -> bool:
        """Whether what is typed behind it is new, and nothing else needs to know where it is."""
        return self._clocks.get(streak.number) == streak.end and self._roots is None

    def type_on(self, streak: Streak, text: bytes, clocks: int) -> None:
        """Take in what is typed behind what is here, with the same neighbours: the library need not look.

        It is given all of that at once, before it is asked for anything. Raises `Broken`."""
        streak.grow(text, clocks)
        self._clocks[streak.number] = streak.end
        self._whole = None
        self._size += len(text)
        self._typed += len(text)
        if not streak.waits:
            streak.waits = True
            self._streaks.append(streak)
        if self._typed > MUCH:
            self._settle()

    def _settle(self) -> None:
        if not self._streaks:
            return
        streaks, self._streaks, self._typed = self._streaks, [], 0
        for streak in streaks:
            streak.over = True
        try:
            with guarded():
                for streak in streaks:
                    self._doc.apply_update(streak.update())
        except (ValueError, RuntimeError) as error:
            raise Broken from error

    def merge(self, update: bytes, contents: Contents, written: dict[int, int]) -> bytes | None:
        """As `apply`, for what repeats much that is known: the update that says the news only, or None."""
        with self._news() as news:
            self.apply(update, contents, written)
        return news[0] if news else None

    def follow(self, update: bytes, contents: Contents, written: dict[int, int]) -> bytes | None:
        """As `merge`, for what is on record or was let in by another node, within the limits there."""
        with self._news() as news:
            self._apply(update)
        self._surrogates.add(contents.blocks)
        if self._types is not None:
            self._types += contents.types
        self._take_stock(written)
        return news[0] if news else None

    @contextmanager
    def _news(self) -> Generator[list[bytes]]:
        """What changes within the block, as updates."""
        self._settle()
        news: list[bytes] = []

        def changed(event: TransactionEvent) -> None:
            news.append(event.update)

        subscription = self._doc.observe(changed)
        try:
            yield news
        finally:
            self._doc.unobserve(subscription)  # else the document is never freed

    def _apply(self, update: bytes) -> None:
        self._settle()
        self._whole = None
        self._size += len(update)
        try:
            self._doc.apply_update(update)
        except (ValueError, RuntimeError) as error:
            raise BadUpdate from error
        except BaseException as error:
            if is_panic(error):
                raise Broken from error
            raise

    def _count_types(self, more: int) -> None:
        if self._types is None:
            self._types = updates.read(self.whole()).types
        if self._types + more > self._most_types:
            raise BadUpdate("This board holds too many maps, arrays and texts.")
        self._types += more


def restored(runs: Sequence[Run], nested_types: int = DEFAULTS.nested_types) -> Document:
    """The document of these runs. One that breaks it is left out: the others are somebody's work."""
    kept = list(runs)
    while True:
        document = Document(nested_types)
        try:
            failed = document.replay(kept)
            if not is_in_order(kept, document.clocks):
                document = Document(nested_types)
                failed = document.replay_sorted(kept)
        except Broken as broken:
            logger.error("a run on record breaks its board, and is left out")
            del kept[broken.run]
            continue
        if failed:
            logger.error("%d runs on record are damaged, and left out of their board", len(failed))
        return document
