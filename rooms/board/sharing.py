"""One board among those of the same room on other nodes: what came from there, and is not in the log yet.

All that is written comes by the log, which every node follows. What is not written yet is told at once, so
that people on two nodes see each other type, and kept until the log has it: should the node that took it
never write it, this one does.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from domain.rooms import Run
from rooms.board import presence, wire
from rooms.board.closing import BadUpdate, NotYours, Overloaded
from rooms.board.document import Broken, Document, Missing
from rooms.board.gathering import parts
from rooms.board.neighbourhood import Elsewhere
from rooms.board.saying import Rate, say
from rooms.board.spans import Spans
from rooms.board.telling import Asked, Edited, Person, Returned, Said, Seen, Telling, Told
from rooms.board.update import Contents, read
from rooms.board.wire import Entry

if TYPE_CHECKING:
    from rooms.board.board import Board

logger = logging.getLogger(__name__)

TOLD_EVERY = 5.0
"""Seconds after which all is told again to the neighbours, as some may have been lost."""
ADOPTED_AFTER = 2.0
"""Seconds after which a node writes what another one took and did not write."""
GIVEN_UP_AFTER = 60.0
"""Seconds after which an edit is let go of that stands on what nobody has."""

Tell = Callable[["Board", Telling], None]


def _nobody(board: "Board", what: Telling) -> None:
    """There are no other nodes."""


@dataclass(slots=True)
class Foreign:
    """An edit that came from elsewhere, for as long as it is not both in the log and in the document."""

    run: Run
    contents: Contents
    since: float
    logged: bool
    applied: bool = False
    news: bool = False

    def less(self, spans: Spans) -> None:
        """The log has what is in `spans`."""
        if self.logged:
            return
        left = spans.left_of(self.run, self.contents)
        self.logged = left is None
        self.now_is(left or self.run)

    def now_is(self, run: Run) -> None:
        """This is what it says that nothing else did."""
        if run.update != self.run.update:
            self.run, self.contents = run, read(run.update)


class Sharing:
    """What a board has in common with its likes. All methods are synchronous."""

    def __init__(self, board: "Board") -> None:
        self.tell: Tell = _nobody
        """How the other nodes are told."""
        self.neighbours: dict[str, None] = {}
        """The nodes that have this board open too."""
        self.position = 0
        """All that was edited up to here according to the log is in the document."""
        self._board = board
        self._foreign: list[Foreign] = []
        self._elsewhere = Elsewhere()
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
        for entry in entries:
            self._elsewhere.came_here(entry.client)
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
        """Raise if a client id belongs to somebody else who is here by way of another node.

        What is brought from before may be on its way here by itself, and be nothing new a moment later."""
        for client in written:
            if self._elsewhere.person(client) not in (None, person):
                raise NotYours if live else Overloaded

    def ask(self) -> None:
        """Have the others tell what they have."""
        self.tell(self._board, Asked())

    def tell_all(self) -> None:
        """Tell all that a node must know that opens this board."""
        self._told_at = self._board.now()
        runs = [*self._board.gathering.runs(), *self.unlogged()]
        for part in parts(runs, self._board.limits.event_size) if runs else ():
            self.tell(self._board, Edited(part))
        self.tell(self._board, Told(open=True, present=tuple(self._present_here())))

    def _present_here(self) -> Iterable[Person]:
        for connection in self._board.connections:
            for client in connection.clients:
                entry = self._board.awareness.get(client)
                if entry is not None and entry.state is not None:
                    yield Person(entry, connection.person)

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
                    self._edit(run, logged=False)
            case Told():
                self._gone(self._elsewhere.drop_others(node, what.present))
                self._meet(node, what.present)
            case Seen():
                self._meet(node, what.present)
            case Returned():
                presence.refresh(self._board)
            case Asked() | Said():
                pass

    def _meet(self, node: str, present: Sequence[Person]) -> None:
        """Take in who is there; each client id is where it was last seen."""
        board = self._board
        fresh = [each for each in present if self._elsewhere.may_tell(node, each.entry)]
        news = [each for each in fresh if board.awareness.accept(each.entry)]
        for entry, person in news:
            self._elsewhere.put(node, entry, person)
            if entry.state is not None:
                board.owners.recorded(entry.client, person)
                for connection in board.connections:
                    connection.clients.discard(entry.client)
        if news:
            board.relay.presence([entry for entry, _ in news])
        self._contradict(present)

    def _contradict(self, present: Sequence[Person]) -> None:
        """Where nodes hold different things true of somebody, they are asked to say that they are here."""
        taken_for_gone: list[Person] = []
        for entry, person in present:
            known = self._board.awareness.get(entry.client)
            if known is None or (known.state is None) == (entry.state is None):
                continue
            if entry.state is None and entry.clock >= known.clock:
                self._ask_again(entry)
            elif known.state is None and known.clock >= entry.clock:
                taken_for_gone.append(Person(known, person))
        if taken_for_gone:
            self.tell(self._board, Seen(tuple(taken_for_gone)))

    def _ask_again(self, gone: Entry) -> None:
        for connection in self._board.connections:
            if gone.client in connection.clients:
                connection.send(wire.presence([gone]))

    def lost(self, node: str) -> None:
        """A node is gone, or has closed this board."""
        if node in self.neighbours:
            del self.neighbours[node]
            self._gone(self._elsewhere.drop_others(node, ()))

    def _gone(self, clients: Iterable[int]) -> None:
        if gone := self._board.awareness.leave(clients):
            self._board.relay.presence(gone)

    # What the log has

    def loaded(self, position: int) -> None:
        """The document holds all that was edited up to `position`; go on with what came meanwhile."""
        self.position = max(self.position, position)
        early, self._early = self._early, deque()
        for take in early:
            take()

    def waits(self, run: Run) -> None:
        """The log has this run, and not yet what it stands on."""
        self._foreign.append(Foreign(run, read(run.update), self._board.now(), logged=True))

    def applied(self) -> list[Run]:
        """What the document held besides what the log has and what this node gathered."""
        return [each.run for each in self._foreign if each.applied]

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
        spans = Spans(read(run.update) for run in runs)
        self._board.gathering.cut(spans)
        for each in self._foreign:
            each.less(spans)
        news = [self._edit(run, logged=True) for run in runs]
        if any(news) and not self.neighbours:
            self.ask()  # somebody took it

    def unlogged(self) -> list[Run]:
        """What other nodes have told, and the log does not have."""
        return [each.run for each in self._foreign if not each.logged]

    def keeps(self) -> bool:
        """Whether there is anything here that the log may never get otherwise."""
        return any(not each.logged for each in self._foreign)

    def pulse(self) -> None:
        """Look after what is shared: tell it again, and write what nobody else does."""
        now = self._board.now()
        if self.neighbours and now - self._told_at > TOLD_EVERY:
            self.tell_all()
        if not self._foreign:
            return
        old = [each for each in self._foreign if not each.logged and now - each.since > ADOPTED_AFTER]
        for each in old:
            if each.applied:
                each.logged = True  # or will be: it is ours from here on
                self._board.adopt(each.run)
            elif now - each.since > GIVEN_UP_AFTER:
                self._foreign.remove(each)
        self._tidy()

    # Edits from elsewhere

    def _edit(self, run: Run, *, logged: bool) -> bool:
        """Apply it as soon as it can be; say whether it was news."""
        each = Foreign(run, read(run.update), self._board.now(), logged)
        self._foreign.append(each)
        try:
            while self._board.document is not None and self._apply_some(self._board.document):
                pass
        except Broken:
            logger.exception("an edit of another node broke the board of room %s", self._board.room)
            self._board.reload()
        self._tidy()
        return each.news

    def _tidy(self) -> None:
        self._foreign = [each for each in self._foreign if not (each.logged and each.applied)]

    def _apply_some(self, document: Document) -> bool:
        """Apply what can be; say whether that was any, and any is left."""
        some = left = False
        for each in self._foreign:
            if not each.applied:
                self._apply(document, each)
                some, left = some or each.applied, left or not each.applied
        return some and left

    def _apply(self, document: Document, each: Foreign) -> None:
        try:
            written = document.new_blocks(each.contents)
            news = document.follow(each.run.update, each.contents, written)
        except Missing:
            return
        except BadUpdate:
            logger.error("an edit of another node is damaged, and left out of room %s", self._board.room)
            news = None
        each.applied = True
        if news is None:  # who brought it before sees to it
            each.logged = True
            return
        each.news = True
        each.now_is(Run(person=each.run.person, client=each.run.client, update=news))
        self._board.owners.recorded(each.run.client, each.run.person)
        self._board.relay.update(news)
