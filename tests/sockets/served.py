"""Lean sockets on a real server, served by sessions of the tests."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from websockets.asyncio.client import ClientConnection, connect

from infra.serving import Server, listening
from realtime.house import House
from realtime.metrics import Metrics
from realtime.sockets.keeper import Sockets
from realtime.sockets.openings import Opening
from realtime.sockets.session import Refusal

PATIENCE = 10
LARGEST = 64 * 1024
REQUEST = {
    "Host": "localhost",
    "Upgrade": "websocket",
    "Connection": "keep-alive, Upgrade",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
}


@dataclass
class Outside:
    """The part of a house that sockets themselves need."""

    metrics: Metrics = field(default_factory=Metrics)

    def refused(self, boundary: str, reason: str) -> float:
        """How much was counted."""
        found = self.metrics.registry.get_sample_value(
            "lyceum_refused_total", {"boundary": boundary, "reason": reason}
        )
        return found or 0.0


class Told:
    """Something that happens, and can be waited for."""

    def __init__(self) -> None:
        self._changed = asyncio.Event()

    def tell(self) -> None:
        self._changed.set()

    async def until(self, done) -> None:
        async with asyncio.timeout(PATIENCE):
            while not done():
                self._changed.clear()
                await self._changed.wait()


class Echo(Told):
    """A session that sends back what it gets, `times` times over."""

    def __init__(self, transport, times: int = 1) -> None:
        super().__init__()
        self.transport = transport
        self.times = times
        self.received: list[bytes] = []
        self.over = 0
        self.highest = 0

    def receive(self, data: bytes) -> None:
        if data.startswith(b"fail"):
            raise ValueError(data)
        self.received.append(data)
        self.transport.send(data * self.times)
        self.highest = max(self.highest, self.transport.pending())
        self.tell()

    def closed(self) -> None:
        self.over += 1
        self.tell()


class Running:
    """Sockets that are served, and their sessions."""

    def __init__(self, tick: float) -> None:
        self.house = Outside()
        self.sessions: list[Echo] = []
        self.arrived = Told()
        self.gate = asyncio.Event()
        openings: Mapping[str, Opening] = {
            "/echo": self._echo,
            "/many/": self._many,
            "/refused": self._refused,
            "/late": self._late,
            "/broken": self._broken,
        }
        house = cast("House", self.house)
        self.sockets = Sockets(house, largest=LARGEST, openings=openings, tick=tick)
        self.server = Server(_nothing, self.sockets.socket)
        self.port = 0
        self.keeping: asyncio.Task[None]

    async def _echo(self, house, arrival, transport, start, times: int = 1) -> Echo:
        session = Echo(transport, times)
        self.sessions.append(session)
        self.arrived.tell()
        return session

    async def _many(self, house, arrival, transport, start) -> Echo:
        return await self._echo(house, arrival, transport, start, int(arrival.path.rpartition("/")[2]))

    async def _refused(self, house, arrival, transport, start) -> Echo:
        raise Refusal(4403, f"No entry for {arrival.token}.")

    async def _late(self, house, arrival, transport, start) -> Echo:
        self.arrived.tell()
        transport.send(b"welcome")
        await self.gate.wait()
        return await self._echo(house, arrival, transport, start)

    async def _broken(self, house, arrival, transport, start) -> Echo:
        raise ValueError(arrival.token)

    def connect(self, path: str = "/echo", **options: Any) -> connect:
        """A well-behaved client."""
        options = {"compression": None, "max_size": None, "ping_interval": None, **options}
        return connect(f"ws://127.0.0.1:{self.port}{path}", **options)

    async def session(self, times: int = 1) -> Echo:
        """The session that answers so many times over, as soon as it is there."""
        await self.arrived.until(lambda: any(session.times == times for session in self.sessions))
        return next(session for session in self.sessions if session.times == times)

    @asynccontextmanager
    async def connected(self, *, receives: int = 0) -> AsyncIterator["Raw"]:
        """A bare connection. `receives` is how many bytes the system takes in for it, about."""
        one = socket.socket()
        if receives:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receives)
        one.setblocking(False)
        await asyncio.get_running_loop().sock_connect(one, ("127.0.0.1", self.port))
        try:
            yield Raw(one)
        finally:
            one.close()

    @asynccontextmanager
    async def raw(self, path: str = "/echo", **options: int) -> AsyncIterator["Raw"]:
        """A client that has shaken hands, and does what a test says."""
        async with self.connected(**options) as raw:
            await raw.send(request(path))
            assert (await raw.until(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 Switching Protocols\r\n")
            yield raw

    async def ticks(self, count: int) -> None:
        """Wait until the clock of the sockets has gone on so far."""
        goal = self.sockets.now + count
        await until(lambda: self.sockets.now >= goal)


class Raw:
    """A bare TCP connection."""

    def __init__(self, one: socket.socket) -> None:
        self.socket = one
        self.buffer = b""
        self._loop = asyncio.get_running_loop()

    async def send(self, data: bytes) -> None:
        await self._loop.sock_sendall(self.socket, data)

    async def receive(self, most: int = 1 << 16) -> bytes:
        """Some bytes; none when the other side has hung up, or cut us off."""
        async with asyncio.timeout(PATIENCE):
            try:
                return await self._loop.sock_recv(self.socket, most)
            except ConnectionResetError:
                return b""

    def reset(self) -> None:
        """Vanish without a word."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    async def until(self, end: bytes) -> bytes:
        """All that comes up to and with `end`."""
        while end not in self.buffer:
            more = await self.receive()
            assert more, f"hung up after {self.buffer[-200:]!r}"
            self.buffer += more
        got, self.buffer = self.buffer.split(end, 1)
        return got + end

    async def exactly(self, size: int) -> bytes:
        """The next so many bytes."""
        pieces = [self.buffer]
        missing = size - len(self.buffer)
        while missing:
            pieces.append(await self.receive(min(missing, 1 << 16)))
            assert pieces[-1], f"hung up, and {missing} are missing"
            missing -= len(pieces[-1])
        self.buffer = b""
        return b"".join(pieces)

    async def rest(self) -> bytes:
        """All that comes until the other side hangs up."""
        while more := await self.receive():
            self.buffer += more
        return self.buffer


def request(path: str, method: str = "GET", **fields: str | None) -> bytes:
    """An opening handshake; a field that is None is left out."""
    named = {name.replace("_", "-"): value for name, value in fields.items()}
    lines = "".join(
        f"{name}: {value}\r\n" for name, value in {**REQUEST, **named}.items() if value is not None
    )
    return f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode()


async def _nothing(scope, receive, send) -> None:
    """An application without routes."""
    await send({"type": "http.response.start", "status": 404, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@asynccontextmanager
async def served(tick: float = 1.0, *, sends: int = 0) -> AsyncIterator[Running]:
    """Sockets and the server, for the block; then stopped as the wiring stops them.

    `sends` is how many bytes the system takes for each socket before the loop has to wait, about.
    """
    running = Running(tick)
    async with asyncio.TaskGroup() as group:
        running.keeping = group.create_task(running.sockets.run())
        listener = listening("127.0.0.1", 0)
        if sends:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, sends)
        running.port = listener.getsockname()[1]
        serving = group.create_task(running.server.serve([listener]))
        await running.server.ready.wait()
        try:
            yield running
        finally:
            running.server.should_exit = True
            await serving
            running.keeping.cancel()


async def until(done: Callable[[], bool]) -> None:
    """Wait for what nobody tells of."""
    async with asyncio.timeout(PATIENCE):
        while not done():  # noqa: ASYNC110
            await asyncio.sleep(0)


async def closed(client: ClientConnection) -> tuple[int | None, str | None]:
    """Wait until the other side has closed: its code and reason."""
    async with asyncio.timeout(PATIENCE):
        await client.wait_closed()
    return client.close_code, client.close_reason
