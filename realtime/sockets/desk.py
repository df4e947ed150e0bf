"""What the documents of one Hocuspocus socket share, and how much of it they may take."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

from realtime.sockets.door import Entered
from realtime.sockets.session import OVERLOADED
from rooms.board.closing import Closing
from rooms.board.telling import MOST_SAID
from rooms.board.transport import Transport

Start = Callable[[Coroutine[Any, Any, None]], asyncio.Task[None] | None]
"""Starts a task in a group that outlives the session; None if that is ending, and the socket with it."""


class Flood(Closing):
    """Too much was sent before the document was open; come back in a moment."""

    code = OVERLOADED


class TooManyDocuments(Closing):
    """There are too many documents on this connection."""


@dataclass(frozen=True, kw_only=True)
class Patience:
    """How much one socket may ask for, and how long it is waited for: bytes and seconds."""

    documents: int = 64
    """Documents on one socket."""
    idle: float = 30.0
    """A socket without any open document for so long is closed."""
    queued: int = 512
    """Messages for one document that is not open yet."""
    queued_size: int = 1024 * 1024
    """The same, in bytes."""
    pauses: tuple[float, ...] = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
    """Before each new attempt to open a document whose board cannot keep up; then the socket is closed."""
    notice: float = 30.0
    """So long before a token expires, a fresh one is asked for."""
    stateless: int = MOST_SAID
    """The largest stateless message."""
    stateless_rate: int = 20
    """Stateless messages on one document in a second; what is above that is dropped."""
    requests: int = 256
    """Tokens, pings, stateless messages and farewells in a second; above that the socket waits for one."""


@dataclass
class Requests:
    """How much was asked for besides edits, in this second."""

    second: float = 0.0
    made: int = 0


@dataclass(frozen=True, kw_only=True)
class Desk:
    """The socket, the door, and who starts tasks."""

    carrier: Transport
    token: str | None
    """What the socket was opened with, for clients that send none."""
    enter: Callable[[str | None, str, Transport], Awaitable[Entered]]
    """Let in who has this token, to this room. Raises `Refusal`."""
    renew: Callable[[Entered, str | None, Transport], Entered]
    """The same person with a fresh token. Raises `Refusal`."""
    start: Start
    refused: Callable[[int], None]
    """Count what was refused, by its code."""
    patience: Patience = Patience()
    requests: Requests = field(default_factory=Requests)

    def requested(self) -> None:
        """Count a message that no board counts. Whoever sends too many of them waits."""
        now = asyncio.get_running_loop().time()
        if now - self.requests.second >= 1:
            self.requests.second, self.requests.made = now, 0
        self.requests.made += 1
        if self.requests.made > self.patience.requests:
            self.carrier.hold(1)
