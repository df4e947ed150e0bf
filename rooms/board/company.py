"""Who is at a board by way of which node: each client id is where it was last seen."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from rooms.board import wire
from rooms.board.closing import NotYours, Overloaded
from rooms.board.neighbourhood import Elsewhere
from rooms.board.telling import Person, Seen
from rooms.board.wire import Entry

if TYPE_CHECKING:
    from rooms.board.board import Board


class Company:
    """Those at one board. `tell` tells the other nodes."""

    __slots__ = ("_board", "_elsewhere", "_tell")

    def __init__(self, board: "Board", tell: Callable[[Seen], None]) -> None:
        self._board = board
        self._tell = tell
        self._elsewhere = Elsewhere()

    def here(self) -> Iterator[Person]:
        """Those at this node."""
        for connection in self._board.connections:
            for client in connection.clients:
                entry = self._board.awareness.get(client)
                if entry is not None and entry.state is not None:
                    yield Person(entry, connection.person)

    def came_here(self, entries: Iterable[Entry]) -> None:
        """This node speaks for these from now on."""
        for entry in entries:
            self._elsewhere.came_here(entry.client)

    def check(self, person: str, written: Iterable[int], *, live: bool) -> None:
        """Raise if a client id belongs to somebody else who is here by way of another node.

        What is brought from before may be on its way here by itself, and be nothing new a moment later."""
        for client in written:
            if self._elsewhere.person(client) not in (None, person):
                raise NotYours if live else Overloaded

    def meet(self, node: str, present: Sequence[Person]) -> None:
        """Take in who is there, as a node tells."""
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

    def only(self, node: str, present: Iterable[Person]) -> None:
        """Of those at a node nobody else is there any more."""
        if gone := self._board.awareness.leave(self._elsewhere.drop_others(node, present)):
            self._board.relay.presence(gone)

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
            self._tell(Seen(tuple(taken_for_gone)))

    def _ask_again(self, gone: Entry) -> None:
        for connection in self._board.connections:
            if gone.client in connection.clients:
                connection.send(wire.presence([gone]))
