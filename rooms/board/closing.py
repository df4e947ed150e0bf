"""Why a board closes a socket: named errors whose docstring is the reason that the client is told.

A y-websocket client takes 4400 to 4499 for final and stops; after anything else it comes back.
"""


class Closing(Exception):
    """The board closes this socket."""

    code = 4400

    def __init__(self, reason: str | None = None) -> None:
        super().__init__(reason or type(self).__doc__)

    @property
    def reason(self) -> str:
        """What the client is told, short enough for a close frame (123 bytes)."""
        return str(self).encode()[:120].decode(errors="ignore")


class Malformed(Closing):
    """This is no message of the board's protocol."""


class TooLarge(Closing):
    """The message is too large for the board."""


class BadUpdate(Closing):
    """This update is damaged."""


class NotYours(Closing):
    """This update writes in the name of somebody else who is here."""

    code = 4403


class ReadOnly(Closing):
    """You may read this board, but not write on it."""

    code = 4403


class NotHere(Closing):
    """You may not write on this part of the board."""

    code = 4403


class Full(Closing):
    """This board is full."""

    code = 4413


class TooFast(Closing):
    """This connection sends faster than anybody works; come back in a moment."""

    code = 1013


class NotYou(Closing):
    """This presence names somebody else."""

    code = 4403


class Overloaded(Closing):
    """The board cannot keep up right now; come back in a moment."""

    code = 1013


class TooSlow(Closing):
    """This connection did not read for too long; come back in a moment."""

    code = 1013


class Restarting(Closing):
    """The board moves or restarts; come back in a moment."""

    code = 1012
