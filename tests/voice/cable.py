"""A UDP cable between one client and the engine, that can be cut, and remembers what the client sent."""

import asyncio


class _End(asyncio.DatagramProtocol):
    def __init__(self, received) -> None:
        self._received = received
        self.closed = asyncio.Event()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._received(data, addr)

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed.set()


class Cable:
    """`port` is where the client must send to."""

    def __init__(self, engine_port: int) -> None:
        self.sent: list[bytes] = []
        self.drop_next_from_engine = self.drop_next_from_client = 0
        """Datagrams of the handshake that are lost."""
        self.loses_from_client = self.loses_from_engine = lambda data: False
        """Told of each packet of sound: whether it is lost."""
        self._engine = ("127.0.0.1", engine_port)
        self._client: tuple[str, int] | None = None
        self._cut = False

    async def __aenter__(self) -> "Cable":
        loop = asyncio.get_running_loop()
        self._near, near = await loop.create_datagram_endpoint(
            lambda: _End(self._from_client), local_addr=("127.0.0.1", 0)
        )
        self._far, far = await loop.create_datagram_endpoint(
            lambda: _End(self._from_engine), local_addr=("127.0.0.1", 0)
        )
        self._ends = (near, far)
        self.port = self._near.get_extra_info("sockname")[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._near.close()
        self._far.close()
        for end in self._ends:
            await end.closed.wait()

    def cut(self) -> None:
        """From now on nothing passes, in either direction."""
        self._cut = True

    def to_engine(self, data: bytes) -> None:
        """Sends something as if the client had."""
        self._far.sendto(data, self._engine)

    def rtp(self) -> list[bytes]:
        """The protected RTP packets that the client has sent so far."""
        return [data for data in self.sent if _is_rtp(data)]

    def _from_client(self, data: bytes, addr: tuple[str, int]) -> None:
        self._client = addr
        if self._cut or (_is_rtp(data) and self.loses_from_client(data)):
            return
        if self.drop_next_from_client and 20 <= data[0] < 64:
            self.drop_next_from_client -= 1
            return
        self.sent.append(data)
        self._far.sendto(data, self._engine)

    def _from_engine(self, data: bytes, _: tuple[str, int]) -> None:
        if self._cut or self._client is None:
            return
        if self.drop_next_from_engine and 20 <= data[0] < 64:
            self.drop_next_from_engine -= 1
            return
        if not (_is_rtp(data) and self.loses_from_engine(data)):
            self._near.sendto(data, self._client)


def _is_rtp(data: bytes) -> bool:
    return 128 <= data[0] < 192 and not 192 <= data[1] < 224
