"""A participant without a transport: whoever has Opus packets can be heard in a room."""

import secrets
from collections.abc import Callable

from rooms.voice.clock import Clock
from rooms.voice.rtp import TICKS, WHOLE, Packet
from rooms.voice.source import Sounded, Source

FRAME = 960
"""Ticks of the 48 kHz clock in the 20 ms that each packet has."""
PAUSE = 100
"""Milliseconds without a call after which it was a pause, and not unevenness."""


class VirtualSpeaker(Source):
    """Heard like a peer's voice; implements `Speaker` of the port."""

    def __init__(
        self, person: str, clock: Clock, sounded: Sounded, closed: Callable[["VirtualSpeaker"], None]
    ) -> None:
        super().__init__(secrets.token_urlsafe(12), person, "voice")
        self.live = True
        self._clock, self._sounded, self._closed = clock, sounded, closed
        self._ssrc = secrets.randbits(32)
        self._sequence, self._timestamp, self._last = 0, 0, 0

    def speak(self, opus: bytes, level: int) -> None:
        """20 ms of Opus with its level; after a pause the clock has gone on."""
        if not self.live:
            return
        now = self._clock.read()
        paused = now - self._last > PAUSE
        frames = max(1, (now - self._last) // 20) if paused and self._last else 1
        self._sequence = (self._sequence + 1) & WHOLE
        self._timestamp = (self._timestamp + FRAME * frames) & TICKS
        self._last = now
        marker = 0x80 if paused else 0
        self._sounded(self, Packet(0, marker, self._sequence, self._timestamp, self._ssrc, level, opus), now)

    def close(self) -> None:
        """Falls silent for good."""
        if self.live:
            self.live = False
            self._closed(self)
