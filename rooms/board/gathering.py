"""Edits on their way to the log: gathered for a moment, in order, each with its author."""

from collections.abc import Callable, Sequence

from pycrdt import merge_updates

from domain.rooms import Run
from rooms.board.document import guarded
from rooms.board.spans import Spans
from rooms.board.squashing import squashed
from rooms.board.typed import Streak

CARRIED = 0
"""The client id of a run that brings back what was written elsewhere or before: its person brought it."""


class Gathering:
    """The runs of one board that are not in the log yet. None is let go of before the log has it."""

    __slots__ = ("_gathered", "_sent", "_writing", "gathered", "unsaved")

    def __init__(self) -> None:
        self._gathered: list[Run | Streak] = []
        self._writing: list[Run] = []
        self._sent: list[tuple[Run, ...]] = []
        self.gathered = 0
        """Bytes that wait to be taken."""
        self.unsaved = 0
        """Bytes that are not in the log."""

    def add(self, run: Run) -> None:
        """Gather one more run."""
        size = len(run.update)
        self._gathered.append(run)
        self.gathered += size
        self.unsaved += size

    def type_on(self, streak: Streak, size: int) -> None:
        """Gather what was typed on; it stands where its first key since the last event stood."""
        if not streak.gathered:
            streak.gathered = True
            self._gathered.append(streak)
        self.gathered += size
        self.unsaved += size

    def runs(self) -> tuple[Run, ...]:
        """All that is not in the log, in order."""
        return (*self._writing, *(_as_run(each, Streak.untaken) for each in self._gathered))

    def take(self, largest: int) -> list[tuple[Run, ...]]:
        """The runs of the events to write now; they stay here too until they are `written`."""
        self._writing += self._taken()
        self.gathered = 0
        self._sent = parts(merged(self._writing), largest)
        return [*self._sent]

    def is_sent(self, runs: tuple[Run, ...]) -> bool:
        """The log has these runs: whether they are the next of those that were taken, which are let go of."""
        if not self._sent or self._sent[0] != runs:
            return False
        del self._sent[0]
        if not self._sent:  # they were recorded together
            self.written()
        return True

    def cut(self, spans: Spans) -> None:
        """The log has this, by another hand: let go of it."""
        left = spans.without(self._taken())
        self._writing, self._gathered = spans.without(self._writing), [*left]
        self.gathered = sum(len(run.update) for run in left)
        self.unsaved = self.gathered + sum(len(run.update) for run in self._writing)

    def written(self) -> None:
        """What was taken is in the log."""
        self._writing, self._sent, self.unsaved = [], [], self.gathered

    def _taken(self) -> list[Run]:
        gathered, self._gathered = self._gathered, []
        return [_as_run(each, Streak.take) for each in gathered]


def _as_run(each: Run | Streak, update: Callable[[Streak], bytes]) -> Run:
    if isinstance(each, Run):
        return each
    return Run(person=each.person, client=each.number, update=update(each))


def merged(runs: Sequence[Run]) -> list[Run]:
    """The same edits in the same order, with what one client wrote in a row as one run."""
    groups: list[list[Run]] = []
    for run in runs:
        last = groups[-1][-1] if groups else None
        if last and run.client != CARRIED and (last.person, last.client) == (run.person, run.client):
            groups[-1].append(run)
        else:
            groups.append([run])
    return [run for group in groups for run in _as_one(group)]


def _as_one(group: list[Run]) -> list[Run]:
    if len(group) == 1:
        return group
    updates = as_one_update(squashed(run.update for run in group))
    return [Run(person=group[0].person, client=group[0].client, update=update) for update in updates]


def as_one_update(updates: list[bytes]) -> list[bytes]:
    """One update that says all of these; or these, since what a document took one by one is kept so."""
    if len(updates) < 2:
        return updates
    try:
        with guarded():
            return [merge_updates(*updates)]
    except Exception:
        return updates


def parts(runs: Sequence[Run], largest: int) -> list[tuple[Run, ...]]:
    """The runs in order, in parts of at most `largest` bytes, or of one run that is larger."""
    found: list[list[Run]] = []
    size = 0
    for run in runs:
        size += len(run.update)
        if not found or size > largest:
            found.append([])
            size = len(run.update)
        found[-1].append(run)
    return [tuple(part) for part in found]
