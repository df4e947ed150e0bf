"""Who wrote which character: exactly, whatever became of the runs that brought it."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator

from msgspec import Struct

from domain.rooms import Run
from rooms.board.closing import BadUpdate
from rooms.board.update import SKIP, STRING, Block, Contents, Id, read, utf16_length


class Stretch(Struct, frozen=True, array_like=True, gc=False):
    """What a client id wrote from the end of the stretch before (or 0) up to clock `end`, and whose that is.

    `person` is an index of `Authorship.persons`."""

    client: int
    end: int
    person: int


class Ahead(Struct, frozen=True, array_like=True, gc=False):
    """What a client id wrote from one clock to another, while what it wrote before that is not here yet."""

    client: int
    start: int
    end: int
    person: int


class Authorship(Struct, frozen=True, array_like=True):
    """Who wrote all that a document holds: what a snapshot carries beside the document itself.

    The stretches of a client id are in order. Most ids have one; another person's begins where that person
    brought what was written elsewhere."""

    persons: tuple[str, ...] = ()
    stretches: tuple[Stretch, ...] = ()
    ahead: tuple[Ahead, ...] = ()


NOBODY = Authorship()
"""Of an empty board."""


class Authors:
    """Folds the runs of a board in order, on top of what a snapshot says."""

    def __init__(self, before: Authorship = NOBODY) -> None:
        self._ends: dict[int, list[int]] = {}
        self._persons: dict[int, list[str]] = {}
        self._ahead: list[tuple[int, int, int, str]] = []
        for stretch in before.stretches:
            self.extend(stretch.client, stretch.end, before.persons[stretch.person])
        for ahead in before.ahead:
            self._ahead.append((ahead.client, ahead.start, ahead.end, before.persons[ahead.person]))

    def authorship(self) -> Authorship:
        """All of it, for a snapshot of the same document."""
        persons: dict[str, int] = {}
        stretches = [
            Stretch(client, end, persons.setdefault(person, len(persons)))
            for client, ends in sorted(self._ends.items())
            for end, person in zip(ends, self._persons[client], strict=True)
        ]
        ahead = [
            Ahead(client, start, end, persons.setdefault(person, len(persons)))
            for client, start, end, person in sorted(self._ahead)
        ]
        return Authorship(tuple(persons), tuple(stretches), tuple(ahead))

    def add(self, runs: Iterable[Run]) -> None:
        """Take in the runs of one event; what cannot be read is no part of the document either."""
        for run in runs:
            try:
                self.note(read(run.update), run.person)
            except BadUpdate:
                continue

    def note(self, contents: Contents, person: str) -> None:
        """Somebody's update, as it was read: what it repeats stays whose it is, what is new is theirs."""
        for block in contents.blocks:
            if block.kind != SKIP:
                self._wrote(block.client, block.clock, block.clock + block.length, person)

    def _wrote(self, client: int, start: int, end: int, person: str) -> None:
        if start > self.known(client):
            self._ahead.append((client, start, end, person))
            return
        self.extend(client, end, person)
        while self._ahead:
            ready = [each for each in self._ahead if each[0] == client and each[1] <= self.known(client)]
            if not ready:
                return
            first = min(ready, key=_start)
            self._ahead.remove(first)
            self.extend(client, first[2], first[3])

    def known(self, client: int) -> int:
        """The clock of the next thing that this client id will write."""
        ends = self._ends.get(client)
        return ends[-1] if ends else 0

    def extend(self, client: int, end: int, person: str) -> None:
        """What the client id wrote up to `end`, as far as that was not known, is this person's."""
        ends = self._ends.setdefault(client, [])
        persons = self._persons.setdefault(client, [])
        if ends and ends[-1] >= end:
            return
        if ends and persons[-1] == person:
            ends[-1] = end
        else:
            ends.append(end)
            persons.append(person)

    def of(self, client: int, clock: int) -> str:
        """Whose it is; empty if nobody is known to have written it."""
        ends = self._ends.get(client)
        if not ends or clock >= ends[-1]:
            return ""
        return self._persons[client][bisect_right(ends, clock)]

    def sole(self, client: int) -> str | None:
        """Whose all of this client id is, if it is one person's."""
        persons = self._persons.get(client)
        return persons[0] if persons and len(persons) == 1 else None

    def parts(self, client: int, start: int, end: int) -> Iterator[tuple[int, int, str]]:
        """The clocks from start to end, cut where another person's begin: (start, end, person)."""
        ends = self._ends.get(client, [])
        at = bisect_right(ends, start)
        while start < end:
            person = self._persons[client][at] if at < len(ends) else ""
            upto = min(end, ends[at]) if at < len(ends) else end
            yield start, upto, person
            start, at = upto, at + 1

    def characters(self, whole: bytes, root: str) -> dict[str, int]:
        """Person -> how many visible characters of the text at `root` are theirs."""
        counts: Counter[str] = Counter()
        for block in visible_text(read(whole), root):
            clock = block.clock
            for character in block.text:
                counts[self.of(block.client, clock)] += 1
                clock += utf16_length(character)
        return dict(counts)


def _start(ahead: tuple[int, int, int, str]) -> int:
    return ahead[1]


def visible_text(contents: Contents, root: str) -> Iterable[Block]:
    """The blocks of characters that stand in the text at `root` and are not deleted."""
    parents = _Parents(contents.blocks)
    deleted = _spans(contents.deleted)
    for block in contents.blocks:
        if block.kind == STRING and not _within(deleted, block) and parents.root_of(block) == root:
            yield block


def _spans(deleted: Iterable[tuple[int, int, int]]) -> dict[int, list[tuple[int, int]]]:
    spans: dict[int, list[tuple[int, int]]] = {}
    for client, clock, length in deleted:
        spans.setdefault(client, []).append((clock, clock + length))
    for of_client in spans.values():
        of_client.sort()
    return spans


def _within(spans: dict[int, list[tuple[int, int]]], block: Block) -> bool:
    """Blocks are split where a deletion begins or ends, so that one clock speaks for all."""
    of_client = spans.get(block.client, [])
    at = bisect_right(of_client, block.clock, key=lambda span: span[0]) - 1
    return at >= 0 and block.clock < of_client[at][1]


class _Parents:
    """Finds the root that a block stands in: most blocks only name a neighbour."""

    def __init__(self, blocks: list[Block]) -> None:
        self._blocks: dict[int, list[Block]] = {}
        for block in blocks:
            self._blocks.setdefault(block.client, []).append(block)
        self._known: dict[Id, str | None] = {}

    def root_of(self, block: Block) -> str | None:
        """The name of the root, if the block stands directly in it; else None."""
        passed: list[Id] = []
        found: Block | None = block
        root: str | None = None
        while found is not None:
            if (found.client, found.clock) in self._known:
                root = self._known[found.client, found.clock]
                break
            passed.append((found.client, found.clock))
            if found.parent is not None:
                root = found.parent if isinstance(found.parent, str) and found.key is None else None
                break
            found = self._at(found.origin or found.right)
        self._known.update(dict.fromkeys(passed, root))
        return root

    def _at(self, identity: Id | None) -> Block | None:
        if identity is None:
            return None
        blocks = self._blocks.get(identity[0], [])
        at = bisect_right(blocks, identity[1], key=lambda block: block.clock) - 1
        return blocks[at] if at >= 0 else None
