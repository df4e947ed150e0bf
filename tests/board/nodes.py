"""One board on several nodes: nodes, and lines between them that deliver when told."""

import asyncio
from collections import deque
from contextlib import asynccontextmanager

from domain.rooms import BoardEdited
from rooms.board.boards import Boards
from rooms.board.loading import edits_of
from rooms.board.update import read
from tests.board.support import NOON, QUICK, Fallible, edits, settle


class Lines:
    """Implements `Neighbours` for one node: what it tells waits at each of the others to be delivered."""

    def __init__(self, node, nodes):
        self.node = node
        self.nodes = nodes
        self.arrived = deque()
        self.cut = False

    def of_room(self, org, room, payload):
        self._tell(lambda boards: boards.together.heard_of_room(org, room, payload))

    def of_node(self, payload):
        self._tell(lambda boards: boards.together.heard_of_node(payload))

    def _tell(self, heard):
        for other in self.nodes:
            if other.lines is not self and not (self.cut or other.lines.cut):
                other.lines.arrived.append(heard)


class Node:
    """Boards on one node of several, with a line to the log."""

    def __init__(self, name, log, nodes, now):
        self.log = log
        self.line = Fallible(log)
        self.lines = Lines(name, nodes)
        self.boards = Boards(self.line, clock=lambda: NOON, limits=QUICK, now=now)
        self.boards.meet(self.lines)
        self.position = 0

    def deliver(self, most=1_000_000):
        """Hear some of what the others told."""
        while self.lines.arrived and most:
            most -= 1
            self.lines.arrived.popleft()(self.boards)

    def lose(self, most):
        """Never hear some of what the others told."""
        while self.lines.arrived and most:
            most -= 1
            self.lines.arrived.popleft()

    async def read(self, room):
        """Follow the log to its end, as the feed does."""
        async for batch in self.log.read(edits_of(room), after=self.position, org="school"):
            for recorded in batch:
                if isinstance(recorded.event, BoardEdited):
                    self.boards.recorded("school", room, recorded.position, recorded.event.runs)
                self.position = recorded.position

    def pulse(self):
        """Look after the others, and after what they did not write."""
        self.boards.together.pulse()
        for board in self.boards._boards.values():
            board.sharing.pulse()

    def unload(self):
        """Let go of the boards that nobody needs, as if memory were short."""
        for board in [each for each in self.boards._boards.values() if each.is_unused()]:
            self.boards._let_go(board)

    def keeps(self):
        """Whether anything waits to be written, here or by another node."""
        return self.boards.unsaved or any(b.sharing.keeps() for b in self.boards._boards.values())

    async def saved(self):
        """Wait until the log has all that this node took."""
        async with asyncio.timeout(10):
            while self.boards.unsaved:  # noqa: ASYNC110 - another node may have written it, and tells nobody
                await asyncio.sleep(0.001)


def exchange(nodes, peers):
    """Deliver everything between the nodes, and between them and these clients."""
    settle(peers)
    while any(node.lines.arrived for node in nodes):
        for node in nodes:
            node.deliver()
        settle(peers)


async def written_once(log, room, org="school", *, overlaps=False):
    """No clock of any client is on record twice; or, if `overlaps`, no run that says nothing new."""
    known = set()
    for event in await edits(log, room, org):
        for run in event.runs:
            clocks = set()
            for block in read(run.update).blocks:
                clocks |= {(block.client, clock) for clock in range(block.clock, block.clock + block.length)}
            assert not clocks or (clocks - known if overlaps else not clocks & known)
            known |= clocks


@asynccontextmanager
async def started(log, names, now):
    """Nodes that run; their lines deliver by hand."""
    async with asyncio.TaskGroup() as group:
        nodes = []
        nodes += [Node(name, log, nodes, now) for name in names]
        tasks = [group.create_task(node.boards.run()) for node in nodes]
        await asyncio.sleep(0)
        try:
            yield nodes
        finally:
            for task in tasks:
                task.cancel()
