"""The port of voice that goes past us: people join a LiveKit server; we say who may, and hear who speaks."""

from dataclasses import dataclass
from typing import Protocol

from domain.errors import Forbidden, Refused
from rooms.voice.engine import May


class CarriedElsewhere(Refused):
    """This deployment carries voice by LiveKit: ask for a pass, and join there."""


class CarriedHere(Refused):
    """This deployment carries voice itself: join with an SDP offer."""


class NotFromLiveKit(Forbidden):
    """This event is not signed by the LiveKit server of this deployment."""


@dataclass(frozen=True)
class Pass:
    """A voice's id (a path segment), and where and with which token its client joins, within a minute."""

    voice: str
    url: str
    token: str


class Elsewhere(Protocol):
    """What a MediaEngine offers besides, if the media do not pass through it."""

    async def admit(self, room: str, person: str, *, may: May) -> Pass:
        """A second voice of the same person in the room replaces the first. Raises VoiceIsFull."""
        ...

    async def told(self, body: bytes, authorization: str) -> None:
        """An event that the LiveKit server sent (a webhook). Raises NotFromLiveKit."""
        ...
