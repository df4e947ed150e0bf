"""Voices on many nodes, put together: leases and questions over the bus, one keeper for this node."""

import secrets
import time
from collections.abc import Callable
from datetime import datetime

import msgspec

from adapters.nats_bus import NatsBus
from adapters.nats_voices import OF_VOICES, NatsLeases, NatsWire
from infra.finishing import Finishing
from realtime.metrics import Metrics
from realtime.outbox import Outbox
from realtime.perform import Performer
from realtime.signals import Switchboard
from rooms.voice.engine import MediaEngine
from rooms.voices.here import Here
from rooms.voices.keeper import Keeper
from rooms.voices.ownership import Ownership, Times
from rooms.voices.spanning import SpanningEngine

STANDARD = Times()


async def voices(
    bus: NatsBus,
    local: MediaEngine,
    gone: Callable[[str, float], None],
    metrics: Metrics,
    times: Times = STANDARD,
) -> SpanningEngine:
    """The engine for whoever asks at this node, which must be run. `local` carries what this node holds.

    `gone` is told of every node whose voices are over, and how many seconds ago it was last heard of.
    """
    now = time.monotonic
    wire = NatsWire(bus.client)
    ownership = Ownership(NatsLeases(bus.client, times.lease), times, now, new_name)
    here = Here(local, ownership, times, now, lambda reason: metrics.refused("bus", reason))
    keeper = Keeper(ownership, here, wire, times, now, gone)

    async def heard(subject: str, payload: bytes) -> None:
        try:
            await keeper.heard(subject, payload)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            metrics.refused("bus", "undecodable-signal")

    await bus.listen(OF_VOICES, heard)
    return SpanningEngine(local, ownership, here, keeper, wire, times, now)


def finishing(
    bus: NatsBus,
    performer: Performer,
    outbox: Outbox,
    clock: Callable[[], datetime],
    times: Times = STANDARD,
) -> Finishing:
    """Records what nodes that are gone told of turns of speech; must be run."""
    ownership = Ownership(NatsLeases(bus.client, times.lease), times, time.monotonic, new_name)
    return Finishing(bus.told_of_voices, ownership.there, performer, outbox, clock, times.lease)


def ending(
    switchboard: Switchboard, outbox: Outbox, clock: Callable[[], datetime]
) -> Callable[[str, float], None]:
    """Tells feeds that a node is gone; them and the bus, that those who spoke there have ended.

    Every node that notices does so: it is the same turn, and over already for whoever heard of it before.
    It ended when the node was last heard of, so many seconds ago.
    """

    def gone(node: str, ago: float) -> None:
        at = int((clock().timestamp() - ago) * 1000)
        for org, room, spoke in switchboard.voices_gone(node, at):
            outbox.voice(org, room, spoke)

    return gone


def new_name() -> str:
    """A name that no node has ever had."""
    return secrets.token_hex(6)
