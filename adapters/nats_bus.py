"""The bus on NATS: facts and turns of speech through JetStream, signals through the core."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import nats
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy, RetentionPolicy, StreamConfig
from nats.js.client import JetStreamContext as JetStream

from domain.catalogue import UndecodableEvent, from_json, to_json
from domain.events import Recorded, type_of

FACTS = StreamConfig(
    name="FACTS",
    subjects=["lyceum.*.facts.>"],
    retention=RetentionPolicy.LIMITS,
    max_bytes=512 * 1024 * 1024,
    duplicate_window=120,
)
VOICE = StreamConfig(
    name="VOICE", subjects=["lyceum.*.rooms.*.voice"], max_age=3600, max_bytes=64 * 1024 * 1024
)
HEAD = "lyceum.log.head"
FETCH = 128
REDELIVERED_AFTER = 30
"""Seconds after which a fact that nobody has acknowledged is delivered again."""


class BusUnavailable(Exception):
    """NATS cannot be reached."""


@dataclass(frozen=True)
class Fact:
    """A recorded event from the bus, delivered at least once until it is acknowledged."""

    recorded: Recorded
    _message: Msg

    async def ack(self) -> None:
        """Do not deliver it again."""
        await self._message.ack()


class NatsBus:
    """One connection. Make one with `NatsBus.opened(url)`."""

    def __init__(self, client: Client, refused: Callable[[str], None]) -> None:
        self._client = client
        self._jetstream: JetStreamContext = client.jetstream()
        self._refused = refused

    @classmethod
    @asynccontextmanager
    async def opened(
        cls, url: str, refused: Callable[[str], None] = lambda reason: None
    ) -> AsyncGenerator["NatsBus", None]:
        """Connect, and make the streams if they are not there. `refused` counts undecodable messages."""
        try:
            client = await nats.connect(url, max_reconnect_attempts=-1, reconnect_time_wait=0.25)
        except (NatsError, OSError) as error:
            raise BusUnavailable(f"NATS cannot be reached: {error}") from error
        try:
            bus = cls(client, refused)
            for stream in (FACTS, VOICE):
                await _ensure(bus._jetstream, stream)
            yield bus
        finally:
            await client.close()

    @property
    def connected(self) -> bool:
        """Whether the bus can be used right now."""
        return self._client.is_connected

    async def signal(self, subject: str, payload: bytes = b"") -> None:
        """Tell whoever listens; nobody waits for it and it may be lost."""
        await self._client.publish(subject, payload)

    async def listen(self, subject: str, heard: Callable[[str, bytes], Awaitable[None]]) -> None:
        """Call `heard(subject, payload)` for every signal, for as long as the bus is open."""

        async def callback(message: Msg) -> None:
            await heard(message.subject, message.data)

        await self._client.subscribe(subject, cb=callback)

    async def publish_facts(self, batch: Sequence[Recorded]) -> None:
        """Publish facts in order; returns when all of them are stored. Repeats are dropped by the bus."""
        futures = [
            await self._jetstream.publish_async(
                f"lyceum.{recorded.org}.facts.{type_of(recorded.event)}",
                to_json(recorded),
                headers={"Nats-Msg-Id": str(recorded.position)},
            )
            for recorded in batch
        ]
        for future in futures:
            await future

    async def publish_voice(self, org: str, room: str, payload: bytes) -> None:
        """Publish the start or end of a turn of speech; returns when it is stored."""
        await self._jetstream.publish(f"lyceum.{org}.rooms.{room}.voice", payload)

    async def facts(self, name: str, *, types: Sequence[str] = (">",)) -> AsyncIterator[Fact]:
        """The facts of these event tags, in order, from where the consumer `name` has come to."""
        config = ConsumerConfig(
            durable_name=name,
            ack_policy=AckPolicy.EXPLICIT,
            deliver_policy=DeliverPolicy.ALL,
            ack_wait=REDELIVERED_AFTER,
            max_ack_pending=4 * FETCH,
            filter_subjects=[f"lyceum.*.facts.{kind}" for kind in types],
        )
        await self._jetstream.add_consumer("FACTS", config)
        subscription = await self._jetstream.pull_subscribe_bind(consumer=name, stream="FACTS")
        while True:
            for message in await _fetch(subscription):
                if fact := await self._fact(message):
                    yield fact

    async def _fact(self, message: Msg) -> Fact | None:
        try:
            return Fact(from_json(message.data), message)
        except UndecodableEvent:
            self._refused("undecodable-fact")
            await message.term()
            return None


async def _fetch(subscription: JetStream.PullSubscription) -> list[Msg]:
    try:
        return await subscription.fetch(FETCH, timeout=5)
    except TimeoutError:
        return []
    finally:
        _heed_cancellation()


def _heed_cancellation() -> None:
    """Before Python 3.12 `asyncio.wait_for`, which the client uses, may lose a cancellation to a message."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


async def _ensure(jetstream: JetStreamContext, stream: StreamConfig) -> None:
    try:
        await jetstream.add_stream(stream)
    except NatsError:
        await jetstream.update_stream(stream)
