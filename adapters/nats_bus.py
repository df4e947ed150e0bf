"""The bus on NATS: facts and turns of speech through JetStream, signals through the core."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import cast

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy, PubAck, RetentionPolicy, StreamConfig
from nats.js.client import JetStreamContext as JetStream
from nats.js.errors import BadRequestError, NotFoundError

from adapters.cancellation import heed_cancellation
from domain.catalogue import UndecodableEvent, from_json, to_json
from domain.events import Recorded, type_of

logger = logging.getLogger(__name__)

FACTS = StreamConfig(
    name="FACTS",
    subjects=["lyceum.*.facts.>"],
    retention=RetentionPolicy.LIMITS,
    max_bytes=512 * 1024 * 1024,
    duplicate_window=120,
)
OF_VOICES = "lyceum.nodes.voices"
VOICE = StreamConfig(
    name="VOICE", subjects=["lyceum.*.rooms.*.voice", OF_VOICES], max_age=3600, max_bytes=64 * 1024 * 1024
)
STREAMS = (FACTS, VOICE)
HEAD = "lyceum.log.head"
FETCH = 128
LINGER = 5.0
"""Seconds that one question for more facts waits for an answer."""
MANY = 1024
LOOK = 1.0
"""Seconds between two questions for what was told of voices, once all was."""
WINDOW = 256
"""Facts on their way to the bus at once."""
PATIENCE = 5.0
"""Seconds in which the bus must be reached, and have stored what is published."""
HEADERS = 1024
"""Bytes of a message that are not its payload, at most."""
ID = "Nats-Msg-Id"
FORGOTTEN_AFTER = 60.0
"""Seconds without a question after which a consumer that is no durable one is forgotten."""
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


@dataclass(frozen=True, slots=True)
class Told:
    """What was told of voices; `at` in ms since the epoch, by the clock of the bus."""

    subject: str
    payload: bytes
    at: int


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
        """Connect, and make the streams if they are not there. `refused` counts what the bus cannot carry."""
        client = Client()
        try:
            await _connect(client, url)
            yield cls(client, refused)
        finally:
            await client.close()

    @property
    def client(self) -> Client:
        """The connection, for what else goes over it."""
        return self._client

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

    async def reached(self) -> int | None:
        """The position of the last fact that the bus holds, 0 if it holds none; None if it cannot be told.

        A bus that has lost its streams is given them again.
        """
        await _ensure(self._jetstream, *STREAMS)
        state = (await self._jetstream.stream_info(str(FACTS.name))).state
        if not state.messages:
            return 0
        try:
            last = await self._jetstream.get_msg(str(FACTS.name), state.last_seq)
        except NotFoundError:  # somebody has taken it out
            return None
        identity = cast(Mapping[str, str], last.headers or {}).get(ID, "")
        return int(identity) if identity.isdigit() else None

    async def publish_facts(self, batch: Sequence[Recorded]) -> None:
        """Publish facts in order; returns when all of them are stored. Repeats are dropped by the bus."""
        for start in range(0, len(batch), WINDOW):
            async with asyncio.timeout(PATIENCE):
                sent = [await self._publish(recorded) for recorded in batch[start : start + WINDOW]]
                await _stored([future for future in sent if future])

    async def _publish(self, recorded: Recorded) -> "asyncio.Future[PubAck] | None":
        payload = to_json(recorded)
        if len(payload) + HEADERS > self._client.max_payload:
            self._refused("fact-too-large")  # the log has it, and the facts behind it must not wait
            return None
        subject = f"lyceum.{recorded.org}.facts.{type_of(recorded.event)}"
        return await self._jetstream.publish_async(subject, payload, headers={ID: str(recorded.position)})

    async def publish_voice(self, org: str, room: str, payload: bytes) -> None:
        """Tell of the start or end of a turn of speech; the bus keeps it for an hour."""
        await self._client.publish(f"lyceum.{org}.rooms.{room}.voice", payload)

    async def told_of_voices(self) -> AsyncIterator[Sequence[Told]]:
        """All that is kept of voices and of nodes that carry them, in order; [] whenever that was all.

        Raises errors of NATS when the bus is away: begin again.
        """
        await _ensure(self._jetstream, VOICE)
        config = ConsumerConfig(
            ack_policy=AckPolicy.NONE, deliver_policy=DeliverPolicy.ALL, inactive_threshold=60.0
        )
        stream = str(VOICE.name)
        made = await self._jetstream.add_consumer(stream, config)
        subscription = await self._jetstream.pull_subscribe_bind(consumer=made.name, stream=stream)
        try:
            while True:
                if messages := await _fetch(subscription, MANY):
                    yield [_told(message) for message in messages]
                if not messages or not messages[-1].metadata.num_pending:
                    yield []
                    await asyncio.sleep(LOOK)
        finally:
            with suppress(NatsError):
                await subscription.unsubscribe()

    async def facts(
        self, name: str, *, types: Sequence[str] = (">",), back: int | None = None
    ) -> AsyncIterator[Fact]:
        """The facts of these event tags, in order, from where the consumer `name` has come to.

        With `back` it begins so many facts before the last one, and is forgotten soon after nobody asks it.
        Raises an error of NATS when the bus has forgotten the consumer: begin again, and it is made anew.
        """
        begin = (DeliverPolicy.ALL, None) if back is None else await self._back(back)
        config = ConsumerConfig(
            name=name,
            durable_name=name if back is None else None,
            inactive_threshold=None if back is None else FORGOTTEN_AFTER,
            ack_policy=AckPolicy.EXPLICIT,
            deliver_policy=begin[0],
            opt_start_seq=begin[1],
            ack_wait=REDELIVERED_AFTER,
            max_ack_pending=4 * FETCH,
            filter_subjects=[f"lyceum.*.facts.{kind}" for kind in types],
        )
        await _ensure(self._jetstream, FACTS)
        await self._jetstream.add_consumer(str(FACTS.name), config)
        subscription = await self._jetstream.pull_subscribe_bind(consumer=name, stream=str(FACTS.name))
        waiting: deque[Msg] = deque()
        try:
            while True:
                waiting.extend(await _fetch(subscription))
                while waiting:
                    if fact := await self._fact(waiting.popleft()):
                        yield fact
        finally:
            with suppress(NatsError):
                for message in waiting:
                    await message.nak()  # whoever comes next need not wait for them
                await subscription.unsubscribe()

    async def _back(self, number: int) -> tuple[DeliverPolicy, int]:
        await _ensure(self._jetstream, FACTS)
        last = (await self._jetstream.stream_info(str(FACTS.name))).state.last_seq
        return DeliverPolicy.BY_START_SEQUENCE, max(1, last - number)

    async def _fact(self, message: Msg) -> Fact | None:
        try:
            return Fact(from_json(message.data), message)
        except UndecodableEvent:
            self._refused("undecodable-fact")
            await message.term()
            return None


async def _connect(client: Client, url: str) -> None:
    try:
        async with asyncio.timeout(PATIENCE):
            await client.connect(
                url,
                max_reconnect_attempts=-1,
                reconnect_time_wait=0.25,  # pyright: ignore[reportArgumentType]  seconds, as for asyncio.sleep
                error_cb=_noted,
                disconnected_cb=partial(_disconnected, client),
                reconnected_cb=_reconnected,
            )
            await _ensure(client.jetstream(), *STREAMS)
    except (NatsError, OSError) as error:
        raise BusUnavailable(f"NATS cannot be reached: {error or type(error).__name__}") from error


async def _noted(error: Exception) -> None:
    """Attempts to connect fail by the dozen while NATS is away; that it is away has been said then."""
    level = logging.DEBUG if isinstance(error, NatsError | OSError) else logging.WARNING
    logger.log(level, "the bus: %s", type(error).__name__)


async def _disconnected(client: Client) -> None:
    if not client.is_closed:
        logger.warning("the bus is away")


async def _reconnected() -> None:
    logger.warning("the bus is back")


async def _stored(futures: "Sequence[asyncio.Future[PubAck]]") -> None:
    try:
        await asyncio.gather(*futures)
    finally:
        for future in futures:
            future.cancel()  # the client keeps those that are never answered


def _told(message: Msg) -> Told:
    return Told(message.subject, message.data, round(message.metadata.timestamp.timestamp() * 1000))


async def _fetch(subscription: JetStream.PullSubscription, most: int = FETCH) -> list[Msg]:
    try:
        return await subscription.fetch(most, timeout=LINGER)
    except TimeoutError:
        return []
    finally:
        heed_cancellation()


async def _ensure(jetstream: JetStreamContext, *streams: StreamConfig) -> None:
    for stream in streams:
        try:
            await jetstream.add_stream(stream)
        except BadRequestError:  # it is there, as an earlier version of us wanted it
            await jetstream.update_stream(stream)
