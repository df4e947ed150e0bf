"""One client at a board."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from rooms.board import wire
from rooms.board.closing import Closing
from rooms.board.gathering import CARRIED
from rooms.board.transport import Transport
from rooms.board.typed import Streak

if TYPE_CHECKING:
    from rooms.board.board import Board

KEEP_ALIVE = wire.presence(())


class Connection:
    """What the route feeds, and what the board knows of this client."""

    __slots__ = (
        "behind",
        "board",
        "client",
        "clients",
        "forgives",
        "introduced",
        "is_told",
        "may_send",
        "on",
        "open",
        "person",
        "since",
        "streak",
        "synced",
        "transport",
        "writes",
    )

    def __init__(
        self,
        board: "Board",
        transport: Transport,
        person: str,
        *,
        writes: bool,
        on: Callable[[str], bool] | None = None,
    ) -> None:
        self.board = board
        self.transport = transport
        self.person = person
        self.writes = writes
        self.on = on
        """Whether it may write on the part of that name; None if it may on all."""
        self.may_send = board.limits.burst
        """Messages that it may send before the next pulse."""
        self.open = True
        self.introduced = False
        """Whether it has said who is present at its end."""
        self.synced = False
        """Whether we have all that it has: it answered our last step 1."""
        self.client = CARRIED
        """The client id that it writes by, once that is known."""
        self.clients: set[int] = set()
        """The client ids that it wrote by, or speaks for."""
        self.streak: Streak | None = None
        """What it types in a row; None if its last edit was anything else."""
        self.behind: bytes | None = None
        """The state vector at which it was left out for not reading; None if it keeps up."""
        self.since = board.now()
        """When it was left out; or else, when it was last sent something."""
        self.is_told = False
        """Whether it uses a protocol in which clients tell each other what nobody keeps."""
        self.forgives: Callable[[Closing], bool] | None = None
        """Asked before it is sent away for what it sent: true if it was told in another way, and stays."""

    def receive(self, data: bytes) -> None:
        """One binary message has come in. Whatever is wrong with it closes this socket, and no other."""
        self.board.receive(self, data)

    def closed(self) -> None:
        """The socket is closed, by whomever. May be called more than once."""
        self.board.leave(self)

    def send(self, frame: bytes) -> None:
        """Send to this client."""
        self.transport.send(frame)
        if self.behind is None:
            self.since = self.board.now()

    def relay(self, frame: bytes, now: float, largest: int) -> None:
        """Pass on to this client, unless it is behind; from now on leave it out if it does not read."""
        if self.behind is None:
            transport = self.transport
            transport.send(frame)
            self.since = now
            if transport.pending() > largest:
                self.behind = self.board.state()
