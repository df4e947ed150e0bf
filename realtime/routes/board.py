"""The board's socket: a plain WebSocket route as the transport of a room's document."""

import asyncio
from collections import deque
from typing import Any

from litestar import WebSocket, websocket
from litestar.exceptions import WebSocketDisconnect
from litestar.params import FromPath

from domain.errors import Forbidden, LogUnavailable, Refused, Unknown
from realtime.access import token_of
from realtime.house import House
from realtime.watching import must_watch
from rooms.board.closing import Closing

OVERLOADED = 1013


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


@websocket("/boards/{room:str}")
async def board(socket: WebSocket[Any, Any, Any], room: FromPath[str]) -> None:
    """One client at one board. What is refused is refused after the upgrade, where browsers see why."""
    house: House = socket.app.state.house
    await socket.accept()
    transport = SocketTransport(socket)
    try:
        async with asyncio.TaskGroup() as group:
            reading = group.create_task(_serve(house, socket, transport, room))
            await transport.write()
            reading.cancel()
    except* WebSocketDisconnect:
        pass


async def _serve(
    house: House, socket: WebSocket[Any, Any, Any], transport: SocketTransport, room: str
) -> None:
    try:
        token = token_of(socket.headers.get("authorization"), socket.query_params.get("token"))
        access = house.tokens.read(token)
        found = await must_watch(house, access, room)
        writes = found.member and not found.closed and access.role != "auditor"
        connection = await house.boards.open(access.org, room, transport, access.sub, writes=writes)
    except Refused as refusal:
        house.metrics.refused("board", refusal.code)
        transport.close(_code(refusal), str(refusal))
        return
    except Closing as closing:
        transport.close(closing.code, str(closing))
        return
    except LogUnavailable:
        transport.close(OVERLOADED, "The log is not available right now.")
        return
    try:
        while True:
            connection.receive(await socket.receive_data("binary"))
    finally:
        connection.closed()


def _code(refusal: Refused) -> int:
    """The close code: 44xx is final for the client."""
    match refusal:
        case Unknown():
            return 4404
        case Forbidden():
            return 4403
        case _:
            return 4401 if refusal.status == 401 else 4400
