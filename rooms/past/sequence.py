"""All that ever stood in a document, in its order: what is visible, and what was deleted and by whom.

Yjs never moves anything, so the text of any instant is a selection from one list. The order is that of the
YATA algorithm as Yjs has it: each thing stands between the two neighbours that its author saw, and of those
that were put at one place at once the lower client id comes first.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Iterator

from rooms.board.update import GC, SKIP, Block, Id
from rooms.past.items import DELETED, Entry, Item, Place, as_block, behind, continues, head, place_of

Written = tuple[int, int, str]
"""A client id, the clock that it came to, and the person who wrote or brought that."""


class Sequence:
    """The items of one document. `positions` of events only grow."""

    def __init__(self) -> None:
        self._starts: dict[int, list[int]] = {}
        self._items: dict[int, list[Item]] = {}
        self._heads: dict[Place, Item] = {}
        self._waiting: list[tuple[Block, str]] = []
        self._deletions: list[tuple[int, int, int, int, str]] = []
        self._keys: dict[str | Id, list[str]] = {}
        self.count = 0
        """How many items there are."""
        self.content = 0
        """Bytes that all values of maps come to."""

    def known(self, client: int) -> int:
        """The clock of the next unit of this client id."""
        items = self._items.get(client)
        return items[-1].end if items else 0

    def clients(self) -> Iterable[int]:
        """Every client id that wrote anything."""
        return self._items

    def items(self, place: Place) -> Iterator[Item]:
        """All that ever stood there, in order."""
        item = self._heads.get(place)
        while item is not None:
            yield item
            item = item.right

    def keys(self, parent: str | Id) -> Iterable[str]:
        """Every key of the map there that was ever set."""
        return self._keys.get(parent, ())

    def insert(self, blocks: list[Block], position: int, person: str) -> list[Written]:
        """Take in what an update brings, and answer that. Blocks that stand on what is not here wait for it,
        as several nodes may record an edit before the one on which it stands."""
        if len(blocks) == 1 and not self._waiting and self._needs(blocks[0]) is None:
            return self._take(blocks[0], position, person)
        queues: dict[int, deque[tuple[Block, str]]] = {}
        for each in (*self._waiting, *((block, person) for block in blocks)):
            queues.setdefault(each[0].client, deque()).append(each)
        for client, queue in queues.items():
            queues[client] = deque(sorted(queue, key=_clock))
        written = [one for client in queues for one in self._settle(queues, client, position)]
        self._waiting = [each for queue in queues.values() for each in queue]
        return written

    def _settle(
        self, queues: dict[int, deque[tuple[Block, str]]], client: int, position: int
    ) -> Iterator[Written]:
        """Take in what there is of one client, and before it whatever that stands on."""
        stack, stuck = [client], set[int]()
        while stack:
            queue = queues.get(stack[-1])
            needs = self._needs(queue[0][0]) if queue else stack[-1]
            if needs is None and queue:
                block, person = queue.popleft()
                yield from self._take(block, position, person)
                stuck.clear()
            elif needs is None or needs in stack or needs in stuck or not queues.get(needs):
                stuck.add(stack.pop())
            else:
                stack.append(needs)

    def _needs(self, block: Block) -> int | None:
        """The client id that must write more before this block can be taken in."""
        if block.clock > self.known(block.client):
            return block.client
        if block.clock + block.length <= self.known(block.client):
            return None
        for identity in (block.origin, block.right, block.parent):
            if isinstance(identity, tuple) and identity[1] >= self.known(identity[0]):
                return identity[0]
        return None

    def _take(self, block: Block, position: int, person: str) -> list[Written]:
        known = self.known(block.client)
        if block.kind == SKIP or block.clock + block.length <= known:
            return []
        if block.clock < known:
            block = behind(block, known - block.clock)
        item = self._placed(block)
        if item is not None and block.kind in (GC, DELETED):
            item.deleted, item.deleter = position, person
        return [(block.client, self.known(block.client), person)]

    def _placed(self, block: Block) -> Item | None:
        """Put a block into its place; None if it became part of the item before."""
        left = self._ending_with(block.origin) if block.origin else None
        right = self._starting_with(block.right) if block.right else None
        item = Item(block, place_of(block, left, right))
        if item.place is None:
            self._register(item)
            return item
        left = self._neighbour(item, left, right)
        if left is not None and continues(left, item) and not left.deleted:
            left.text += item.text
            left.length += item.length
            return None
        self._link(left, item)
        self._register(item)
        return item

    def _neighbour(self, item: Item, left: Item | None, right: Item | None) -> Item | None:
        """What it stands behind, once those are passed that others have put at the same place."""
        other = left.right if left else self._heads.get(item.place)
        passed: set[Item] = set()
        conflicting: set[Item] = set()
        while other is not None and other is not right:
            passed.add(other)
            conflicting.add(other)
            if other.origin == item.origin:
                if other.client < item.client:
                    left = other
                    conflicting.clear()
                elif other.right_origin == item.right_origin:
                    break
            elif other.origin is not None and (before := self.at(*other.origin)) in passed:
                if before not in conflicting:
                    left = other
                    conflicting.clear()
            else:
                break
            other = other.right
        return left

    def _link(self, left: Item | None, item: Item) -> None:
        item.left = left
        if left is None:
            item.right = self._heads.get(item.place)
            if item.right is None and isinstance(item.place, Entry):
                self._keys.setdefault(item.place.parent, []).append(item.place.key)
            self._heads[item.place] = item
        else:
            item.right = left.right
            left.right = item
        if item.right is not None:
            item.right.left = item

    def _register(self, item: Item) -> None:
        self._starts.setdefault(item.client, []).append(item.clock)
        self._items.setdefault(item.client, []).append(item)
        self.count += 1
        self.content += len(item.content)

    def at(self, client: int, clock: int) -> Item:
        """The item that this unit is part of, which must be known."""
        return self._items[client][bisect_right(self._starts[client], clock) - 1]

    def _ending_with(self, identity: Id) -> Item:
        item = self.at(*identity)
        if identity[1] + 1 < item.end:
            self._split(item, identity[1] + 1)
        return item

    def _starting_with(self, identity: Id) -> Item:
        item = self.at(*identity)
        return item if item.clock == identity[1] else self._split(item, identity[1])

    def _split(self, item: Item, clock: int) -> Item:
        """Cut an item in two; answer the second part."""
        offset = clock - item.clock
        rest = Item(behind(as_block(item), offset), item.place)
        rest.deleted, rest.deleter = item.deleted, item.deleter
        item.text, item.length = head(item.text, offset), offset
        if item.place is not None:
            self._link(item, rest)
        at = bisect_right(self._starts[item.client], item.clock)
        self._starts[item.client].insert(at, clock)
        self._items[item.client].insert(at, rest)
        self.count += 1
        return rest

    def delete(self, deleted: list[tuple[int, int, int]], position: int, person: str) -> None:
        """Mark what an update deletes, unless it was deleted before; the first one counts."""
        if not deleted and not self._deletions:
            return
        waiting = [*self._deletions, *((*what, position, person) for what in deleted)]
        self._deletions = [left for one in waiting if (left := self._delete(*one))]

    def _delete(
        self, client: int, clock: int, length: int, position: int, person: str
    ) -> tuple[int, int, int, int, str] | None:
        """Answers what is still to be deleted, once it is here."""
        start, end = clock, clock + length
        upto = max(start, min(end, self.known(client)))
        while clock < upto:
            item = self.at(client, clock)
            clock = item.end
            if not item.deleted:
                clock = self._mark(item, max(item.clock, start), upto, position, person)
        return (client, upto, end - upto, position, person) if upto < end else None

    def _mark(self, item: Item, start: int, end: int, position: int, person: str) -> int:
        if item.clock < start:
            item = self._split(item, start)
        if end < item.end:
            self._split(item, end)
        item.deleted, item.deleter = position, person
        return item.end


def _clock(waiting: tuple[Block, str]) -> int:
    return waiting[0].clock
