"""Who wrote which of the visible characters: exactly, from the document and the runs on record."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable

from domain.rooms import Run
from rooms.board.gathering import CARRIED
from rooms.board.update import STRING, Block, Contents, Id, read, utf16_length


class Authors:
    """Folds the runs of a board; answers for the document that they make."""

    def __init__(self) -> None:
        self._owners: dict[int, str] = {}
        self._brought: dict[int, list[tuple[int, int, str]]] = {}

    def add(self, runs: Iterable[Run]) -> None:
        """Take in the runs of one event."""
        for run in runs:
            if run.client == CARRIED:
                self._carry(run)
            else:
                self._owners.setdefault(run.client, run.person)

    def _carry(self, run: Run) -> None:
        for block in read(run.update).blocks:
            end = block.clock + block.length
            self._brought.setdefault(block.client, []).append((block.clock, end, run.person))

    def characters(self, whole: bytes, root: str) -> dict[str, int]:
        """Person -> how many visible characters of the text at `root` are theirs."""
        counts: Counter[str] = Counter()
        for block in visible_text(read(whole), root):
            if block.client in self._brought:
                counts.update(self._one_by_one(block))
            else:
                counts[self._owners.get(block.client, "")] += len(block.text)
        return dict(counts)

    def _one_by_one(self, block: Block) -> Iterable[str]:
        clock = block.clock
        for character in block.text:
            yield self._author(block.client, clock)
            clock += utf16_length(character)

    def _author(self, client: int, clock: int) -> str:
        for start, end, person in self._brought[client]:
            if start <= clock < end:
                return person
        return self._owners.get(client, "")


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
