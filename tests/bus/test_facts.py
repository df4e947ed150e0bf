"""Facts reach whoever asks for them, in order, at least once; what is no fact stops nobody."""

import asyncio
from contextlib import aclosing, suppress

import pytest
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError

from adapters import nats_bus
from adapters.nats_bus import WINDOW, BusUnavailable, NatsBus
from domain.events import type_of
from domain.rooms import BoardEdited, MessageSent, Run
from tests.bus.given import PATIENCE, fact, facts, positions, stored, stranger, taken
from tests.log.given import joined, left, said


async def test_facts_come_in_order_and_as_they_were_recorded(bus: NatsBus):
    published = [fact(1, joined()), fact(2, said("m1")), fact(3, left(), org="other")]
    await bus.publish_facts(published)
    assert await taken(bus, "reader", 3) == published


async def test_many_facts_at_once_come_in_order(bus: NatsBus):
    published = facts(*range(1, 2 * WINDOW + 50))
    await bus.publish_facts(published)
    assert await taken(bus, "reader", published[-1].position) == published


async def test_a_fact_comes_while_somebody_waits_for_it(bus: NatsBus):
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(taken(bus, "reader", 2))
        await bus.publish_facts(facts(1))
        await bus.publish_facts(facts(2))
    assert positions(waiting.result()) == [1, 2]


async def test_each_consumer_has_a_place_of_its_own_and_goes_on_from_there(bus: NatsBus):
    await bus.publish_facts(facts(1, 2, 3))
    assert positions(await taken(bus, "one", 2)) == [1, 2]
    assert positions(await taken(bus, "other", 3)) == [1, 2, 3]
    assert positions(await taken(bus, "one", 3)) == [3]


async def test_what_was_acknowledged_never_comes_again_and_what_was_not_does(bus: NatsBus, monkeypatch):
    monkeypatch.setattr(nats_bus, "REDELIVERED_AFTER", 0.2)
    await bus.publish_facts(facts(1, 2, 3))
    async with aclosing(bus.facts("reader")) as coming:
        for _ in range(2):
            await (await anext(coming)).ack()
        assert (await anext(coming)).recorded.position == 3
    assert positions(await taken(bus, "reader", 3)) == [3]
    await bus.publish_facts(facts(4))
    assert positions(await taken(bus, "reader", 4)) == [4]


async def test_only_the_types_that_were_asked_for_come(bus: NatsBus):
    await bus.publish_facts([fact(1, joined()), fact(2, said("m1")), fact(3, left()), fact(4, said("m2"))])
    assert positions(await taken(bus, "reader", 4, types=[type_of(MessageSent)])) == [2, 4]


async def test_repeats_are_dropped_by_the_bus(bus: NatsBus, nats_url: str):
    await bus.publish_facts(facts(1, 2, 3))
    await bus.publish_facts(facts(2, 3, 4))
    assert positions(await stored(nats_url)) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "garbage", [b"", b"garbage", b"\xff\xfe", b"{}", b'{"position": 1}', b"[" * 10_000], ids=repr
)
async def test_what_is_no_fact_is_counted_and_the_stream_goes_on(
    bus, nats_url, refused, garbage, monkeypatch
):
    monkeypatch.setattr(nats_bus, "REDELIVERED_AFTER", 0.1)
    await bus.publish_facts(facts(1))
    async with stranger(nats_url) as jetstream:
        await jetstream.publish("lyceum.school.facts.room.message-sent.v1", garbage)
    await bus.publish_facts(facts(2))
    assert positions(await taken(bus, "reader", 2)) == [1, 2]
    await asyncio.sleep(0.2)  # it would come again by now
    await bus.publish_facts(facts(3))
    assert positions(await taken(bus, "reader", 3)) == [3]
    assert refused == ["undecodable-fact"]


async def test_a_fact_that_the_bus_cannot_carry_is_counted_and_the_others_go_on(bus, nats_url, refused):
    huge = BoardEdited(room="algebra", runs=(Run(person="ada", client=1, update=bytes(4_000_000)),))
    nearly = BoardEdited(room="algebra", runs=(Run(person="ada", client=1, update=bytes(3_145_500)),))
    await bus.publish_facts([fact(1), fact(2, huge), fact(3, nearly), fact(4)])
    assert positions(await stored(nats_url)) == [1, 4]
    assert refused == ["fact-too-large"] * 2
    assert bus.connected


async def test_the_bus_says_how_far_its_facts_go(bus: NatsBus, nats_url: str):
    assert await bus.reached() == 0
    await bus.publish_facts(facts(1, 2, 7))
    assert await bus.reached() == 7
    async with stranger(nats_url) as jetstream:
        await jetstream.publish("lyceum.school.facts.room.message-sent.v1", b"not one of ours")
        assert await bus.reached() is None
        await jetstream.delete_msg("FACTS", 4)
        assert await bus.reached() is None
        await jetstream.delete_stream("FACTS")
        assert await bus.reached() == 0


async def test_a_bus_without_its_streams_says_so_in_time(bus: NatsBus, nats_url: str):
    async with stranger(nats_url) as jetstream:
        await jetstream.delete_stream("FACTS")
    with pytest.raises((NatsError, TimeoutError)):
        await bus.publish_facts(facts(*range(1, 100)))
    await asyncio.sleep(0)  # the client tidies up
    assert bus._jetstream.publish_async_pending() == 0


async def test_turns_of_speech_are_heard_and_kept(bus, nats_url):
    heard: asyncio.Queue[tuple[str, bytes]] = asyncio.Queue()

    async def hear(subject: str, payload: bytes) -> None:
        heard.put_nowait((subject, payload))

    await bus.listen("lyceum.*.rooms.*.voice", hear)
    await bus.publish_voice("school", "algebra", b"one")
    assert await heard.get() == ("lyceum.school.rooms.algebra.voice", b"one")
    async with stranger(nats_url) as jetstream:
        assert await keeps(jetstream, b"one")
        await jetstream.delete_stream("VOICE")
        await bus.reached()
        await bus.publish_voice("school", "algebra", b"two")
        assert (await heard.get())[1] == b"two"
        assert await keeps(jetstream, b"two")


async def keeps(jetstream: JetStreamContext, payload: bytes) -> bool:
    """Whether the bus keeps this soon: it stores turns of speech a little after they were heard."""
    async with asyncio.timeout(PATIENCE):
        while True:
            with suppress(NotFoundError):
                last = await jetstream.get_last_msg("VOICE", "lyceum.school.rooms.algebra.voice")
                if last.data == payload:
                    return True


async def test_a_listener_that_fails_hears_the_next_signal(bus: NatsBus):
    heard: asyncio.Queue[bytes] = asyncio.Queue()

    async def hear(subject: str, payload: bytes) -> None:
        heard.put_nowait(payload)
        raise ValueError(payload)

    await bus.listen("lyceum.log.head", hear)
    for payload in (b"1", b"2", b""):
        await bus.signal("lyceum.log.head", payload)
        assert await heard.get() == payload


async def test_a_bus_that_is_not_there_is_named_as_such():
    with pytest.raises(BusUnavailable, match="NATS cannot be reached"):
        async with NatsBus.opened("nats://127.0.0.1:9"):
            pass


async def test_a_reader_that_begins_a_little_back_gets_what_is_there_and_all_that_comes(bus: NatsBus):
    await bus.publish_facts(facts(*range(1, 31)))
    assert positions(await taken(bus, "newcomer", 30, back=4)) == [26, 27, 28, 29, 30]
    assert positions(await taken(bus, "other", 30, back=1000)) == list(range(1, 31))
    await bus.publish_facts(facts(31))
    assert positions(await taken(bus, "other", 31, back=1000)) == [31]
