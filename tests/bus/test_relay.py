"""Everything that is recorded becomes a fact, in order, without a gap, whatever happens to the relay."""

import asyncio

import pytest

from adapters.nats_bus import NatsBus
from adapters.postgres_followers import PostgresFollowers
from adapters.postgres_log import PostgresLog
from domain.errors import LogUnavailable
from infra.keeping import kept
from infra.relay import NAME, Relay
from tests.bus.given import positions, stored, stranger, taken
from tests.log.given import by, joined, read, said


@pytest.fixture
def followers(log: PostgresLog) -> PostgresFollowers:
    return PostgresFollowers(log.rows)


async def talk(log: PostgresLog, count: int) -> int:
    return [await log.append([said(f"m{n}")], by()) for n in range(count)][-1]


async def test_what_was_recorded_before_and_what_is_recorded_now_become_facts(log, bus, followers):
    await log.append([joined(), said("m1")], by())
    async with kept({"relay": Relay(log, followers, bus).run}):
        await talk(log, 3)
        assert await taken(bus, "reader", 5) == await read(log)


async def test_a_relay_goes_on_where_the_one_before_had_come_to(log, bus, followers, nats_url):
    for _ in range(3):
        last = await talk(log, 2)
        relay = Relay(log, followers, bus)
        async with kept({"relay": relay.run}):
            await taken(bus, "reader", last)
        assert await followers.position(NAME) in (last - 2, last)
    assert positions(await stored(nats_url)) == [1, 2, 3, 4, 5, 6]


async def test_a_relay_that_is_stopped_anywhere_leaves_no_gap_and_no_repeat(log, bus, followers, nats_url):
    async with asyncio.TaskGroup() as group:
        talking = group.create_task(talk(log, 150))
        stopped_after = 0
        while not talking.done():
            stopped_after += 1
            async with kept({"relay": Relay(log, followers, bus).run}):
                for _ in range(stopped_after):
                    await asyncio.sleep(0)
    async with kept({"relay": Relay(log, followers, bus).run}):
        await taken(bus, "reader", talking.result())
    assert positions(await stored(nats_url)) == list(range(1, 151))


async def test_what_was_published_and_not_marked_is_dropped_as_a_repeat(log, bus, followers, nats_url):
    class Crashing(PostgresFollowers):
        async def moved(self, name: str, position: int) -> None:
            raise LogUnavailable

    await talk(log, 5)
    with pytest.raises(LogUnavailable):
        await Relay(log, Crashing(log.rows), bus).run()
    assert positions(await stored(nats_url)) == [1, 2, 3, 4, 5]
    async with kept({"relay": Relay(log, followers, bus).run}):
        await taken(bus, "reader", await talk(log, 1))
    assert positions(await stored(nats_url)) == [1, 2, 3, 4, 5, 6]


async def test_two_relays_at_once_publish_everything_once_and_in_order(log, bus, followers, nats_url):
    async with NatsBus.opened(nats_url) as second:
        relays = {"one": Relay(log, followers, bus).run, "other": Relay(log, followers, second).run}
        async with kept(relays):
            last = await talk(log, 100)
            await taken(bus, "reader", last)
    assert positions(await stored(nats_url)) == list(range(1, 101))


async def test_a_bus_that_has_lost_its_facts_is_filled_again_from_the_log(log, bus, followers, nats_url):
    async with kept({"relay": Relay(log, followers, bus).run}):
        await taken(bus, "reader", await talk(log, 10))
    async with stranger(nats_url) as jetstream:
        await jetstream.delete_stream("FACTS")
    async with kept({"relay": Relay(log, followers, bus).run}):
        assert positions(await taken(bus, "reader", 10)) == list(range(1, 11))


async def test_streams_lost_while_everything_runs_are_made_and_filled_again(log, bus, followers, nats_url):
    seen: asyncio.Queue[int] = asyncio.Queue()

    async def reader() -> None:
        async for fact in bus.facts("reader"):
            await fact.ack()
            seen.put_nowait(fact.recorded.position)

    async with kept({"relay": Relay(log, followers, bus).run, "reader": reader}):
        await talk(log, 3)
        assert [await seen.get() for _ in range(3)] == [1, 2, 3]
        async with stranger(nats_url) as jetstream:
            await jetstream.delete_stream("FACTS")
        await talk(log, 2)
        again = [await seen.get()]
        while again[-1] < 5:
            again.append(await seen.get())
    assert again == [1, 2, 3, 4, 5]
