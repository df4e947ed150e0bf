"""A board that is open on several nodes: seen at once, written once, by its author, whatever is lost."""

import asyncio
from contextlib import asynccontextmanager

import pytest

from adapters.envelopes import Envelopes
from adapters.nats_bus import NatsBus
from domain.rooms import BoardEdited
from realtime import neighbours
from realtime.metrics import Metrics
from realtime.names import Names
from realtime.neighbours import OverTheBus
from realtime.outbox import Outbox
from rooms.board import together, wire
from tests.board.nodes import exchange, started, written_once
from tests.board.support import Fallible, Peer, edits, running, settle


class Time:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def time(monkeypatch):
    monkeypatch.setattr(together, "ANSWERED_WITHIN", 0)  # lines deliver when told
    return Time()


async def authors(log):
    return [(run.person, run.client) for event in await edits(log, "r") for run in event.runs]


async def pair(nodes):
    """Ada on the first node, Bob on the second."""
    ada, bob = Peer("ada", 1), Peer("bob", 2)
    for peer, node in zip((ada, bob), nodes, strict=False):
        await peer.connect(node.boards, "r")
    exchange(nodes, [ada, bob])
    return ada, bob


async def test_what_is_typed_on_one_node_is_seen_on_the_other_before_it_is_written(log, time):
    async with started(log, "xy", time) as nodes:
        ada, bob = await pair(nodes)
        for node in nodes:
            node.line.cut = True
        ada.insert(0, "hello")
        bob.insert(0, "you, ")
        exchange(nodes, [ada, bob])
        assert str(ada.text) == str(bob.text)
        assert str(ada.text) in ("you, hello", "helloyou, ")
        assert await log.head() == 0
        for node in nodes:
            node.line.cut = False
            await node.saved()
        for node in nodes:
            await node.read("r")
        assert sorted(await authors(log)) == [("ada", 1), ("bob", 2)]
        assert not any(node.keeps() for node in nodes)


async def test_nothing_is_told_back(log, time):
    async with started(log, "xy", time) as nodes:
        ada, bob = await pair(nodes)
        ada.insert(0, "hello")
        ada.push()
        nodes[1].deliver()
        assert not nodes[0].lines.arrived
        assert [type(message) for message in bob.socket.messages()] == [wire.Update]
        assert not ada.socket.messages()


async def test_signals_that_are_lost_are_made_up_for_by_the_log(log, time):
    async with started(log, "xy", time) as nodes:
        ada, bob = await pair(nodes)
        ada.insert(0, "lost")
        ada.push()
        nodes[1].lose(100)
        ada.insert(4, " and found")
        exchange(nodes, [ada, bob])
        assert str(bob.text) == ""
        await nodes[0].saved()
        await nodes[1].read("r")
        exchange(nodes, [ada, bob])
        assert str(bob.text) == "lost and found"
        assert not nodes[1].keeps()
        assert await authors(log) == [("ada", 1)] * len(await authors(log))
        await written_once(log, "r")


async def test_nodes_that_cannot_hear_each_other_are_one_board_by_way_of_the_log(log, time):
    async with started(log, "xy", time) as nodes:
        for node in nodes:
            node.lines.cut = True
        ada, bob = await pair(nodes)
        for letter in "abc":
            ada.insert(0, letter)
            bob.insert(0, letter.upper())
            exchange(nodes, [ada, bob])
            for node in nodes:
                await node.saved()
        for node in nodes:
            await node.read("r")
        exchange(nodes, [ada, bob])
        assert str(ada.text) == str(bob.text)
        assert len(str(ada.text)) == 6
        await written_once(log, "r")


async def test_whoever_opens_a_board_has_what_others_have_not_written_yet_and_sees_them(log, time):
    async with started(log, "xy", time) as nodes:
        exchange(nodes, [])
        ada = Peer("ada", 1)
        await ada.connect(nodes[0].boards, "r")
        exchange(nodes, [ada])
        nodes[0].line.cut = True
        ada.insert(0, "not written yet")
        exchange(nodes, [ada])
        bob = Peer("bob", 2)
        await bob.connect(nodes[1].boards, "r")
        exchange(nodes, [ada, bob])
        assert str(bob.text) == "not written yet"
        nodes[0].line.cut = False


@pytest.mark.parametrize("names", ["xy", "xyz"])
async def test_what_a_killed_node_had_not_written_is_written_once_by_others_for_its_author(log, time, names):
    async with started(log, names, time) as nodes:
        ada, bob = await pair(nodes)
        others = [Peer("cyd", 3)] * (len(names) - 2)
        for peer in others:
            await peer.connect(nodes[2].boards, "r")
        exchange(nodes, [ada, bob, *others])
        nodes[0].line.cut = True
        ada.insert(0, "nobody else brings this")
        exchange(nodes, [ada, bob, *others])
        nodes[0].lines.cut = True
        ada.disconnect()
        time.now += 4
        for node in nodes[1:]:
            node.pulse()
        await asyncio.gather(*(node.saved() for node in nodes[1:]))
        assert await authors(log) == [("ada", 1)]
        for node in nodes[1:]:
            await node.read("r")
            assert not node.keeps()


async def test_what_clients_bring_to_two_nodes_at_once_is_written_once(log, time):
    ada, bob = Peer("ada", 1), Peer("bob", 2)
    ada.insert(0, "from a server that was killed")
    bob.doc.apply_update(ada.doc.get_update())
    async with started(log, "xy", time) as nodes:
        for peer, node in zip((ada, bob), nodes, strict=True):
            await peer.connect(node.boards, "r")
            settle([peer])
        await asyncio.gather(*(node.saved() for node in nodes))
        exchange(nodes, [ada, bob])
        await written_once(log, "r")
        assert len(await authors(log)) == 1


def present(peer):
    """Who the client was told of, and their clocks; None for those who went."""
    told = {}
    for message in peer.socket.messages():
        if isinstance(message, wire.Presence):
            told |= {entry.client: (entry.clock, entry.state) for entry in message.entries}
    return told


async def test_who_is_here_on_any_node_is_told_on_all(log, time):
    async with started(log, "xy", time) as nodes:
        ada, bob = await pair(nodes)
        late = Peer("cyd", 3)
        await late.connect(nodes[1].boards, "r")
        assert present(late) == {1: (0, ada.presence()), 2: (0, bob.presence())}
        ada.clock = 1
        ada.outgoing.append(wire.presence([wire.Entry(1, 1, ada.presence())]))
        ada.push()
        nodes[1].deliver()
        assert present(late) == {1: (1, ada.presence())}
        ada.disconnect()
        nodes[1].deliver()
        assert present(late) == {1: (2, None)}


async def test_who_was_on_a_node_that_is_gone_is_told_as_gone(log, time):
    async with started(log, "xy", time) as nodes:
        _, bob = await pair(nodes)
        bob.socket.messages()
        nodes[0].lines.cut = True
        for _ in range(3):
            time.now += 2
            nodes[1].pulse()
        assert present(bob) == {1: (1, None)}


async def test_whoever_moves_to_another_node_stays_present(log, time):
    async with started(log, "xy", time) as nodes:
        ada, bob = await pair(nodes)
        ada.clock = 7
        old, ada.connection = ada.connection, None
        await ada.connect(nodes[1].boards, "r")
        exchange(nodes, [ada, bob])
        bob.socket.sent.clear()
        old.closed()  # the old socket is noticed late
        exchange(nodes, [])
        time.now += 2
        for node in nodes:
            node.pulse()
        exchange(nodes, [])
        assert (1, None) not in [(client, state) for client, (_, state) in present(bob).items()]
        ada.disconnect()
        assert present(bob) == {1: (8, None)}


async def test_nobody_writes_in_the_name_of_somebody_who_is_on_another_node(log, time):
    async with started(log, "xy", time) as nodes:
        ada, bob = await pair(nodes)
        ada.insert(0, "mine")
        exchange(nodes, [ada, bob])
        eve = Peer("eve", 1)
        await eve.connect(nodes[1].boards, "r")
        exchange(nodes, [eve])
        eve.insert(0, "hers")
        eve.push()
        assert eve.socket.closed[0] == 4403
        assert nodes[0].boards.text("school", "r") == nodes[1].boards.text("school", "r") == "mine"


ENVELOPES = Envelopes("what they share")


async def nobody(org, persons):
    """No names are known."""
    return {}


@asynccontextmanager
async def on_the_bus(log, url, name):
    """Boards as the wiring joins them to others: on a real bus, and following the log."""

    async def follow():
        async for batch in log.follow(await log.head()):
            for recorded in batch:
                if isinstance(event := recorded.event, BoardEdited):
                    boards.recorded(recorded.org, event.room, recorded.position, event.runs)

    async with NatsBus.opened(url) as bus:
        outbox = Outbox(bus)
        line = Fallible(log)
        async with (
            running(line, neighbours=OverTheBus(name, outbox, ENVELOPES)) as server,
            asyncio.TaskGroup() as group,
        ):
            boards = server.boards
            await neighbours.listen(bus, boards, Metrics(), Names(nobody, lambda: 0.0), ENVELOPES)
            tasks = [group.create_task(part()) for part in (outbox.run, follow)]
            yield server, line
            for task in tasks:
                task.cancel()


async def test_two_nodes_on_a_real_bus_are_one_board(log, nats_url):
    async with on_the_bus(log, nats_url, "x") as (here, line), on_the_bus(log, nats_url, "y") as (there, _):
        ada, bob = Peer("ada", 1), Peer("bob", 2)
        await ada.connect(here.boards, "r")
        await bob.connect(there.boards, "r")
        line.cut = True
        ada.insert(0, "over the bus")
        async with asyncio.timeout(5):
            while str(bob.text) != "over the bus":
                ada.push()
                ada.pull()
                bob.push()
                bob.pull()
                bob.socket.arrived.clear()
                if bob.quiet() and str(bob.text) != "over the bus":
                    await bob.socket.arrived.wait()
        assert await log.head() == 0
        line.cut = False
        await here.saved()
        await here.boards.together.ask(here.boards._board("school", "r"))
        assert await authors(log) == [("ada", 1)]
