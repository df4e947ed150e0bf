"""The board's socket: a plain WebSocket route as the transport of a room's document."""

import asyncio
import re
from collections import deque
from typing import Any

from litestar import WebSocket, websocket
from litestar.exceptions import WebSocketDisconnect
from litestar.params import FromPath

from domain.errors import Forbidden, LogUnavailable, Refused, Unknown
from domain.identity import ID_PATTERN
from domain.rooms import NotInTheRoom, UnknownRoom
from projections.participation import PARTICIPATION, Participation
from realtime.access import Access, TokenExpired, token_of
from realtime.house import House
from realtime.watching import Standing, looking, must_watch
from rooms.board.closing import Closing
from rooms.board.connection import Connection

TOO_BIG = 1009
"""The server closes the socket by itself when a message is too large."""
OVERLOADED = 1013
UNKNOWN_TOKEN = 4401


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
    except* (WebSocketDisconnect, OSError) as gone:  # the board has been told
        if any(getattr(error, "code", None) == TOO_BIG for error in gone.exceptions):
            house.metrics.refused("board", str(TOO_BIG))


async def _serve(
    house: House, socket: WebSocket[Any, Any, Any], transport: SocketTransport, room: str
) -> None:
    try:
        access, connection = await _enter(house, socket, transport, room)
    except Refused as refusal:
        house.metrics.refused("board", refusal.code)
        transport.close(_code(refusal), str(refusal))
        return
    except Closing as closing:
        transport.close(closing.code, closing.reason)
        return
    except LogUnavailable:
        transport.close(OVERLOADED, "The log is not available right now.")
        return
    left = access.exp - house.clock().timestamp()
    expiry = asyncio.get_running_loop().call_later(left, transport.close, UNKNOWN_TOKEN, str(TokenExpired()))
    try:
        while True:
            connection.receive(await socket.receive_data("binary"))
    finally:
        expiry.cancel()
        connection.closed()


async def _enter(
    house: House, socket: WebSocket[Any, Any, Any], transport: SocketTransport, room: str
) -> tuple[Access, Connection]:
    token = token_of(socket.headers.get("authorization"), socket.query_params.get("token"))
    access = house.tokens.read(token)
    if not re.match(ID_PATTERN, room):
        raise UnknownRoom
    found = await must_watch(house, access, room)
    await _tell_of_reading(house, access, room, found)
    writes = _may_write(access, found)
    connection = await house.boards.open(access.org, room, transport, access.sub, writes=writes)
    try:
        # Whoever left while the board was loading was not there yet to be shown out.
        if _may_write(access, await must_watch(house, access, room)) != writes:
            raise NotInTheRoom
    except BaseException:
        connection.closed()
        raise
    return access, connection


async def _tell_of_reading(house: House, access: Access, room: str, found: Standing) -> None:
    """Whoever was ever in the room may have written on its board."""
    reading = looking(house, access, room, found, "board")
    if reading.recorded:
        state = await house.views.get(PARTICIPATION, access.org, room) or Participation()
        await reading.of([*state.people, *found.members])


def _may_write(access: Access, found: Standing) -> bool:
    return found.member and not found.closed and access.role != "auditor"


def _code(refusal: Refused) -> int:
    """The close code: 44xx is final for the client."""
    match refusal:
        case Unknown():
            return 4404
        case Forbidden():
            return 4403
        case _:
            return UNKNOWN_TOKEN if refusal.status == 401 else 4400
