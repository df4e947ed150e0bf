"""What this node has to tell others, handed over without waiting and sent in order."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from realtime.signals import Bus, Signal, encode

logger = logging.getLogger(__name__)

WAITING = 20_000
"""Signals that may wait; the oldest are dropped beyond that, as signals may be."""

Send = Callable[[], Awaitable[None]]


@dataclass
class Outbox:
    """Signals on their way to the bus."""

    bus: Bus
    dropped: int = 0
    _waiting: asyncio.Queue[Send] = field(default_factory=lambda: asyncio.Queue(WAITING))

    def signal(self, subject: str, signal: Signal) -> None:
        """Tell whoever listens."""
        self.payload(subject, encode(signal))

    def payload(self, subject: str, payload: bytes) -> None:
        """Tell whoever listens something that is written down already."""
        self._put(lambda: self.bus.signal(subject, payload))

    def voice(self, org: str, room: str, signal: Signal) -> None:
        """Tell of a turn of speech; kept by the bus for an hour."""
        payload = encode(signal)
        self._put(lambda: self.bus.publish_voice(org, room, payload))

    async def run(self) -> None:
        """Send until cancelled."""
        while True:
            send = await self._waiting.get()
            try:
                await send()
            except Exception as error:  # a bus that is away loses signals, and nothing else
                self.dropped += 1
                logger.warning("a signal was lost: %s", type(error).__name__)

    def _put(self, send: Send) -> None:
        if self._waiting.full():
            self._waiting.get_nowait()
            self.dropped += 1
        self._waiting.put_nowait(send)
