"""A board that is open on two nodes, over NATS: what clients tell each other, and who they are."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace

import nats
import pytest

from adapters.envelopes import Envelopes
from adapters.nats_bus import NatsBus
from infra.keeping import kept
from realtime import neighbours
from realtime.names import Names
from realtime.neighbours import OverTheBus
from realtime.outbox import Outbox
from realtime.sockets.desk import Patience
from rooms.board import hocuspocus, wire
from rooms.board.telling import MOST_SAID, FromNode, Said, encode
from tests.board.support import QUICK
from tests.hocuspocus.served import School, school
from tests.hocuspocus.support import Hall, Line, hall, insertion

MOST = 3
HURRIED = Patience(stateless_rate=50)
SUBJECT = "lyceum.main.rooms.r.sync"
ENVELOPES = Envelopes("what they share")


ADA = '{"user":{"person":"ada","name":"Ada Lovelace","color":"#1f6feb"},"part":"text"}'


async def known(org: str, persons: Sequence[str]) -> dict[str, str]:
    return {person: "Ada of the view" for person in persons if (org, person) == ("main", "ada")}


@dataclass
class Node:
    here: School
    sockets: Hall

    async def knows(self, *others: str) -> None:
        """Waits until its board is known to be open on these nodes as well."""
        board = self.here.running.boards._boards["main", "r"]
        async with asyncio.timeout(10):
            while set(board.sharing.neighbours) != set(others):  # noqa: ASYNC110 - nobody is told
                await asyncio.sleep(0.01)


@asynccontextmanager
async def node(log, nats_url, name: str, *, again: bool) -> AsyncIterator[Node]:
    async with AsyncExitStack() as stack:
        bus = await stack.enter_async_context(NatsBus.opened(nats_url))
        outbox = Outbox(bus)
        await stack.enter_async_context(kept({"outbox": outbox.run}))
        here = await stack.enter_async_context(school(log, replace(QUICK, said=MOST), again=again))
        here.running.boards.meet(OverTheBus(name, outbox, ENVELOPES))
        await neighbours.listen(
            bus, here.running.boards, here.house.metrics, Names(known, time.monotonic), ENVELOPES
        )
        yield Node(here, await stack.enter_async_context(hall(here)))


@pytest.fixture
async def nodes(log, nats_url) -> AsyncIterator[tuple[Node, Node]]:
    async with (
        node(log, nats_url, "one", again=False) as one,
        node(log, nats_url, "two", again=True) as two,
    ):
        yield one, two


async def test_a_stateless_message_reaches_each_on_both_nodes_once_and_not_its_sender(nodes):
    one, two = nodes
    ada, cem, ben = one.sockets.line(), one.sockets.line(), two.sockets.line()
    for line, at, person in ((ada, one, "ada"), (cem, one, "cem"), (ben, two, "ben")):
        await line.welcome("r", at.here.token(person))
    await one.knows("two")
    ada.say("r", hocuspocus.stateless("dinner"), wire.update(insertion("ready")))
    for line in (cem, ben):
        told = await line.until("r", wire.update(insertion("ready")))
        assert told == [hocuspocus.stateless("dinner")]
    ben.say("r", hocuspocus.stateless("where?"))
    for line in (ada, cem):
        while (heard := await line.hear("r")) != hocuspocus.stateless("where?"):
            assert heard[0] != hocuspocus.STATELESS
    assert not ben.carrier.sent


async def test_no_more_stateless_messages_come_from_other_nodes_than_may(nodes, nats_url):
    one, two = nodes
    ada, ben = one.sockets.line(HURRIED), two.sockets.line()
    await ada.welcome("r", one.here.token("ada"))
    await ben.welcome("r", two.here.token("ben"))
    await one.knows("two")
    stranger = await nats.connect(nats_url)
    await stranger.publish(SUBJECT, encode(FromNode("one", Said("in another's name"))))
    long = encode(FromNode("one", Said("x" * (MOST_SAID + 1))))
    await stranger.publish(SUBJECT, ENVELOPES.close(SUBJECT, long))
    await stranger.close()
    async with asyncio.timeout(10):
        while b"undecodable-signal" not in two.here.house.metrics.text():  # noqa: ASYNC110 - nobody is told
            await asyncio.sleep(0.01)
    assert b"closed-by-nobody-here" in two.here.house.metrics.text()
    ada.say("r", *[hocuspocus.stateless("x")] * 20, wire.update(insertion("work")))
    told = await ben.until("r", wire.update(insertion("work")))
    assert told == [hocuspocus.stateless("x")] * MOST


async def seen(line: Line) -> str:
    """The state in which this client sees the one of ada."""
    while True:
        message = wire.parse(await line.hear("r"))
        if isinstance(message, wire.Presence):
            for entry in message.entries:
                if entry.client == 7 and entry.state is not None:
                    return entry.state


async def test_no_name_goes_over_the_bus_and_each_node_shows_the_names_that_it_knows(nodes, nats_url):
    one, two = nodes
    told: list[bytes] = []
    opened: list[bytes] = []
    stranger = await nats.connect(nats_url)

    async def heard(message) -> None:
        told.append(message.data)
        opened.append(ENVELOPES.open(message.subject, message.data) or b"")

    await stranger.subscribe(">", cb=heard)
    await stranger.flush()
    ada, cem, ben = one.sockets.line(), one.sockets.line(), two.sockets.line()
    for line, at, person in ((ada, one, "ada"), (cem, one, "cem"), (ben, two, "ben")):
        await line.welcome("r", at.here.token(person))
    await one.knows("two")
    ada.say("r", wire.presence([wire.Entry(7, 1, ADA)]))
    assert await seen(cem) == ADA
    assert await seen(ben) == ADA.replace("Ada Lovelace", "Ada of the view")
    late = two.sockets.line()
    await late.welcome("r", two.here.token("cem"))
    two.here.running.boards._boards["main", "r"].sharing.ask()
    ada.say("r", wire.presence([wire.Entry(7, 2, ADA)]), wire.update(insertion("end")))
    await ben.until("r", wire.update(insertion("end")))
    await stranger.flush()
    await stranger.close()
    assert sum(b"1f6feb" in each for each in opened) >= 2
    assert [each for each in opened if b"end" in each]
    assert not [each for each in opened if b"Ada" in each]
    assert not [each for each in told if b"1f6feb" in each or b"Ada" in each or b"end" in each]
