"""Whatever happens on several nodes, all copies end equal to the log, which has each edit once."""

import asyncio
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.postgres_log import PostgresLog
from domain.events import Context
from domain.rooms import BoardEdited
from rooms.board import together
from rooms.board.document import restored
from rooms.past.board import BoardPast
from rooms.past.restoring import back_to, drafted, without
from tests.board.nodes import Node, written_once
from tests.board.support import NOON, Moves, Peer, edits, settle

who = st.integers(0, 2)
where = st.integers(0, 1)
place = st.integers(0, 40)
some = st.integers(1, 4)
words = st.text(st.sampled_from("abc é😀\n"), min_size=1, max_size=4)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("write"), who, place, words),
        st.tuples(st.just("say"), who, place, words),
        st.tuples(st.just("say"), who, place, words),
        st.tuples(st.just("say"), who, place, words),
        st.tuples(st.just("delete"), who, place, some),
        st.tuples(st.just("push"), who, some),
        st.tuples(st.just("pull"), who, some),
        st.tuples(st.just("join"), who, where),
        st.tuples(st.just("drop"), who),
        st.tuples(st.just("deliver"), where, some),
        st.tuples(st.just("deliver"), where, st.just(100)),
        st.tuples(st.just("lose"), where, some),
        st.tuples(st.just("cut"), where),
        st.tuples(st.just("read"), where),
        st.tuples(st.just("save"), where),
        st.tuples(st.just("wait"), where),
        st.tuples(st.just("back"), who, place, st.sampled_from(("whole", "undo"))),
        st.tuples(st.just("unload"), where),
        st.tuples(st.just("restart"), where),
    ),
    min_size=15,
    max_size=60,
)

OF_NODES = ("join", "deliver", "lose", "back", "save", "read", "wait", "cut", "unload", "restart")
"""Steps of nodes, not of pages."""


class Story(Moves):
    """Three people at one board on two nodes, with networks that deliver when told."""

    def __init__(self, log, room, group):
        self.log, self.room, self.group = log, room, group
        self.time = 0.0
        self.names = count()
        self.nodes, self.tasks = [], []
        self.peers = [Peer(person, client) for client, person in enumerate(("ada", "bob", "cyd"), 1)]
        self.at = {}

    async def start(self, at):
        node = Node(f"node-{next(self.names)}", self.log, self.nodes, lambda: self.time)
        task = self.group.create_task(node.boards.run())
        self.nodes[at : at + 1] = [node]
        self.tasks[at : at + 1] = [task]
        node.position = await self.log.head()
        await asyncio.sleep(0)

    async def kill(self, at):
        self.nodes[at].line.cut = self.nodes[at].lines.cut = True
        self.tasks[at].cancel()
        await asyncio.wait([self.tasks[at]])
        for peer in self.peers:
            if self.at.get(peer) == at:
                peer.disconnect()

    async def do(self, step):
        name, *how = step
        if name in OF_NODES:
            await getattr(self, name)(*how)
        else:
            who, *how = how
            getattr(self, name)(self.peers[who], *how)

    async def restart(self, at):
        await self.kill(at)
        await self.start(at)

    async def save(self, at):
        await self.nodes[at].saved()

    async def read(self, at):
        await self.nodes[at].read(self.room)

    async def wait(self, at):
        self.time += 2
        self.nodes[at].pulse()

    async def cut(self, at):
        self.nodes[at].lines.cut = not self.nodes[at].lines.cut

    async def unload(self, at):
        self.nodes[at].unload()

    async def back(self, who, at, how):
        """Somebody has the board go back to what it was, or takes out what the next one did since then."""
        recorded = await edits(self.log, self.room)
        past = BoardPast()
        for position, event in enumerate(recorded, 1):
            past.fold(event.runs, position)
        then, person = at % (len(recorded) + 1), self.peers[who].person
        other = self.peers[(who + 1) % len(self.peers)].person
        goal = back_to(past, then) if how == "whole" else without(past, other, then)
        runs = drafted(past, goal, f"back {next(self.names)}", person, ("text",))
        half = len(runs) // 2
        events = [
            BoardEdited(room=self.room, runs=tuple(each)) for each in (runs[:half], runs[half:]) if each
        ]
        await self.log.append(events, Context(org="school", actor=person, role="student", at=NOON))

    async def deliver(self, at, most):
        self.nodes[at].deliver(most)

    async def lose(self, at, most):
        self.nodes[at].lose(most)

    async def join(self, who, at):
        peer = self.peers[who]
        if peer.connection is not None and not peer.connection.open:
            peer.disconnect()
        if peer.connection is None:
            await peer.connect(self.nodes[at].boards, self.room)
            self.at[peer] = at

    async def finish(self):
        """Everything is delivered, and everybody is here: some of them had to try again."""
        for node in self.nodes:
            node.lines.cut = False
        async with asyncio.timeout(20):
            while not await self.settled():
                self.time += 2

    async def settled(self):
        for number, peer in enumerate(self.peers):
            await self.join(number, self.at.get(peer, number % 2))
        for node in self.nodes:
            node.pulse()
        for _ in range(3):
            settle([peer for peer in self.peers if peer.connection.open])
            for node in self.nodes:
                node.deliver()
        for node in self.nodes:
            await node.saved()
        for node in self.nodes:
            await node.read(self.room)
        quiet = all(peer.connection.open and peer.quiet() for peer in self.peers)
        return quiet and not any(node.lines.arrived or node.keeps() for node in self.nodes)


async def told(log, room, steps):
    async with asyncio.TaskGroup() as group:
        story = Story(log, room, group)
        for at in range(2):
            await story.start(at)
        for number, step in enumerate(steps):
            if number < len(story.peers):
                await story.join(number, number % 2)
            await story.do(step)
        await story.finish()
        texts = {str(peer.text) for peer in story.peers}
        texts |= {node.boards.text("school", room) for node in story.nodes} - {None}
        for at in range(2):
            await story.kill(at)
        for peer in story.peers:
            peer.forget()
    recorded = await edits(log, room)
    assert texts == {restored([run for event in recorded for run in event.runs]).text()}
    assert {run.person for event in recorded for run in event.runs} <= {"ada", "bob", "cyd"}
    await written_once(log, room, overlaps=True)


def test_any_order_of_edits_moves_losses_and_kills_ends_with_all_equal_to_the_log(postgres_url, monkeypatch):
    monkeypatch.setattr(together, "ANSWERED_WITHIN", 0)
    numbers = count()
    with asyncio.Runner() as runner:
        opened = PostgresLog.opened(postgres_url)
        log = runner.run(opened.__aenter__())

        @settings(
            max_examples=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(steps)
        def all_end_equal(steps):
            runner.run(told(log, f"room-{next(numbers)}", steps))

        try:
            all_end_equal()
        finally:
            runner.run(opened.__aexit__(None, None, None))
