"""One board among those of the same room on other nodes: what came from there, and is not in the log yet.

All that is written comes by the log, which every node follows. What is not written yet is told at once, so
that people on two nodes see each other type, and kept until the log has it: should the node that took it
never write it, this one does.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from domain.rooms import Run
from rooms.board import presence
from rooms.board.company import Company
from rooms.board.foreign import ForeignEdits, spans_of
from rooms.board.gathering import parts
from rooms.board.saying import Rate, say
from rooms.board.telling import Asked, Edited, Person, Returned, Said, Seen, Telling, Told
from rooms.board.wire import Entry

if TYPE_CHECKING:
    from rooms.board.board import Board

TOLD_EVERY = 5.0
"""Seconds after which all is told again to the neighbours, as some may have been lost."""

Tell = Callable[["Board", Telling], None]


def _nobody(board: "Board", what: Telling) -> None:
    """There are no other nodes."""


class Sharing:
    """What a board has in common with its likes. All methods are synchronous."""

    __slots__ = (
        "_board",
        "_company",
        "_early",
        "_foreign",
        "_saying",
        "_told_at",
        "neighbours",
        "position",
        "tell",
    )

    def __init__(self, board: "Board") -> None:
        self.tell: Tell = _nobody
        """How the other nodes are told."""
        self.neighbours: dict[str, None] = {}
        """The nodes that have this board open too."""
        self.position = 0
        """All that was edited up to here according to the log is in the document."""
        self._board = board
        self._foreign = ForeignEdits(board)
        self._company = Company(board, lambda seen: self.tell(board, seen))
        self._early: deque[Callable[[], None]] = deque()
        self._told_at = board.now()
        self._saying = Rate(board.limits.said)

    # What happens here

    def edited(self, run: Run) -> None:
        """A client of this node has edited."""
        if self.neighbours:
            self.tell(self._board, Edited((run,)))

    def seen(self, entries: Sequence[Entry], person: str = "") -> None:
        """A client of this node came, moved or went."""
        self._company.came_here(entries)
        if self.neighbours:
            self.tell(self._board, Seen(tuple(Person(entry, person) for entry in entries)))

    def said(self, text: str) -> None:
        """A client of this node tells the others something."""
        if self.neighbours:
            self.tell(self._board, Said(text))

    def returned(self) -> None:
        """Somebody came back to this node."""
        if self.neighbours:
            self.tell(self._board, Returned())

    def check(self, person: str, written: Iterable[int], *, live: bool) -> None:
        """Raise if a client id belongs to somebody else who is here by way of another node."""
        self._company.check(person, written, live=live)

    def ask(self) -> None:
        """Have the others tell what they have."""
        self.tell(self._board, Asked())

    def tell_all(self) -> None:
        """Tell all that a node must know that opens this board."""
        self._told_at = self._board.now()
        runs = [*self._board.gathering.runs(), *self.unlogged()]
        for part in parts(runs, self._board.limits.event_size) if runs else ():
            self.tell(self._board, Edited(part))
        self.tell(self._board, Told(open=True, present=tuple(self._company.here())))

    # What is heard from another node

    def heard(self, node: str, what: Telling) -> None:
        """Take in what a node tells, once the board is loaded."""
        if isinstance(what, Told) and not what.open:
            self.lost(node)
            return
        known = node in self.neighbours
        self.neighbours[node] = None
        if isinstance(what, Asked) or not known:
            self.tell_all()
        if isinstance(what, Said):
            if self._saying.one_more(self._board.now()):
                say(self._board, what.text)
        elif self._board.document is None:
            self._early.append(lambda: self._take(node, what))
        else:
            self._take(node, what)

    def _take(self, node: str, what: Telling) -> None:
        match what:
            case Edited():
                for run in what.runs:
                    self._foreign.take(run, logged=False)
            case Told():
                self._company.only(node, what.present)
                self._company.meet(node, what.present)
            case Seen():
                self._company.meet(node, what.present)
            case Returned():
                presence.refresh(self._board)
            case Asked() | Said():
                pass

    def lost(self, node: str) -> None:
        """A node is gone, or has closed this board."""
        if node in self.neighbours:
            del self.neighbours[node]
            self._company.only(node, ())

    # What the log has

    def loaded(self, position: int) -> None:
        """The document holds all that was edited up to `position`; go on with what came meanwhile."""
        self.position = max(self.position, position)
        early, self._early = self._early, deque()
        for take in early:
            take()

    def waits(self, run: Run) -> None:
        """The log has this run, and not yet what it stands on."""
        self._foreign.waits(run)

    def applied(self) -> list[Run]:
        """What the document held besides what the log has and what this node gathered."""
        return self._foreign.applied()

    def written(self, position: int) -> None:
        """What this node gathered is in the log, and nobody else has written in between."""
        self.position = max(self.position, position)

    def recorded(self, position: int, runs: Sequence[Run]) -> None:
        """The log has these runs, whoever wrote them: call it in the order of positions."""
        if self._board.document is None:
            self._early.append(lambda: self.recorded(position, runs))
            return
        if position <= self.position:
            return
        self.position = position
        if self._board.gathering.is_sent(tuple(runs)) and not self._foreign:
            return  # what this board has written: all but a few are
        spans = spans_of(runs)
        self._board.gathering.cut(spans)
        self._foreign.less(spans)
        news = [self._foreign.take(run, logged=True) for run in runs]
        if any(news) and not self.neighbours:
            self.ask()  # somebody took it

    def unlogged(self) -> list[Run]:
        """What other nodes have told, and the log does not have."""
        return self._foreign.unlogged()

    def keeps(self) -> bool:
        """Whether there is anything here that the log may never get otherwise."""
        return bool(self._foreign.unlogged())

    def pulse(self) -> None:
        """Look after what is shared: tell it again, and write what nobody else does."""
        if self.neighbours and self._board.now() - self._told_at > TOLD_EVERY:
            self.tell_all()
        if self._foreign:
            self._foreign.adopt()
