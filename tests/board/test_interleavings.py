"""Whatever happens in whatever order, in the end all copies are equal, and equal to the log."""

import asyncio
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.postgres_log import PostgresLog
from domain.events import Query, about
from domain.rooms import BoardEdited
from rooms.past.room import RoomHistory
from rooms.past.then import Known
from tests.board.support import Fallible, Moves, Peer, Running, settle

who = st.integers(0, 2)
place = st.integers(0, 40)
some = st.integers(1, 4)
words = st.text(st.sampled_from("abc é😀\n"), min_size=1, max_size=4)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("write"), who, place, words),
        st.tuples(st.just("say"), who, place, words),
        st.tuples(st.just("say"), who, place, words),
        st.tuples(st.just("delete"), who, place, some),
        st.tuples(st.just("push"), who, some),
        st.tuples(st.just("pull"), who, some),
        st.tuples(st.just("join"), who),
        st.tuples(st.just("drop"), who),
        st.tuples(st.just("stall"), who),
        st.tuples(st.just("stall"), who),
        st.tuples(st.just("read"), who),
        st.tuples(st.just("garbage"), who),
        st.tuples(st.just("save")),
        st.tuples(st.just("stop")),
        st.tuples(st.just("kill")),
    ),
    min_size=15,
    max_size=60,
)


class Story(Moves):
    """Three people at one board, a network that delivers when told, and a server that comes and goes."""

    def __init__(self, log, room, group):
        self.log, self.room, self.group = log, room, group
        self.peers = [Peer(person, client) for client, person in enumerate(("ada", "bob", "cyd"), 1)]

    async def start(self):
        self.line = Fallible(self.log)
        self.server = Running(self.line)
        self.task = self.group.create_task(self.server.boards.run())
        await asyncio.sleep(0)

    async def end(self, *, killed):
        """A clean stop writes everything; after a kill, what the log has not got is gone."""
        self.line.cut = killed
        self.task.cancel()
        await asyncio.wait([self.task])
        for peer in self.peers:
            peer.disconnect()

    async def do(self, step):
        match step:
            case ("save",):
                await self.server.saved()
            case ("stop" | "kill" as how,):
                online = [peer for peer in self.peers if peer.connection]
                await self.end(killed=how == "kill")
                await self.start()
                for peer in online:
                    await self.join(peer)
            case ("join", at):
                await self.join(self.peers[at])
            case (name, at, *how):
                getattr(self, name)(self.peers[at], *how)

    async def join(self, peer):
        if peer.connection is None:
            await peer.connect(self.server.boards, self.room)

    def stall(self, peer):
        if peer.socket:
            peer.socket.backlog = self.server.boards._limits.pending + 1

    def read(self, peer):
        if peer.socket:
            peer.socket.backlog = 0

    def garbage(self, peer):
        if peer.connection is not None:
            peer.connection.receive(b"\x00\x02\x03abc")
            assert peer.socket.closed[0] == 4400
            assert not peer.connection.open
            peer.disconnect()

    async def finish(self):
        for peer in self.peers:
            self.read(peer)
            await self.join(peer)
            assert peer.socket.closed is None
        async with asyncio.timeout(10):
            while any(p.connection.behind is not None for p in self.peers):  # noqa: ASYNC110 - read from outside
                await asyncio.sleep(0.005)
        settle(self.peers)
        for peer in self.peers:
            assert peer.socket.closed is None
        await self.server.saved()


async def told(log, room, steps, kind=Story):
    async with asyncio.TaskGroup() as group:
        story = kind(log, room, group)
        await story.start()
        for number, step in enumerate(steps):
            if number < len(story.peers):
                await story.join(story.peers[number])
            await story.do(step)
        await story.finish()
        texts = {str(peer.text) for peer in story.peers} | {story.server.boards.text("school", room)}
        await story.end(killed=True)
        for peer in story.peers:
            peer.forget()
    then = RoomHistory(room)
    async for batch in log.read(Query((about(f"room:{room}", BoardEdited),)), org="school"):
        for recorded in batch:
            then.apply(recorded)
    answer = then.answer(then.moment(), Known())
    assert texts == {answer.board.text}
    assert sum(author.characters for author in answer.authors) == len(answer.board.text)
    assert {author.person for author in answer.authors} <= {"ada", "bob", "cyd"}


def test_any_order_of_edits_joins_drops_stalls_and_kills_ends_with_all_equal_to_the_log(postgres_url):
    numbers = count()
    with asyncio.Runner() as runner:
        opened = PostgresLog.opened(postgres_url)
        log = runner.run(opened.__aenter__())

        @settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
        @given(steps)
        def all_end_equal(steps):
            runner.run(told(log, f"room-{next(numbers)}", steps))

        try:
            all_end_equal()
        finally:
            runner.run(opened.__aexit__(None, None, None))
