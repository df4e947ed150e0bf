"""The load of the benchmark of boards comes through a house whole, and notices what is amiss elsewhere."""

import asyncio
import shutil
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pycrdt import merge_updates
from websockets.asyncio.server import ServerConnection, broadcast, serve

from benchmarks.measuring.board_load import Found, built, load
from benchmarks.measuring.board_served import Served, nobodys
from rooms.board import wire
from tests.house import RunningHouse
from tests.need import lacking


@pytest.fixture(scope="module", autouse=True)
def compiler() -> None:
    """Without a compiler there is no load."""
    if not any(shutil.which(name) for name in ("gcc", "clang", "cc")):
        lacking("a C compiler is not installed")
    built()


async def meet(house: RunningHouse, rooms: Sequence[str], each: int) -> list[str]:
    """Rooms with members; a seat for each of them."""
    seats: list[str] = []
    async with house.client("root", "admin") as admin:
        for room in rooms:
            (await admin.post("/rooms", json={"room": room, "title": "Load"})).raise_for_status()
            for number in range(each):
                person = f"{room}-{number}"
                async with house.client(person) as client:
                    (await client.post(f"/rooms/{room}/join")).raise_for_status()
                seats.append(f"{room} /boards/{room}?token={house.token(person)}")
    return seats


def served(port: int, seats: list[str] | None = None) -> Served:
    return Served("server", port, 0, nobodys if seats is None else lambda rooms, each: seats)


async def loaded(server: Served, rooms: int = 1, **options: Any) -> Found:
    options = {"rate": 50.0, "warmup": 0.05, "seconds": 0.2, "drain": 0.3, "patience": 5.0, **options}
    return await asyncio.to_thread(load, server, rooms, 4, **options)


async def test_eight_people_in_two_rooms_of_a_house_get_every_key_of_the_others_once(house: RunningHouse):
    seats = await meet(house, ("load-1", "load-2"), 4)
    port = int(house.url.rpartition(":")[2])

    found = await loaded(served(port, seats), 2, cursor=True, drain=10.0, patience=10.0)

    assert found.whole
    assert found.clients == 8
    assert found.delivered == found.expected == 3 * found.keys > 0


Change = Callable[[list[bytes]], list[bytes]]


@asynccontextmanager
async def relaying(change: Change) -> AsyncGenerator[Served, None]:
    """A server that passes on what it gets, but every three updates in a way of its own."""
    here: set[ServerConnection] = set()
    held: list[bytes] = []

    async def handle(socket: ServerConnection) -> None:
        here.add(socket)
        async for data in socket:
            assert isinstance(data, bytes)
            match wire.parse(data):
                case wire.Step1():
                    await socket.send(wire.step_2(wire.NOTHING))
                case wire.Update(update):
                    held.append(update)
                    if len(held) == 3:
                        frames, held[:] = [wire.update(each) for each in change(held)], []
                        for frame in frames:
                            broadcast(here, frame)
                case _:
                    pass

    async with serve(handle, "127.0.0.1", 0, compression=None) as listening:
        yield served(listening.sockets[0].getsockname()[1])


async def test_what_a_server_doubles_is_noticed():
    async with relaying(lambda three: [*three, three[0]]) as server:
        found = await loaded(server)

    assert found.doubled > 0
    assert found.disordered == 0
    assert not found.whole


async def test_what_a_server_puts_into_one_update_counts_as_what_it_is():
    async with relaying(lambda three: [merge_updates(*three)]) as server:
        found = await loaded(server, drain=0.0)

    assert found.delivered > 0
    assert (found.doubled, found.disordered, found.unreadable) == (0, 0, 0)


async def test_what_a_server_loses_is_noticed():
    async with relaying(lambda three: three[:2]) as server:
        found = await loaded(server)

    assert found.disordered + found.missing > 0
    assert not found.whole


async def test_a_server_that_lets_nobody_in_is_told_from_one_that_does(house: RunningHouse):
    seats = ["r /boards/nowhere?token=none"] * 4

    found = await loaded(served(int(house.url.rpartition(":")[2]), seats))

    assert found.refused
    assert (found.failed, found.code) == (4, 4401)
