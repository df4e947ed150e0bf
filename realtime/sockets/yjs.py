"""The y-websocket protocol: one socket, one board."""

from realtime.house import House
from realtime.sockets.door import Entered, entered
from realtime.sockets.session import Arrival
from rooms.board.transport import Transport

PREFIX = "/boards/"


class YjsSession:
    """Implements `realtime.sockets.session.Session`: every message is the board's."""

    def __init__(self, entered: Entered) -> None:
        self._entered = entered
        self.receive = entered.connection.receive

    def closed(self) -> None:
        """See `Session.closed`."""
        self._entered.leave()


async def opened(house: House, arrival: Arrival, transport: Transport) -> YjsSession:
    """Somebody at the board that the path names. Raises `Refusal`."""
    room = arrival.path.removeprefix(PREFIX)
    return YjsSession(await entered(house, arrival.token, room, transport))
