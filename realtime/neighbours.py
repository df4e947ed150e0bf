"""The boards of several nodes, over the bus: signals, so that any of it may be lost."""

import msgspec

from realtime.metrics import Metrics
from realtime.names import Names
from realtime.outbox import Outbox
from realtime.signals import Bus
from rooms.board.boards import Boards
from rooms.board.naming import with_names
from rooms.board.telling import FromNode, from_node

OF_ROOMS = "lyceum.*.rooms.*.sync"
OF_NODES = "lyceum.nodes.boards"


class OverTheBus:
    """Implements `rooms.board.telling.Neighbours`."""

    def __init__(self, node: str, outbox: Outbox) -> None:
        self.node = node
        self._outbox = outbox

    def of_room(self, org: str, room: str, payload: bytes) -> None:
        """See `Neighbours.of_room`."""
        self._outbox.payload(f"lyceum.{org}.rooms.{room}.sync", payload)

    def of_node(self, payload: bytes) -> None:
        """See `Neighbours.of_node`."""
        self._outbox.payload(OF_NODES, payload)


async def listen(bus: Bus, boards: Boards, metrics: Metrics, names: Names) -> None:
    """Hand on what other nodes tell, for as long as the bus is open: in order, and with the names of people,
    which are in this node's view of them and not on the bus."""

    async def of_room(org: str, room: str, payload: bytes) -> None:
        told = from_node(payload)
        if whom := boards.together.whom(org, room, told):
            told = FromNode(told.node, with_names(told.what, await names.of(org, whom)))
        boards.together.take(org, room, told)

    async def heard(subject: str, payload: bytes) -> None:
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
