"""A crowded board, and what a board takes from anybody: ticks, rates, sizes."""

import asyncio
from dataclasses import replace

import pytest

from rooms.board import wire
from rooms.board.relaying import Relay
from rooms.board.update import read
from tests.board.support import QUICK, Peer, running, settle

CROWD = replace(QUICK, crowd=3, tick=0.005)


async def until(peers: list[Peer], text: str) -> None:
    async with asyncio.timeout(10):
        while {str(peer.text) for peer in peers} != {text}:
            await asyncio.gather(*(peer.socket.until(lambda p=peer: p.socket.sent) for peer in peers[:1]))
            settle(peers)


async def crowd(server, size: int) -> list[Peer]:
    peers = [Peer(f"p{n}", n + 1) for n in range(size)]
    for peer in peers:
        await peer.connect(server.boards, "r")
    settle(peers)
    return peers


async def test_in_a_crowd_everybody_sees_everything(log):
    async with running(log, CROWD) as server:
        peers = await crowd(server, 4)
        for n in range(8):
            peers[n % 4].insert(0, "x")
            peers[n % 4].push()
        await until(peers, "x" * 8)


class Ear:
    """A connection that hears."""

    def __init__(self) -> None:
        self.heard: list[wire.Message] = []

    def relay(self, frame: bytes, now: float, largest: int) -> None:
        self.heard.append(wire.parse(frame))


def test_a_tick_sends_one_update_for_many_and_the_last_presence_of_each():
    ears, ticks = [Ear(), Ear(), Ear()], []
    relay = Relay(ears, CROWD, lambda: 0.0, lambda after, tick: ticks.append((after, tick)))
    ada, bob = Peer("ada", 1), Peer("bob", 2)
    for peer in (ada, bob):
        peer.doc.observe(lambda event: relay.update(event.update, ears[0]))
        peer.insert(0, peer.person)
    for clock in (1, 2):
        relay.presence([wire.Entry(1, clock, "{}"), wire.Entry(2, clock, None)], ears[0])
    [(after, tick)] = ticks
    assert after == CROWD.tick
    assert not any(ear.heard for ear in ears)
    tick()
    for ear in ears:
        update, presence = ear.heard
        assert sorted({block.client for block in read(update.update).blocks}) == [1, 2]
        assert presence.entries == (wire.Entry(1, 2, "{}"), wire.Entry(2, 2, None))


def test_the_few_are_told_at_once_and_not_what_they_said_themselves():
    ears = [Ear(), Ear()]
    relay = Relay(ears, CROWD, lambda: 0.0, lambda after, tick: pytest.fail("there is no tick"))
    relay.update(b"\x00\x00", ears[0])
    assert [len(ear.heard) for ear in ears] == [0, 1]


async def test_whoever_sends_faster_than_anybody_works_has_to_wait_and_is_sent_away_if_they_do_not(log):
    async with running(log, replace(QUICK, burst=20, rate=1, pulse=1000)) as server:
        fast, slow = Peer("ada", 1), Peer("bob", 2)
        await fast.connect(server.boards, "r")
        await slow.connect(server.boards, "r")
        settle([fast, slow])
        for _ in range(60):
            fast.insert(0, "x")
        fast.push(20)
        assert fast.socket.held >= 1000
        assert fast.socket.closed is None
        fast.push()
        assert fast.socket.closed[0] == 1013
        slow.pull()
        slow.insert(0, "y")
        settle([slow])
        assert slow.socket.closed is None
        assert "y" in server.boards.text("school", "r")


async def test_a_socket_may_send_again_after_a_while(log):
    async with running(log, replace(QUICK, burst=10, rate=5, pulse=1000)) as server:
        ada = Peer("ada", 1)
        await ada.connect(server.boards, "r")
        settle([ada])
        for _ in range(50):
            server.boards._boards["school", "r"].pulse()
            ada.insert(0, "x")
            ada.push()
        assert ada.socket.closed is None


async def test_a_full_board_takes_no_more_and_says_so(log):
    async with running(log, replace(QUICK, document=2000)) as server:
        ada, bob = Peer("ada", 1), Peer("bob", 2)
        await ada.connect(server.boards, "r")
        await bob.connect(server.boards, "r")
        settle([ada, bob])
        for _ in range(300):
            ada.insert(0, "0123456789")
        ada.push()
        assert ada.socket.closed == (4413, "This board is full.")
        text = server.boards.text("school", "r")
        assert 1000 < len(text) < 3000
        bob.pull()
        assert str(bob.text) == text


async def test_what_is_deleted_makes_room_again(log):
    async with running(log, replace(QUICK, document=2000)) as server:
        ada = Peer("ada", 1)
        await ada.connect(server.boards, "r")
        settle([ada])
        for _ in range(100):  # more bytes come than the document ever has
            ada.insert(0, "0123456789" * 10)
            ada.delete(0, 100)
        settle([ada])
        assert ada.socket.closed is None


async def test_what_is_too_much_can_still_be_deleted_on_a_full_board(log):
    async with running(log, replace(QUICK, document=2000)) as server:
        ada, bob = Peer("ada", 1), Peer("bob", 2)
        await ada.connect(server.boards, "r")
        await bob.connect(server.boards, "r")
        settle([ada, bob])
        for _ in range(300):
            ada.insert(0, "0123456789")
        ada.push()
        bob.pull()
        bob.delete(0, 1000)
        bob.push()
        assert bob.socket.closed is None
        assert server.boards.text("school", "r") == str(bob.text)
