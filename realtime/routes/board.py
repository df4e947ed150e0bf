"""Boards over a plain WebSocket route: where any ASGI server carries the messages."""

import asyncio
from collections import deque
from collections.abc import Awaitable
from typing import Any

from litestar import WebSocket, websocket
from litestar.exceptions import WebSocketDisconnect
from litestar.params import FromPath

from realtime.access import token_of
from realtime.house import House
from realtime.sockets import hocuspocus, yjs
from realtime.sockets.frames import NOT_TAKEN, TOO_LARGE
from realtime.sockets.lean import HIGH, ONLY_BINARY
from realtime.sockets.openings import OPENINGS, Opening
from realtime.sockets.session import Arrival, Refusal, Session


class SocketTransport:
    """Implements `rooms.board.transport.Transport`: what is sent waits here for the socket to take it."""

    def __init__(self, socket: WebSocket[Any, Any, Any]) -> None:
        self._socket = socket
        self._waiting: deque[bytes] = deque()
        self._size = 0
        self._some = asyncio.Event()
        self._taken = asyncio.Event()
        self._taken.set()
        self._rest = 0.0
        self._closing: tuple[int, str] | None = None

    def send(self, data: bytes) -> None:
        """See `Transport.send`."""
        if self._closing is None:
            self._waiting.append(data)
            self._size += len(data)
            self._some.set()
            if self._size > HIGH:
                self._taken.clear()

    def close(self, code: int, reason: str) -> None:
        """See `Transport.close`."""
        self._closing = self._closing or (code, reason)
        self._some.set()

    def hold(self, seconds: float) -> None:
        """See `Transport.hold`."""
        self._rest = max(self._rest, seconds)

    def pending(self) -> int:
        """See `Transport.pending`."""
        return self._size

    async def drained(self) -> None:
        """Wait until the client reads: else there would be no end to what it can ask for."""
        if self._rest:
            await asyncio.sleep(self._rest)
            self._rest = 0.0
        await self._taken.wait()

    async def write(self) -> None:
        """Write what is sent until the socket is to be closed, then close it."""
        while True:
            await self._some.wait()
            self._some.clear()
            while self._waiting:
                data = self._waiting.popleft()
                await self._socket.send_bytes(data)
                self._size -= len(data)
                if self._size <= HIGH:
                    self._taken.set()
            if self._closing is not None:
                code, reason = self._closing
                await self._socket.close(code, reason)
                return


@websocket("/boards/{room:str}")
async def board(socket: WebSocket[Any, Any, Any], room: FromPath[str]) -> None:
    """One client at one board."""
    await _carry(socket, yjs.PREFIX + room, OPENINGS[yjs.PREFIX])


@websocket(hocuspocus.PATH)
async def boards(socket: WebSocket[Any, Any, Any]) -> None:
    """One client at any number of boards."""
    await _carry(socket, hocuspocus.PATH, OPENINGS[hocuspocus.PATH])


async def _carry(socket: WebSocket[Any, Any, Any], path: str, opening: Opening) -> None:
    """What is refused is refused after the upgrade, where browsers see why."""
    house: House = socket.app.state.house
    token = token_of(socket.headers.get("authorization"), socket.query_params.get("token"))
    await socket.accept()
    transport = SocketTransport(socket)
    try:
        async with asyncio.TaskGroup() as group:
            opened = opening(house, Arrival(path, token), transport, group.create_task)
            reading = group.create_task(_serve(house, socket, transport, opened))
            await transport.write()
            reading.cancel()
    except* (WebSocketDisconnect, OSError) as gone:  # the board has been told
        if any(getattr(error, "code", None) == TOO_LARGE for error in gone.exceptions):
            house.metrics.refused("board", str(TOO_LARGE))


async def _serve(
    house: House,
    socket: WebSocket[Any, Any, Any],
    transport: SocketTransport,
    opened: Awaitable[Session],
) -> None:
    try:
        session = await opened
    except Refusal as refusal:
        transport.close(refusal.code, refusal.reason)
        return
    try:
        while (data := await _binary(socket)) is not None:
            session.receive(data)
            await transport.drained()
        house.metrics.refused("board", str(NOT_TAKEN))
        transport.close(NOT_TAKEN, ONLY_BINARY)
    finally:
        session.closed()


async def _binary(socket: WebSocket[Any, Any, Any]) -> bytes | None:
    """The next message, None if it is a text. Raises `WebSocketDisconnect`."""
    event: Any = await socket.receive()
    if event["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(detail="gone", code=event["code"])
    return event.get("bytes")
