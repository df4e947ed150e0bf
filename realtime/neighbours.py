"""The boards of several nodes, over the bus: signals, so that any of it may be lost; closed, so that nobody
on the bus reads what people write, or writes in their name."""

from typing import Protocol

import msgspec

from realtime.metrics import Metrics
from realtime.names import Names
from realtime.outbox import Outbox
from realtime.signals import Bus
from rooms.board.boards import Boards
from rooms.board.crossing import with_names
from rooms.board.telling import FromNode, from_node

OF_ROOMS = "lyceum.*.rooms.*.sync"
OF_NODES = "lyceum.nodes.boards"


class Envelopes(Protocol):
    """What the nodes close and open with what they alone share: `adapters/envelopes.py`."""

    def close(self, subject: str, plain: bytes) -> bytes:
        """Closed, to be sent under this subject."""
        ...

    def open(self, subject: str, closed: bytes) -> bytes | None:
        """What came under this subject; None if no node has closed it so."""
        ...


class OverTheBus:
    """Implements `rooms.board.telling.Neighbours`."""

    def __init__(self, node: str, outbox: Outbox, envelopes: Envelopes) -> None:
        self.node = node
        self._envelopes = envelopes
        self._outbox = outbox

    def of_room(self, org: str, room: str, payload: bytes) -> None:
        """See `Neighbours.of_room`."""
        self._tell(f"lyceum.{org}.rooms.{room}.sync", payload)

    def of_node(self, payload: bytes) -> None:
        """See `Neighbours.of_node`."""
        self._tell(OF_NODES, payload)

    def _tell(self, subject: str, payload: bytes) -> None:
        self._outbox.payload(subject, self._envelopes.close(subject, payload))


async def listen(bus: Bus, boards: Boards, metrics: Metrics, names: Names, envelopes: Envelopes) -> None:
    """Hand on what other nodes tell, for as long as the bus is open: in order, and with the names of people,
    which are in this node's view of them and not on the bus."""

    async def of_room(org: str, room: str, payload: bytes) -> None:
        told = from_node(payload)
        if whom := boards.together.whom(org, room, told):
            told = FromNode(told.node, with_names(told.what, await names.of(org, whom)))
        boards.together.take(org, room, told)

    async def heard(subject: str, closed: bytes) -> None:
        payload = envelopes.open(subject, closed)
        if payload is None:
            metrics.refused("bus", "closed-by-nobody-here")
            return
        try:
            match subject.split("."):
                case ["lyceum", org, "rooms", room, "sync"]:
                    await of_room(org, room, payload)
                case _:
                    boards.together.heard_of_node(payload)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            metrics.refused("bus", "undecodable-signal")

    await bus.listen(OF_ROOMS, heard)
    await bus.listen(OF_NODES, heard)
