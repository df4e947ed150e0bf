"""A live board: what comes in from one client is checked, applied, gathered and passed on, at once."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence

from domain.rooms import Run
from rooms.board import presence, wire
from rooms.board.awareness import Awareness
from rooms.board.closing import (
    BadUpdate,
    Closing,
    Full,
    NotHere,
    Overloaded,
    ReadOnly,
    TooFast,
    TooLarge,
    TooSlow,
)
from rooms.board.connection import KEEP_ALIVE, Connection
from rooms.board.document import Broken, Document, Missing, restored
from rooms.board.gathering import Gathering
from rooms.board.limits import Limits
from rooms.board.ownership import Ownership
from rooms.board.relaying import Later, Relay
from rooms.board.sharing import Sharing
from rooms.board.transport import Transport
from rooms.board.typed import Streak
from rooms.board.typing_on import begins, types_on
from rooms.board.update import Contents, read

logger = logging.getLogger(__name__)

EMPTY = b"\x00"
"""The state vector of an empty document."""


class Board:
    """One document while it is in use. All methods are synchronous: nothing happens in between."""

    __slots__ = (
        "_attend",
        "_refused",
        "_waiting",
        "_waiting_size",
        "awareness",
        "connections",
        "document",
        "expected",
        "gathering",
        "idle_since",
        "limits",
        "loading",
        "now",
        "org",
        "owners",
        "relay",
        "room",
        "sharing",
        "somebody_returned",
    )

    def __init__(
        self,
        org: str,
        room: str,
        limits: Limits,
        *,
        now: Callable[[], float],
        later: Later,
        attend: Callable[["Board", float], None],
        refused: Callable[[int], None],
    ) -> None:
        self.org = org
        self.room = room
        self.limits = limits
        self.now = now
        self.document: Document | None = None
        """None until it is loaded, and again when it must be loaded anew."""
        self.gathering = Gathering()
        self.awareness = Awareness(limits.remembered)
        self.owners = Ownership(limits.client_ids)
        self.connections: dict[Connection, None] = {}
        self.relay = Relay(self.connections, limits, now, later)
        self.loading = asyncio.Lock()
        self.expected = 0
        """Clients that wait for the board to be loaded."""
        self.idle_since = now()
        self.somebody_returned = False
        """Whether somebody came back whom the board remembers, since the last pulse."""
        self._attend = attend
        self._refused = refused
        self._waiting: deque[tuple[Connection, bytes]] = deque()
        self._waiting_size = 0
        self.sharing = Sharing(self)

    def state(self) -> bytes:
        """The state vector of the document; that of an empty one while it is read from the log."""
        return self.document.state() if self.document else EMPTY

    def load(self, runs: Sequence[Run], position: int) -> None:
        """Go on from what the log has (up to `position`), what it will have, and what waited meanwhile."""
        for run in runs:
            self.owners.recorded(run.client, run.person)
        self.document = restored(
            [*runs, *self.sharing.applied(), *self.gathering.runs()], self.limits.nested_types
        )
        self.sharing.loaded(position)
        for run in self.document.waiting:
            self.sharing.waits(run)
        for connection in self.connections:
            connection.streak = None
        waiting, self._waiting, self._waiting_size = self._waiting, deque(), 0
        for connection, data in waiting:
            self.receive(connection, data)

    def join(
        self, transport: Transport, person: str, *, writes: bool, on: Callable[[str], bool] | None = None
    ) -> Connection:
        """Take a client in: ask what it has, and tell who is here."""
        connection = Connection(self, transport, person, writes=writes, on=on)
        self.connections[connection] = None
        if writes:  # who may only read is not asked for what it has
            connection.send(wire.step_1(self.state()))
        if present := self.awareness.present():
            connection.send(wire.presence(present))
        return connection

    def leave(self, connection: Connection) -> None:
        """A client has gone: so has everybody it spoke for."""
        if not connection.open:
            return
        connection.open = False
        del self.connections[connection]
        if gone := self.awareness.leave(connection.clients):
            self.relay.presence(gone)
            self.sharing.seen(gone)
        if not self.connections:
            self.idle_since = self.now()
            if self.gathering.unsaved:
                self._attend(self, self.idle_since)

    def close(self, connection: Connection, why: Closing) -> None:
        """Send a client away."""
        if connection.open:
            connection.transport.close(why.code, why.reason)
            self.leave(connection)

    def receive(self, connection: Connection, data: bytes) -> None:
        """One message of one client."""
        if not connection.open:
            return
        try:
            connection.may_send -= 1
            if connection.may_send < 0:
                self._slow_down(connection)
            if len(data) > self.limits.message:
                raise TooLarge
            if self.document is None:
                self._wait(connection, data)
            elif not types_on(self, connection, self.document, data):
                self._handle(connection, self.document, wire.parse(data))
        except Closing as why:
            self._refuse(connection, why)
        except Broken:
            logger.warning(
                "an update broke the board of room %s, which is read from the log again", self.room
            )
            self._refuse(connection, BadUpdate())
            self.reload()

    def reload(self) -> None:
        """The document is not what it should be: have it read from the log again."""
        self.document = None
        self._attend(self, self.now())

    def adopt(self, run: Run) -> None:
        """Another node took this edit, and did not write it: do so."""
        self.gathering.add(run)
        self._attend(self, self.now())

    def _slow_down(self, connection: Connection) -> None:
        """Whoever sends too fast waits; whoever does not is sent away."""
        if connection.may_send < -self.limits.burst:
            raise TooFast
        connection.transport.hold(self.limits.pulse)

    def _refuse(self, connection: Connection, why: Closing) -> None:
        self._refused(why.code)
        if connection.forgives is None or not connection.forgives(why):
            self.close(connection, why)

    def _wait(self, connection: Connection, data: bytes) -> None:
        self._waiting_size += len(data)
        if self._waiting_size > self.limits.waiting:
            raise Overloaded
        self._waiting.append((connection, data))

    def _handle(self, connection: Connection, document: Document, message: wire.Message) -> None:
        match message:
            case wire.Update():
                self._edit(connection, document, message.update)
            case wire.Step1():
                connection.send(wire.step_2(document.difference(message.state)))
            case wire.Step2():
                self._synchronise(connection, document, message.update)
            case wire.Presence():
                presence.receive(self, connection, message.entries)
            case wire.QueryPresence():
                connection.send(wire.presence(self.awareness.present()))
            case wire.Auth():
                pass

    def _edit(self, connection: Connection, document: Document, update: bytes) -> None:
        """Something was just edited."""
        contents = read(update)
        if not contents.blocks and not contents.deleted:
            return
        if not connection.writes:
            raise ReadOnly
        try:
            written = document.new_blocks(contents)
        except Missing:
            self._ask(connection, document)
            return
        self._permit(connection, update, written, live=True)
        if not self._within(connection, document, contents):
            raise NotHere
        document.apply(update, contents, written)
        client = self.owners.writes(connection, written, live=True)
        self._record(connection, update, client)
        begins(connection, client, update)

    def _ask(self, connection: Connection, document: Document) -> None:
        """What it stands on is on its way if our step 1 is not answered yet; else ask again."""
        if connection.synced:
            connection.synced = False
            connection.send(wire.step_1(document.state()))

    def _synchronise(self, connection: Connection, document: Document, update: bytes) -> None:
        """What a client has from before: offline edits, or what a killed server had not saved."""
        connection.synced = True
        contents = read(update)
        written = self._nothing_missing(document, contents)
        if not connection.writes:
            if written:
                raise ReadOnly
            return
        if not written and not contents.deleted:
            return
        self._permit(connection, update, written, live=False)
        if not self._within(connection, document, contents, repeats=True):
            if any(self.owners.of(client) in (None, connection.person) for client in written):
                raise NotHere
            return  # what others have written, which they bring themselves
        news = document.merge(update, contents, written)
        if news is not None:
            self._record(connection, news, self.owners.writes(connection, written, live=False))

    def _nothing_missing(self, document: Document, contents: Contents) -> dict[int, int]:
        try:
            return document.new_blocks(contents)
        except Missing:
            raise BadUpdate("This update stands on edits that nobody has.") from None

    @staticmethod
    def _within(
        connection: Connection, document: Document, contents: Contents, *, repeats: bool = False
    ) -> bool:
        """Whether it touches only parts on which its author may write."""
        return connection.on is None or all(map(connection.on, document.touched(contents, repeats=repeats)))

    def _permit(self, connection: Connection, update: bytes, written: dict[int, int], *, live: bool) -> None:
        self.owners.check(connection, written, self.connections)
        self.sharing.check(connection.person, written, live=live)
        if written and self.document is not None and self.document.outgrows(self.limits.document):
            raise Full  # deleting is welcome
        if self.gathering.unsaved + len(update) > self.limits.unsaved:
            raise Overloaded

    def _record(self, connection: Connection, update: bytes, client: int) -> None:
        run = Run(person=connection.person, client=client, update=update)
        self.gather(run, len(update))
        self.relay.update(update, connection)
        self.sharing.edited(run)

    def gather(self, edit: Run | Streak, size: int) -> None:
        """Gather an edit that the document has taken, or so many bytes more of a streak."""
        first = not self.gathering.gathered
        if isinstance(edit, Run):
            self.gathering.add(edit)
        else:
            self.gathering.type_on(edit, size)
        if self.gathering.gathered >= self.limits.window_size:
            self._attend(self, self.now())
        elif first:
            self._attend(self, self.now() + self.limits.window)

    def pulse(self) -> None:
        """Look after the sockets: bring up to date, give up on, or keep alive."""
        now = self.now()
        if self.somebody_returned:
            self.somebody_returned = False
            presence.refresh(self)
            self.sharing.returned()
        more = self.limits.rate * self.limits.pulse
        for connection in tuple(self.connections):
            connection.may_send = min(self.limits.burst, connection.may_send + more)
            if connection.behind is not None:
                self._catch_up(connection, connection.behind, now)
            elif now - connection.since > self.limits.keep_alive:
                connection.send(KEEP_ALIVE)

    def _catch_up(self, connection: Connection, behind: bytes, now: float) -> None:
        if now - connection.since > self.limits.patience:
            self._refuse(connection, TooSlow())
        elif self.document is not None and connection.transport.pending() <= self.limits.pending // 2:
            connection.behind = None
            connection.send(wire.update(self.document.difference(behind)))
            connection.send(wire.presence(self.awareness.known()))

    def is_unused(self) -> bool:
        """Whether nobody needs it, and all of it is in the log."""
        return not (self.connections or self.expected or self.gathering.unsaved or self.sharing.keeps())

    def is_idle(self) -> bool:
        """Whether it can be unloaded."""
        return self.is_unused() and self.now() - self.idle_since >= self.limits.idle
