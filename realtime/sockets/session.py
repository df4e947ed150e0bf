"""Between what carries messages and what they mean: a socket that was opened, and what serves it."""

from typing import NamedTuple, Protocol

from domain.errors import Forbidden, Refused, Unknown
from rooms.board.closing import Closing

OVERLOADED = 1013
UNAUTHENTICATED = 4401


class Arrival(NamedTuple):
    """What a socket was opened with: the path, and the token if it brought one."""

    path: str
    token: str | None


class Refusal(Exception):
    """The socket is to be closed with this code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class Session(Protocol):
    """What serves one socket. Nothing here blocks or raises."""

    def receive(self, data: bytes) -> None:
        """One binary message has come in."""
        ...

    def closed(self) -> None:
        """The socket is closed, by whomever. May be called more than once."""
        ...


def refusal_of(refused: Refused | Closing) -> Refusal:
    """The close code for it: 44xx is final for the client."""
    match refused:
        case Closing():
            return Refusal(refused.code, refused.reason)
        case Unknown():
            return Refusal(4404, str(refused))
        case Forbidden():
            return Refusal(4403, str(refused))
        case _:
            codes = {401: UNAUTHENTICATED, 503: OVERLOADED}
            return Refusal(codes.get(refused.status, 4400), str(refused))
