"""Boards behind real WebSockets, without the rest of the house: `/boards/<room>?token=<person>[:read]`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from domain.log import EventLog
from rooms.board.boards import Boards
from rooms.board.closing import Closing
from tests.board.support import QUICK, Running, running


class Queued:
    """A transport over a WebSocket library that sends asynchronously."""

    def __init__(self, socket: ServerConnection) -> None:
        self._socket = socket
        self._queue: asyncio.Queue[bytes | tuple[int, str]] = asyncio.Queue()
        self._size = 0

    def send(self, data: bytes) -> None:
        self._size += len(data)
        self._queue.put_nowait(data)

    def close(self, code: int, reason: str) -> None:
        self._queue.put_nowait((code, reason))

    def hold(self, seconds: float) -> None:
        """What these tests send is little."""

    def pending(self) -> int:
        return self._size

    async def write(self) -> None:
        """Send what is queued, until the socket closes."""
        try:
            while not isinstance(data := await self._queue.get(), tuple):
                await self._socket.send(data)
                self._size -= len(data)
            await self._socket.close(*data)
        except ConnectionClosed:
            return


async def _serve_one(boards: Boards, socket: ServerConnection) -> None:
    url = urlsplit(socket.request.path)
    person, _, right = parse_qs(url.query)["token"][0].partition(":")
    transport = Queued(socket)
    try:
        room = url.path.rpartition("/")[2]
        connection = await boards.open("school", room, transport, person, writes=right != "read")
    except Closing as why:
        await socket.close(why.code, why.reason)
        return
    async with asyncio.TaskGroup() as group:
        writing = group.create_task(transport.write())
        try:
            async for data in socket:
                connection.receive(data)
        except ConnectionClosed:
            pass
        finally:
            connection.closed()
            writing.cancel()


@asynccontextmanager
async def served(log: EventLog, port: int = 0) -> AsyncIterator[tuple[Running, str, int]]:
    """The boards, their URL and their port, for the block; then stopped as the wiring stops them."""
    async with running(log, QUICK) as server:

        async def handle(socket: ServerConnection) -> None:
            await _serve_one(server.boards, socket)

        async with serve(handle, "127.0.0.1", port, compression=None, max_size=2**22) as listening:
            port = listening.sockets[0].getsockname()[1]
            yield server, f"ws://127.0.0.1:{port}/boards", port
