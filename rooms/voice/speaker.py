"""A participant without a transport: whoever has Opus packets can be heard in a room."""

import secrets
from collections.abc import Callable
from typing import TYPE_CHECKING

from rooms.voice.rtp import TICKS, WHOLE, Packet
from rooms.voice.speech import Speech

if TYPE_CHECKING:
    from rooms.voice.peer import Peer, Slot

FRAME = 960
"""Ticks of the 48 kHz clock in the 20 ms that each packet has."""


class VirtualSpeaker:
    """Heard like a peer's voice; implements `Speaker` of the port."""

    def __init__(
        self,
        person: str,
        sounded: Callable[["VirtualSpeaker", Packet, int], None],
        closed: Callable[["VirtualSpeaker"], None],
        wall: Callable[[], int],
    ) -> None:
        self.voice = secrets.token_urlsafe(12)
        self.person = person
        self.heard = True
        self.speech = Speech()
        self.audience: list[tuple[Peer, Slot]] = []
        self._sounded, self._closed, self._wall = sounded, closed, wall
        self._ssrc = secrets.randbits(32)
        self._sequence, self._timestamp, self._last = 0, 0, 0

    def speak(self, opus: bytes, level: int) -> None:
        """20 ms of Opus with its level; after a pause the clock has gone on."""
        if not self.heard:
            return
        now = self._wall()
        pause = max(0, (now - self._last) // 20 - 1) if self._last and now - self._last > 100 else 0
        marker = 0x80 if pause or not self._last else 0
        self._sequence = (self._sequence + 1) & WHOLE
        self._timestamp = (self._timestamp + FRAME * (1 + pause)) & TICKS
        self._last = now
        self._sounded(self, Packet(0, marker, self._sequence, self._timestamp, self._ssrc, level, opus), now)

    def close(self) -> None:
        """Falls silent for good."""
        if self.heard:
            self.heard = False
            self._closed(self)
