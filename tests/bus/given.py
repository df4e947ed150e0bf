"""What the tests of the bus have in common."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from typing import Any

import nats
from nats.js import JetStreamContext

from adapters.nats_bus import NatsBus
from domain.catalogue import from_json, tags_of
from domain.events import Event, Recorded
from tests.log.given import NOON, said

PATIENCE = 20.0


def fact(position: int, event: Event | None = None, org: str = "school") -> Recorded:
    event = event or said(f"m{position}")
    return Recorded(
        position=position, org=org, at=NOON, actor="ada", cause=None, tags=tags_of(event), event=event
    )


def facts(*positions: int) -> list[Recorded]:
    return [fact(position) for position in positions]


async def taken(bus: NatsBus, name: str, upto: int, **options: Any) -> list[Recorded]:
    """What the consumer is given, and acknowledges, until the fact at `upto` has come."""
    seen: list[Recorded] = []
    async with asyncio.timeout(PATIENCE), aclosing(bus.facts(name, **options)) as coming:
        async for each in coming:
            seen.append(each.recorded)
            await each.ack()
            if each.recorded.position == upto:
                return seen
    raise AssertionError("facts never end by themselves")


@asynccontextmanager
async def stranger(url: str) -> AsyncIterator[JetStreamContext]:
    """Somebody else on the same NATS."""
    client = await nats.connect(url)
    try:
        yield client.jetstream()
    finally:
        await client.close()


async def stored(url: str) -> list[Recorded]:
    """All the facts that the bus holds."""
    async with stranger(url) as jetstream:
        state = (await jetstream.stream_info("FACTS")).state
        last = state.last_seq if state.messages else 0
        messages = [await jetstream.get_msg("FACTS", n) for n in range(state.first_seq, last + 1)]
        return [from_json(message.data or b"") for message in messages]


def positions(recorded: Sequence[Recorded]) -> list[int]:
    return [each.position for each in recorded]
