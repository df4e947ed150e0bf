"""Who is here: seen at once, kept alive, gone with the socket, never impersonated."""

from rooms.board import wire
from rooms.board.awareness import Awareness
from rooms.board.limits import Limits
from rooms.board.wire import Entry
from tests.board.support import Peer, Socket, running, settle


def heard(socket):
    return [entry for m in socket.messages() if isinstance(m, wire.Presence) for entry in m.entries]


async def seat(server, person, **how):
    socket = Socket()
    return socket, await server.boards.open("school", "r", socket, person, writes=True, **how)


async def test_presence_is_passed_on_to_the_others(log):
    async with running(log) as server:
        ada, at_ada = await seat(server, "ada")
        bob, _ = await seat(server, "bob")
        at_ada.receive(wire.presence([Entry(1, 1, "{}")]))
        assert heard(bob) == [Entry(1, 1, "{}")]
        assert Entry(1, 1, "{}") not in heard(ada)


async def test_whoever_is_gone_is_told_as_gone_with_the_next_clock(log):
    async with running(log) as server:
        _, at_ada = await seat(server, "ada")
        bob, _ = await seat(server, "bob")
        at_ada.receive(wire.presence([Entry(1, 4, "{}")]))
        heard(bob)
        at_ada.closed()
        assert heard(bob) == [Entry(1, 5, None)]


async def test_what_is_repeated_of_others_changes_nothing(log):
    async with running(log) as server:
        ada, at_ada = await seat(server, "ada")
        bob, at_bob = await seat(server, "bob")
        at_ada.receive(wire.presence([Entry(1, 1, "{}")]))
        heard(ada), heard(bob)
        at_bob.receive(wire.presence([Entry(2, 1, "{}"), Entry(1, 7, '{"x":1}'), Entry(1, 7, None)]))
        assert {entry.client for entry in heard(ada)} == {2}
        assert bob.closed is None


async def test_whoever_asks_is_told_who_is_here(log):
    async with running(log) as server:
        _, at_ada = await seat(server, "ada")
        bob, at_bob = await seat(server, "bob")
        at_ada.receive(wire.presence([Entry(1, 1, "{}")]))
        heard(bob)
        at_bob.receive(b"\x03")
        assert heard(bob) == [Entry(1, 1, "{}")]


async def test_whoever_comes_back_is_made_to_speak_with_a_clock_that_others_believe(log):
    async with running(log) as server:
        _, first = await seat(server, "ada")
        first.receive(wire.presence([Entry(1, 4, "{}")]))
        bob, _ = await seat(server, "bob")
        first.closed()
        ada, second = await seat(server, "ada")
        heard(ada), heard(bob)
        second.receive(wire.presence([Entry(1, 4, "{}")]))
        assert Entry(1, 5, None) in heard(ada)
        second.receive(wire.presence([Entry(1, 6, "{}")]))
        assert heard(bob) == [Entry(1, 6, "{}")]


async def test_an_old_socket_that_dies_late_takes_nobody_with_it(log):
    async with running(log) as server:
        _, first = await seat(server, "ada")
        first.receive(wire.presence([Entry(1, 4, "{}")]))
        bob, _ = await seat(server, "bob")
        _, second = await seat(server, "ada")
        second.receive(wire.presence([Entry(1, 4, "{}")]))
        heard(bob)
        first.closed()
        assert heard(bob) == []
        second.closed()
        assert heard(bob) == [Entry(1, 5, None)]


def test_the_gone_are_remembered_within_a_limit_and_the_present_without():
    awareness = Awareness(remembered=5)
    for client in range(20):
        awareness.accept(Entry(client, 1, "{}"))
        if client >= 3:
            awareness.leave([client])
    assert {entry.client for entry in awareness.present()} == {0, 1, 2}
    assert len(awareness.known()) == 5


async def test_a_silent_board_sends_something_before_the_clients_give_up(log):
    now = [0.0]
    async with running(log, Limits(pulse=0.005), now=lambda: now[0]) as server:
        ada, _ = await seat(server, "ada")
        ada.sent.clear()
        ada.arrived.clear()
        now[0] = 21
        await ada.until(lambda: ada.sent)
        assert list(ada.sent) == [wire.presence(())]


async def test_a_slow_reader_is_left_out_and_brought_up_to_date_with_one_difference(log):
    async with running(log, Limits(pending=100, pulse=0.005)) as server:
        ada, slow = Peer("ada", 1), Peer("bob", 2)
        for peer in (ada, slow):
            await peer.connect(server.boards, "r")
        settle([ada, slow])
        slow.socket.backlog = 101
        for number in range(50):
            ada.insert(0, f"line {number}\n")
            settle([ada])
        assert len(slow.socket.sent) == 1
        slow.socket.arrived.clear()
        slow.socket.backlog = 10
        await slow.socket.until(lambda: len(slow.socket.sent) == 3)
        settle([ada, slow])
        assert str(slow.text) == str(ada.text)
        assert slow.socket.closed is None


async def test_a_reader_that_never_catches_up_is_closed_and_may_come_back(log):
    now = [0.0]
    async with running(log, Limits(pending=100, pulse=0.005), now=lambda: now[0]) as server:
        ada, slow = Peer("ada", 1), Peer("bob", 2)
        for peer in (ada, slow):
            await peer.connect(server.boards, "r")
        settle([ada, slow])
        slow.socket.backlog = 101
        ada.insert(0, "x")
        settle([ada])
        slow.socket.arrived.clear()
        now[0] = 16
        await slow.socket.until(lambda: slow.socket.closed)
        assert slow.socket.closed[0] == 1013
        assert ada.socket.closed is None
