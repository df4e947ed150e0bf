"""Which stretches of clocks some edits have written, and which they have deleted."""

from collections.abc import Iterable

from pycrdt import get_update

from domain.rooms import Run
from rooms.board.document import guarded
from rooms.board.update import Contents, read
from rooms.board.wire import varuint

Stretches = dict[int, list[tuple[int, int]]]
"""Client id -> (clock, the clock behind it), in any order."""


class Spans:
    """What edits consist of, to tell whether another says anything new."""

    def __init__(self, edits: Iterable[Contents]) -> None:
        self._written: Stretches = {}
        self._deleted: Stretches = {}
        for contents in edits:
            for block in contents.blocks:
                stretch = (block.clock, block.clock + block.length)
                self._written.setdefault(block.client, []).append(stretch)
            for client, clock, length in contents.deleted:
                self._deleted.setdefault(client, []).append((clock, clock + length))

    def hold(self, contents: Contents) -> bool:
        """Whether the edit says nothing beyond these."""
        return all(
            _reach(self._written, block.client, block.clock) >= block.clock + block.length
            for block in contents.blocks
        ) and all(
            _reach(self._deleted, client, clock) >= clock + length
            for client, clock, length in contents.deleted
        )

    def without(self, runs: Iterable[Run]) -> list[Run]:
        """The runs, less what is in here."""
        return [left for run in runs if (left := self.left_of(run, read(run.update))) is not None]

    def left_of(self, run: Run, contents: Contents) -> Run | None:
        """The run, which has these contents, less what is in here; None if that is all of it."""
        known = self._known(contents)
        if not known:
            return None if self.hold(contents) else run
        try:
            with guarded():
                update = get_update(run.update, _state_vector(known))
        except Exception:  # what cannot be shortened is kept whole
            return run
        return None if self.hold(read(update)) else Run(person=run.person, client=run.client, update=update)

    def _known(self, contents: Contents) -> dict[int, int]:
        """Client id -> up to where its first blocks are in here."""
        firsts = {block.client: block.clock for block in reversed(contents.blocks)}
        reached = {client: _reach(self._written, client, clock) for client, clock in firsts.items()}
        return {client: clock for client, clock in reached.items() if clock > firsts[client]}


def _reach(stretches: Stretches, client: int, clock: int) -> int:
    """How far these go on from `clock` without a gap."""
    for start, end in sorted(stretches.get(client, ())):
        if start <= clock < end:
            clock = end
    return clock


def _state_vector(clocks: dict[int, int]) -> bytes:
    pairs = [varuint(client) + varuint(clock) for client, clock in clocks.items()]
    return varuint(len(pairs)) + b"".join(pairs)
