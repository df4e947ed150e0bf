"""The Hocuspocus protocol: one socket, many boards."""

import asyncio
from functools import partial

from realtime.house import House
from realtime.sockets.desk import Desk, Start, TooManyDocuments
from realtime.sockets.door import entered
from realtime.sockets.renewing import renewed
from realtime.sockets.seat import Seat
from realtime.sockets.session import Arrival
from rooms.board import hocuspocus
from rooms.board.closing import Closing
from rooms.board.transport import Transport

PATH = "/hocuspocus"
TIMED_OUT = 4408


class HocuspocusSession:
    """Implements `realtime.sockets.session.Session`: hands each message to the document that it is for."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._seats: dict[bytes, Seat] = {}
        self._over = False
        self._deadline: asyncio.TimerHandle | None = None
        self._look()

    def receive(self, data: bytes) -> None:
        """See `Session.receive`."""
        if self._over or data == hocuspocus.PONG:
            return
        if data == hocuspocus.PING:
            self._desk.requested()
            self._desk.carrier.send(hocuspocus.PONG)
            return
        try:
            address, body = hocuspocus.split(data)
            self._receive(address, body)
        except Closing as why:
            self._desk.refused(why.code)
            self._desk.carrier.close(why.code, why.reason)
            self.closed()

    def closed(self) -> None:
        """See `Session.closed`."""
        self._over = True
        for seat in self._seats.values():
            seat.leave()
        self._seats.clear()
        if self._deadline is not None:
            self._deadline.cancel()

    def _receive(self, address: bytes, body: bytes) -> None:
        try:
            seat = self._seats.get(address) or self._seated(address)
        except TooManyDocuments as why:
            self._desk.refused(why.code)
            self._desk.carrier.send(address + hocuspocus.denied(why.reason))
            return
        seat.receive(body)

    def _seated(self, address: bytes) -> Seat:
        """A seat of its own for another document. What is closed makes room for it."""
        if len(self._seats) >= self._desk.patience.documents:
            self._seats = {at: seat for at, seat in self._seats.items() if seat.busy}
            if len(self._seats) >= self._desk.patience.documents:
                raise TooManyDocuments
        seat = self._seats[address] = Seat(self._desk, address, self._look)
        return seat

    def _look(self) -> None:
        """A document was opened or closed: a socket without any is not kept for ever."""
        if self._over or any(seat.busy for seat in self._seats.values()):
            if self._deadline is not None:
                self._deadline.cancel()
                self._deadline = None
        elif self._deadline is None:
            loop = asyncio.get_running_loop()
            why = (TIMED_OUT, "No document was opened on this connection for too long.")
            self._deadline = loop.call_later(self._desk.patience.idle, self._desk.carrier.close, *why)


def opened(house: House, arrival: Arrival, transport: Transport, start: Start) -> HocuspocusSession:
    """A socket that may have any board that its tokens open. `start` is of a group that outlives it."""
    return HocuspocusSession(
        Desk(
            carrier=transport,
            token=arrival.token,
            enter=partial(entered, house),
            renew=partial(renewed, house),
            start=start,
            refused=lambda code: house.metrics.refused("board", str(code)),
        )
    )
