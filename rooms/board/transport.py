"""All that the board knows of a socket."""

from typing import Protocol


class Transport(Protocol):
    """One socket to one client. No method blocks, raises, or calls back into the board at once."""

    def send(self, data: bytes) -> None:
        """Queue one binary message; nothing happens once the socket is closed."""
        ...

    def close(self, code: int, reason: str) -> None:
        """Close with this WebSocket code and reason (at most 123 bytes), after what was queued."""
        ...

    def hold(self, seconds: float) -> None:
        """Take nothing from the client for so long: what it sends waits on its side."""
        ...

    def pending(self) -> int:
        """How many bytes are queued and not yet taken by the network."""
        ...
