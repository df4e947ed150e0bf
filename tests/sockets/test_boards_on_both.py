"""What boards ask of whatever carries their messages: on our own sockets, and on the plain routes."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import psutil
import psycopg
import pytest

from infra.embedded import Servers
from rooms.board import wire
from rooms.board.limits import DEFAULTS
from tests.house import RunningHouse, home
from tests.realtime.guests import counted, guests, refusals, room_with

MIB = 1024 * 1024
FAST = int(DEFAULTS.burst) + 200
"""Messages of which the last ones come too fast."""


@pytest.fixture(scope="session")
def plain(embedded: Servers, databases: psycopg.Connection) -> Iterator[RunningHouse]:
    """A house whose boards are routes of the application."""
    databases.execute("CREATE DATABASE plain TEMPLATE template0")
    postgres = embedded.postgres.replace("/lyceum?", "/plain?")
    with home() as folder:
        running = RunningHouse(folder, {"LYCEUM_POSTGRES": postgres, "LYCEUM_SOCKETS": "plain"})
        yield running.start()
        if running.process and running.process.poll() is None:
            assert running.stop() == 0


@pytest.fixture(params=["lean", "plain"])
def either(request: pytest.FixtureRequest) -> RunningHouse:
    """A house of either kind, which complains of nothing."""
    return request.getfixturevalue("house" if request.param == "lean" else "plain")


async def test_what_one_writes_the_others_read(either):
    async with guests(either, ada="student", ben="student") as (ada, ben):
        room = await room_with(ada, ben)
        async with ada.board(room) as hers, ben.board(room) as his:
            await hers.write("hello")
            await his.until("hello")
            await his.write(", " + "x" * 100_000)
            await hers.until("hello, " + "x" * 100_000)


@pytest.mark.parametrize(
    ("at", "claims", "answer"),
    [
        ("", {"lasts": timedelta(seconds=-1)}, (4401, "The token has expired.")),
        ("", {}, (4403, "You are not in this room.")),
        ("nowhere", {}, (4404, "There is no such room.")),
    ],
)
async def test_who_may_not_come_in_is_told_why_by_a_code(either, at, claims, answer):
    async with guests(either, ada="student", eve="student") as (ada, eve):
        room = at or await room_with(ada)
        async with eve.board(room, **claims) as board:
            code, reason = await board.closed()
        assert (code, reason[: len(answer[1])]) == answer


@pytest.mark.parametrize(
    ("message", "code"), [("a text", 1003), (bytes(MIB + 1), 1009)], ids=["text", "large"]
)
async def test_a_message_that_is_not_taken_ends_its_sender_is_counted_and_harms_nobody(either, message, code):
    async with guests(either, ada="student", eve="student") as (ada, eve):
        room = await room_with(ada, eve)
        before = await refusals(either, "board", str(code))
        async with ada.board(room) as hers, eve.board(room) as theirs:
            await theirs.until("")
            await theirs.socket.send(message)
            assert (await theirs.closed())[0] == code
            if (
                code == 1003 or "LYCEUM_SOCKETS" not in either.environment
            ):  # servers may count it as a lost line
                assert await counted(either, str(code), before + 1, "board")
            await hers.write("on")
            async with eve.board(room) as again:
                await again.until("on")


async def test_a_ping_is_answered(either):
    async with guests(either, ada="student") as (ada,):
        room = await room_with(ada)
        async with ada.board(room) as board:
            async with asyncio.timeout(10):
                await (await board.socket.ping(b"there?"))


async def test_who_vanishes_is_missed_by_nobody_else(either):
    async with guests(either, ada="student", ben="student") as (ada, ben):
        room = await room_with(ada, ben)
        async with ada.board(room) as hers, ben.board(room) as his:
            await his.write("his")
            await hers.until("his")
            await his.socket.send(wire.presence([wire.Entry(his.doc.client_id, 1, "{}")]))
            await told(hers, his.doc.client_id, "{}")
            his.socket.transport.abort()
            await told(hers, his.doc.client_id, None)
            await hers.write(" and hers")
            async with ben.board(room) as again:
                await again.until("his and hers")


async def told(board, client: int, state: str | None) -> None:
    """Wait until the board says that this client is present so, or no longer."""
    async with asyncio.timeout(10):
        while True:
            match wire.parse(await board.socket.recv()):
                case wire.Presence(entries) if any((e.client, e.state) == (client, state) for e in entries):
                    return
                case _:
                    pass


async def test_who_asks_for_much_and_reads_nothing_takes_little_memory_and_is_served_once_they_read(either):
    async with guests(either, ada="student", eve="student") as (ada, eve):
        room = await room_with(ada, eve)
        process = psutil.Process(either.process.pid)
        async with ada.board(room) as hers, eve.board(room) as theirs:
            await hers.write("x" * 500_000)
            await theirs.until("x" * 500_000)
            theirs.socket.transport.pause_reading()
            before = process.memory_info().rss
            for _ in range(150):
                await theirs.socket.send(wire.step_1(b"\x00"))
            await hers.write("!")
            async with ada.board(room) as again:
                await again.until("x" * 500_000 + "!")
            assert process.memory_info().rss - before < 30 * MIB, "75 MB were asked for"
            theirs.socket.transport.resume_reading()
            assert await answers(theirs, 150) == 150


async def answers(board, wanted: int) -> int:
    """How many of the answers come that are waited for."""
    got = 0
    async with asyncio.timeout(20):
        while got < wanted:
            got += isinstance(wire.parse(await board.socket.recv()), wire.Step2)
    return got


async def test_who_sends_faster_than_anybody_works_waits_and_loses_nothing(either):
    async with guests(either, ada="student", ben="student") as (ada, ben):
        room = await room_with(ada, ben)
        async with ada.board(room) as hers, ben.board(room) as his:
            for _ in range(FAST):
                await hers.write("x")
            await his.until("x" * FAST)
            assert hers.socket.close_code is None


async def test_a_house_that_stops_tells_its_boards_to_come_back(plain):
    """On our own sockets: `tests/realtime/test_stopping.py`. Behind all else that needs the plain house."""
    async with guests(plain, ada="student") as (ada,):
        room = await room_with(ada)
        async with ada.board(room) as board, asyncio.TaskGroup() as group:
            await board.until("")
            stopping = group.create_task(asyncio.to_thread(plain.stop, 10))
            assert (await board.closed())[0] == 1012
        assert stopping.result() == 0
