"""The facilitators of several workers tell each other over the bus that they live, and share the rooms."""

import asyncio
import time

import msgspec

from adapters.envelopes import Envelopes
from adapters.nats_bus import NatsBus
from realtime.metrics import Metrics
from rooms.facilitator.sharing import BEAT, Facilitates, Sharing

OF_FACILITATORS = "lyceum.nodes.facilitators"


class Beating:
    """Signs of life, of this one and of the others; must be run."""

    def __init__(self, bus: NatsBus, envelopes: Envelopes, metrics: Metrics, name: str) -> None:
        self.sharing = Sharing(name, time.monotonic)
        self._bus = bus
        self._envelopes = envelopes
        self._metrics = metrics

    async def run(self) -> None:
        """Tell the others, once in a while; raises what the bus raises when it is away."""
        plain = msgspec.msgpack.encode(Facilitates(name=self.sharing.name))
        while True:
            await self._bus.signal(OF_FACILITATORS, self._envelopes.close(OF_FACILITATORS, plain))
            await asyncio.sleep(BEAT)

    async def heard(self, subject: str, closed: bytes) -> None:
        """Somebody tells that they live."""
        plain = self._envelopes.open(subject, closed)
        try:
            other = msgspec.msgpack.decode(plain or b"", type=Facilitates)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            self._metrics.refused("bus", "closed-by-nobody-here" if plain is None else "undecodable-signal")
            return
        self.sharing.heard(other.name)
