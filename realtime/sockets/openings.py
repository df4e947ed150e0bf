"""What serves a path, whatever carries its messages."""

from collections.abc import Awaitable, Callable, Mapping

from realtime.house import House
from realtime.sockets import hocuspocus, yjs
from realtime.sockets.desk import Start
from realtime.sockets.session import Arrival, Session
from rooms.board.transport import Transport

Opening = Callable[[House, Arrival, Transport, Start], Awaitable[Session]]
"""Lets somebody in, or raises `Refusal`."""


async def _board(house: House, arrival: Arrival, transport: Transport, _: Start) -> Session:
    return await yjs.opened(house, arrival, transport)


async def _boards(house: House, arrival: Arrival, transport: Transport, start: Start) -> Session:
    return hocuspocus.opened(house, arrival, transport, start)


OPENINGS: Mapping[str, Opening] = {yjs.PREFIX: _board, hocuspocus.PATH: _boards}
"""By path; one that ends with a slash takes one more part."""
