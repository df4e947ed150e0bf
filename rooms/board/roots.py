"""Which part of the document everything belongs to, for those who may not write on all of them.

A block names its part only where nothing stands beside it; otherwise it belongs where its neighbours do.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterable

from rooms.board.update import Block, Contents, Id

UNKNOWN = ""
"""Of what stood on something that was collected, nobody knows any more where it stood."""
LAST = 2**53
Span = tuple[int, int, int]
"""(client, clock, length)."""


class _Stretches:
    """For one client id, the clocks at which another part begins."""

    def __init__(self, begin: int) -> None:
        self.end = self.begin = begin
        self.starts: list[int] = []
        self.names: list[str] = []

    def extend(self, upto: int, name: str) -> None:
        if not self.names or self.names[-1] != name:
            self.starts.append(self.end)
            self.names.append(name)
        self.end = upto

    def within(self, clock: int, end: int) -> list[str]:
        first = bisect_right(self.starts, clock) - 1
        return self.names[max(0, first) : bisect_right(self.starts, end - 1)]


class Roots:
    """The part of every clock of every client id; of what is not here, `base` knows."""

    def __init__(self, base: "Roots | None" = None) -> None:
        self._base = base
        self._clients: dict[int, _Stretches] = {}

    def add(self, blocks: Iterable[Block]) -> None:
        """Take in blocks that stand on nothing but what is known, and on each other."""
        queues: dict[int, deque[Block]] = {}
        for block in blocks:
            if block.clock + block.length > self._end(block.client):
                queues.setdefault(block.client, deque()).append(block)
        waiting: dict[int, list[int]] = {}
        ready = list(queues)
        while any(queues.values()):
            if not ready:  # what they stand on was collected
                client = next(client for client, queue in queues.items() if queue)
                self._put(queues[client].popleft(), UNKNOWN)
                ready = [client]
            client = ready.pop()
            self._place(queues.get(client, deque()), waiting)
            ready += waiting.pop(client, [])

    def _place(self, queue: deque[Block], waiting: dict[int, list[int]]) -> None:
        """Put as many blocks of a client where they belong as can be; then it waits for another client."""
        while queue:
            block = queue[0]
            beside = None if isinstance(block.parent, str) else block.origin or block.right or block.parent
            if beside is not None and beside[0] != block.client and beside[1] >= self._end(beside[0]):
                waiting.setdefault(beside[0], []).append(block.client)
                return
            name = block.parent if isinstance(block.parent, str) else UNKNOWN
            self._put(queue.popleft(), self._of(beside) if beside is not None else name)

    def touched(self, contents: Contents, deleted: Iterable[Span]) -> set[str]:
        """The parts that an update writes on anew, and those where it deletes these."""
        new = Roots(self)
        new.add(contents.blocks)
        names = {name for stretches in new._clients.values() for name in stretches.names}
        return names.union(*(new._within(*span) for span in deleted))

    def _end(self, client: int) -> int:
        own = self._clients.get(client)
        if own is not None:
            return own.end
        return self._base._end(client) if self._base else 0

    def _of(self, identity: Id) -> str:
        found = self._within(*identity, 1)
        return next(iter(found), UNKNOWN)

    def _put(self, block: Block, name: str) -> None:
        own = self._clients.get(block.client)
        if own is None:
            own = self._clients[block.client] = _Stretches(self._end(block.client))
        own.extend(block.clock + block.length, name)

    def _within(self, client: int, clock: int, length: int) -> set[str]:
        own, found = self._clients.get(client), set[str]()
        if self._base and (own is None or clock < own.begin):
            found = self._base._within(client, clock, length)
        if own is not None and clock + length > own.begin:
            found |= {*own.within(clock, clock + length)}
        return found


def not_yet(deleted: Iterable[Span], before: Iterable[Span]) -> list[Span]:
    """What is deleted, and was not before."""
    spans: dict[int, list[tuple[int, int]]] = {}
    for client, clock, length in before:
        spans.setdefault(client, []).append((clock, clock + length))
    for known in spans.values():
        known.sort()
    return [span for span in deleted if not _covered(span, spans.get(span[0], []))]


def _covered(span: Span, known: list[tuple[int, int]]) -> bool:
    _, clock, length = span
    at = bisect_right(known, (clock, LAST)) - 1
    return at >= 0 and clock + length <= known[at][1]
