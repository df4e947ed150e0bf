"""The nodes: which are there, and what they tell this one of its boards."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from rooms.board.board import Board
from rooms.board.crossing import bare, nameless
from rooms.board.telling import (
    Alive,
    Asked,
    FromNode,
    Neighbours,
    OfNode,
    Telling,
    Told,
    encode,
    from_node,
    of_node,
)

BEAT = 1.0
"""Seconds after which a node says again that it is there."""
GONE_AFTER = 3.5
"""Seconds after which a node that was not heard of is taken for gone."""
ANSWERED_WITHIN = 0.25
"""Seconds that a board waits at most, when it is opened, for what other nodes have of it."""

Place = tuple[str, str]
"""Organisation and room."""


@dataclass
class _Asking:
    """A question, and who has not answered it yet."""

    awaited: set[str]
    done: asyncio.Event = field(default_factory=asyncio.Event)

    def answered(self, node: str) -> None:
        self.awaited.discard(node)
        if not self.awaited:
            self.done.set()


class Together:
    """This node among the others. `boards` are those that are open here."""

    def __init__(
        self, neighbours: Neighbours, boards: Mapping[Place, Board], now: Callable[[], float]
    ) -> None:
        self._node = neighbours.node
        self._neighbours = neighbours
        self._boards = boards
        self._now = now
        self._others: dict[str, float] = {}
        self._asking: dict[Place, _Asking] = {}
        self._last_beat = 0.0

    def start(self) -> None:
        """Tell the others that this node is there now."""
        self._beat(Alive(fresh=True))

    def stop(self) -> None:
        """Tell the others that it is there no longer."""
        self._beat(Alive(going=True))

    def pulse(self) -> None:
        """Say that this node is there; notice who is not."""
        if self._now() - self._last_beat >= BEAT:
            self._beat(Alive())
        for node, heard in tuple(self._others.items()):
            if self._now() - heard > GONE_AFTER:
                self._lose(node)

    def tell(self, board: Board, what: Telling) -> None:
        """Tell the others something of a board, and of who is there no more than they need."""
        self._tell((board.org, board.room), bare(what))

    async def ask(self, board: Board) -> None:
        """Ask the others what they have of a board, and wait for it, but not for long."""
        place = (board.org, board.room)
        asking = self._asking[place] = _Asking(set(self._others))
        board.sharing.ask()
        try:
            async with asyncio.timeout(ANSWERED_WITHIN if asking.awaited else 0):
                await asking.done.wait()
        except TimeoutError:
            return  # what comes later is merged then
        finally:
            del self._asking[place]

    def closed(self, board: Board) -> None:
        """The board is open here no longer."""
        if board.sharing.neighbours:
            self.tell(board, Told(open=False))

    def heard_of_room(self, org: str, room: str, payload: bytes) -> None:
        """Something of a room, without the names of those who are there. Raises `msgspec.MsgspecError`."""
        self.take(org, room, from_node(payload))

    def whom(self, org: str, room: str, told: FromNode) -> set[str]:
        """Those whose names are to be known before `take`: they are seen here, and come without names."""
        if told.node == self._node or (org, room) not in self._boards:
            return set()
        return nameless(told.what)

    def take(self, org: str, room: str, told: FromNode) -> None:
        """Something that another node tells of a room."""
        if told.node == self._node:
            return
        self._others[told.node] = self._now()
        place = (org, room)
        board = self._boards.get(place)
        if board is not None:
            board.sharing.heard(told.node, told.what)
        elif isinstance(told.what, Asked):
            self._tell(place, Told(open=False))
        if place in self._asking and isinstance(told.what, Told):
            self._asking[place].answered(told.node)

    def heard_of_node(self, payload: bytes) -> None:
        """Something of a node. Raises `msgspec.MsgspecError`."""
        told = of_node(payload)
        if told.node == self._node:
            return
        if told.what.going:
            self._lose(told.node)
            return
        returned = told.node not in self._others and not told.what.fresh
        self._others[told.node] = self._now()
        if told.what.fresh:
            self._beat(Alive())
        elif returned:
            for board in self._boards.values():
                board.sharing.ask()

    def _lose(self, node: str) -> None:
        self._others.pop(node, None)
        for board in self._boards.values():
            board.sharing.lost(node)
        for asking in self._asking.values():
            asking.answered(node)

    def _beat(self, alive: Alive) -> None:
        self._last_beat = self._now()
        self._neighbours.of_node(encode(OfNode(self._node, alive)))

    def _tell(self, place: Place, what: Telling) -> None:
        self._neighbours.of_room(*place, encode(FromNode(self._node, what)))
