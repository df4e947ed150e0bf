"""Boards over a plain WebSocket route: where any ASGI server carries the messages."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from litestar import WebSocket, websocket
from litestar.exceptions import WebSocketDisconnect
from litestar.params import FromPath

from realtime.access import token_of
from realtime.house import House
from realtime.sockets import hocuspocus, yjs
from realtime.sockets.session import Arrival, Refusal, Session

TOO_BIG = 1009
"""The server closes the socket by itself when a message is too large."""


class SocketTransport:
    """Implements `rooms.board.transport.Transport`: what is sent waits here for the socket to take it."""

    def __init__(self, socket: WebSocket[Any, Any, Any]) -> None:
        self._socket = socket
        self._waiting: deque[bytes] = deque()
        self._size = 0
        self._some = asyncio.Event()
        self._closing: tuple[int, str] | None = None

    def send(self, data: bytes) -> None:
        """See `Transport.send`."""
        if self._closing is None:
            self._waiting.append(data)
            self._size += len(data)
            self._some.set()

    def close(self, code: int, reason: str) -> None:
        """See `Transport.close`."""
        self._closing = self._closing or (code, reason)
        self._some.set()

    def pending(self) -> int:
        """See `Transport.pending`."""
        return self._size

    async def write(self) -> None:
        """Write what is sent until the socket is to be closed, then close it."""
        while True:
            await self._some.wait()
            self._some.clear()
            while self._waiting:
                data = self._waiting.popleft()
                await self._socket.send_bytes(data)
                self._size -= len(data)
            if self._closing is not None:
                code, reason = self._closing
                await self._socket.close(code, reason)
                return


Opened = Callable[[House, Arrival, SocketTransport, asyncio.TaskGroup], Awaitable[Session]]


@websocket("/boards/{room:str}")
async def board(socket: WebSocket[Any, Any, Any], room: FromPath[str]) -> None:
    """One client at one board."""
    await _carry(socket, yjs.PREFIX + room, _yjs)


@websocket(hocuspocus.PATH)
async def boards(socket: WebSocket[Any, Any, Any]) -> None:
    """One client at any number of boards."""
    await _carry(socket, hocuspocus.PATH, _hocuspocus)


async def _yjs(
    house: House, arrival: Arrival, transport: SocketTransport, group: asyncio.TaskGroup
) -> Session:
    return await yjs.opened(house, arrival, transport)


async def _hocuspocus(
    house: House, arrival: Arrival, transport: SocketTransport, group: asyncio.TaskGroup
) -> Session:
    return hocuspocus.opened(house, arrival, transport, group.create_task)


async def _carry(socket: WebSocket[Any, Any, Any], path: str, opened: Opened) -> None:
    """What is refused is refused after the upgrade, where browsers see why."""
    house: House = socket.app.state.house
    token = token_of(socket.headers.get("authorization"), socket.query_params.get("token"))
    await socket.accept()
    transport = SocketTransport(socket)
    try:
        async with asyncio.TaskGroup() as group:
            opening = partial(opened, house, Arrival(path, token), transport, group)
            reading = group.create_task(_serve(socket, transport, opening))
            await transport.write()
            reading.cancel()
    except* (WebSocketDisconnect, OSError) as gone:  # the board has been told
        if any(getattr(error, "code", None) == TOO_BIG for error in gone.exceptions):
            house.metrics.refused("board", str(TOO_BIG))


async def _serve(
    socket: WebSocket[Any, Any, Any], transport: SocketTransport, opening: Callable[[], Awaitable[Session]]
) -> None:
    try:
        session = await opening()
    except Refusal as refusal:
        transport.close(refusal.code, refusal.reason)
        return
    try:
        while True:
            session.receive(await socket.receive_data("binary"))
    finally:
        session.closed()
