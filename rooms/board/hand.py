"""A client at a board that is the server itself."""

from rooms.board.closing import Closing


class Hand:
    """Implements `rooms.board.transport.Transport`: listens to nobody, and remembers why it was sent away."""

    def __init__(self) -> None:
        self._away: Closing | None = None

    def send(self, data: bytes) -> None:
        """See `Transport.send`."""

    def close(self, code: int, reason: str) -> None:
        """See `Transport.close`."""
        self._away = self._away or Closing(reason)
        self._away.code = code

    def hold(self, seconds: float) -> None:
        """See `Transport.hold`: it does one thing only."""

    def pending(self) -> int:
        """See `Transport.pending`."""
        return 0

    def must_be_welcome(self) -> None:
        """Raise `Closing` if what it did was refused."""
        if self._away is not None:
            raise self._away
