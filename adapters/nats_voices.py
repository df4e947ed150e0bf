"""Voices on many nodes over NATS: leases in JetStream's key-value store, questions as requests."""

from collections.abc import Awaitable, Callable
from contextlib import suppress

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.errors import NoRespondersError
from nats.js import JetStreamContext
from nats.js.api import KeyValueConfig, StorageType
from nats.js.errors import BadRequestError, KeyNotFoundError, KeyWrongLastSequenceError
from nats.js.kv import KeyValue

from adapters.nats_bus import OF_VOICES
from rooms.voices.ownership import FORGOTTEN
from rooms.voices.ports import BusAway, Entry, NobodyThere, Taken

OF_VOICE = "lyceum.nodes.{node}.voice"
NODES = "lyceum-voice-nodes"
ROOMS = "lyceum-voice-rooms"
PATIENCE = 1.0
"""Seconds in which a record must be read or written."""
TOO_MUCH = 256
"""Bytes of a record, at most."""


class NatsRecords:
    """Implements `rooms.voices.ports.Records`."""

    def __init__(self, client: Client, jetstream: JetStreamContext, config: KeyValueConfig) -> None:
        self._client = client
        self._jetstream = jetstream
        self._config = config
        self._bucket: KeyValue | None = None

    async def get(self, key: str) -> Entry | None:
        """See Records."""
        try:
            found = await (await self._opened()).get(key)
        except KeyNotFoundError:
            return None
        except (NatsError, TimeoutError) as error:
            raise self._away() from error
        return Entry((found.value or b"").decode(errors="replace"), found.revision or 0)

    async def put(self, key: str, value: str, revision: int) -> int:
        """See Records."""
        try:
            return await (await self._opened()).update(key, value.encode(), last=revision)
        except KeyWrongLastSequenceError as error:
            raise Taken from error
        except (NatsError, TimeoutError) as error:
            raise self._away() from error

    async def _opened(self) -> KeyValue:
        """The bucket; not while the bus is away, when the client keeps what is written and sends it later."""
        if not self._client.is_connected:
            raise BusAway
        if self._bucket is None:
            self._bucket = await self._made()
        return self._bucket

    async def _made(self) -> KeyValue:
        try:
            return await self._jetstream.create_key_value(self._config)
        except BadRequestError:  # it is there, as an earlier version of us wanted it
            bucket = await self._jetstream.key_value(self._config.bucket)
            info = await self._jetstream.stream_info(f"KV_{self._config.bucket}")
            ttl = self._config.ttl
            await self._jetstream.update_stream(
                info.config, max_age=ttl, duplicate_window=min(ttl or 120, 120)
            )
            return bucket

    def _away(self) -> BusAway:
        self._bucket = None  # it may have lost its data: the bucket is made again then
        return BusAway()


class NatsLeases:
    """Implements `rooms.voices.ports.Leases`."""

    def __init__(self, client: Client, lease: float) -> None:
        """`lease` is after how many seconds a node that is not heard of is forgotten."""
        jetstream = client.jetstream(timeout=PATIENCE)
        self.nodes = NatsRecords(client, jetstream, _bucket(NODES, lease))
        self.rooms = NatsRecords(client, jetstream, _bucket(ROOMS, FORGOTTEN))


class NatsWire:
    """Implements `rooms.voices.ports.Wire`."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def ask(self, node: str, question: bytes, within: float) -> bytes:
        """See Wire."""
        if not self._client.is_connected:
            raise BusAway
        try:
            answer = await self._client.request(OF_VOICE.format(node=node), question, timeout=within)
        except NoRespondersError as error:
            raise NobodyThere from error
        except (NatsError, TimeoutError) as error:
            raise BusAway from error
        return answer.data

    async def answering(
        self, node: str, answer: Callable[[bytes], Awaitable[bytes]]
    ) -> Callable[[], Awaitable[None]]:
        """See Wire."""

        async def asked(message: Msg) -> None:
            payload = await answer(message.data)
            with suppress(NatsError):  # whoever asked is gone
                await message.respond(payload)

        try:
            subscription = await self._client.subscribe(OF_VOICE.format(node=node), cb=asked)
        except NatsError as error:
            raise BusAway from error

        async def stop() -> None:
            with suppress(NatsError):
                await subscription.unsubscribe()

        return stop

    async def tell(self, payload: bytes) -> None:
        """See Wire."""
        if not self._client.is_connected:
            raise BusAway
        try:
            await self._client.publish(OF_VOICES, payload)
        except NatsError as error:
            raise BusAway from error


def _bucket(name: str, ttl: float) -> KeyValueConfig:
    """Read where it is written, never from a copy that lags behind."""
    return KeyValueConfig(
        bucket=name, ttl=ttl, history=1, storage=StorageType.FILE, direct=False, max_value_size=TOO_MUCH
    )
