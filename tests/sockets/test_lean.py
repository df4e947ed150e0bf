"""Lean sockets: what comes in goes to the session, and out of it to the client, whatever else happens."""

import asyncio
import logging
from contextlib import suppress

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from realtime.sockets import frames
from realtime.sockets.frames import BINARY, CLOSE, CONTINUATION, PING, TEXT
from tests.sockets.client import Sent, binary
from tests.sockets.served import LARGEST, closed, served, until


async def test_what_is_sent_reaches_the_session_and_its_answer_the_client():
    async with served() as running, running.connect() as client:
        for message in (b"", b"a", bytes(125), bytes(126), bytes(LARGEST)):
            await client.send(message)
            assert await client.recv() == message
        [session] = running.sessions
        assert len(session.received) == 5


async def test_many_messages_that_come_at_once_are_taken_in_their_order():
    sent = [b"%d" % number * (number % 50) for number in range(500)]
    async with served() as running, running.raw() as raw:
        await raw.send(
            b"".join(Sent(BINARY, message).encoded() for message in sent) + Sent(PING, b"end").encoded()
        )
        await raw.until(b"\x8a\x03end")
        assert running.sessions[0].received == sent


async def test_a_message_that_comes_byte_by_byte_between_others_is_whole():
    parts = [*binary(b"one ", b"", b"two"), Sent(PING, b"end")]
    async with served() as running, running.raw() as raw:
        for byte in b"".join(part.encoded() for part in parts):
            await raw.send(bytes([byte]))
        await raw.until(b"\x8a\x03end")
        await raw.send(Sent(BINARY, b"three").encoded())
        await raw.until(b"three")
        assert running.sessions[0].received == [b"one two", b"three"]


async def test_what_comes_before_somebody_is_let_in_waits_for_that():
    async with served() as running, running.connect("/late") as client:
        assert await client.recv() == b"welcome"
        await client.send(b"early")
        await client.send(b"bird")
        running.gate.set()
        assert [await client.recv(), await client.recv()] == [b"early", b"bird"]


async def test_whoever_hangs_up_before_they_are_let_in_is_known_to_be_gone():
    async with served(tick=0.002) as running:
        async with running.raw("/late"):
            await running.arrived.until(lambda: len(running.sockets))
        running.gate.set()
        await running.arrived.until(lambda: running.sessions)
        [session] = running.sessions
        await session.until(lambda: session.over)


async def test_who_is_refused_is_told_why_behind_the_upgrade_where_browsers_see_it():
    async with served() as running, running.connect("/refused?token=eve") as client:
        assert await closed(client) == (4403, "No entry for eve.")


@pytest.mark.parametrize(
    ("sent", "code", "counted"),
    [
        ([Sent(TEXT, b"hello")], 1003, "1003"),
        ([Sent(TEXT, b"\xff")], 1007, "1007"),
        ([Sent(BINARY, bytes(LARGEST + 1))], 1009, "1009"),
        (binary(bytes(LARGEST), b"x"), 1009, "1009"),
        ([Sent(BINARY, b"x", masked=False)], 1002, "1002"),
        ([Sent(CONTINUATION, b"x")], 1002, "1002"),
        ([Sent(CLOSE, b"\x03\xe7")], 1002, "1002"),
    ],
)
async def test_who_sends_what_is_not_taken_is_told_and_counted_and_nobody_else_notices(sent, code, counted):
    async with served() as running, running.connect() as other, running.raw() as raw:
        await raw.send(
            b"".join(part.encoded() for part in (Sent(BINARY, b"fine"), *sent, Sent(BINARY, b"no")))
        )
        await raw.until(b"fine")
        assert (await raw.rest())[:4] == bytes([0x88, len(raw.buffer) - 2]) + code.to_bytes(2, "big")
        assert running.house.refused("board", counted) == 1
        _, session = running.sessions
        assert (session.received, session.over) == ([b"fine"], 1)
        await other.send(b"on")
        assert await other.recv() == b"on"


@pytest.mark.parametrize(("path", "message"), [("/broken?token=hush", b""), ("/echo", b"fail hush")])
async def test_an_error_of_ours_ends_one_socket_and_is_noted_without_what_was_written(path, message, caplog):
    async with served() as running, running.connect() as other:
        async with running.connect(path) as client:
            with suppress(ConnectionClosed):
                await client.send(message)
            assert (await closed(client))[0] == 1011
        assert "ValueError" in caplog.text
        assert "hush" not in caplog.text
        await other.send(b"on")
        assert await other.recv() == b"on"


async def test_pings_are_answered_with_what_they_carry():
    async with served() as running, running.connect() as client:
        await (await client.ping(b""))
        await (await client.ping(bytes(125)))


@pytest.mark.parametrize("payload", [b"", b"\x03\xe8", b"\x0f\xa0bye"])
async def test_who_says_goodbye_is_answered_with_their_code_and_let_go(payload):
    async with served() as running, running.raw() as raw:
        await raw.send(Sent(CLOSE, payload).encoded() + Sent(BINARY, b"late").encoded())
        assert await raw.rest() == frames.control(CLOSE, payload[:2])
        [session] = running.sessions
        assert (session.received, session.over) == ([], 1)
        assert len(running.sockets) == 0


async def test_a_close_comes_behind_all_that_was_sent_and_nothing_comes_behind_it():
    async with served() as running, running.raw() as raw:
        await running.arrived.until(lambda: running.sessions)
        [session] = running.sessions
        session.transport.send(b"last words")
        session.transport.close(4403, "é" * 100)
        session.transport.send(b"not sent")
        session.transport.close(1012, "not said")
        await raw.send(Sent(BINARY, b"not heard").encoded())
        told = await raw.rest()
        assert told == frames.binary(b"last words") + frames.close(4403, "é" * 61)
        assert session.received == []
        raw.socket.close()
        await session.until(lambda: session.over)


@pytest.mark.parametrize("how", ["reset", "end"])
async def test_who_vanishes_is_gone_at_once(how):
    async with served() as running, running.raw() as raw:
        await raw.send(Sent(BINARY, b"hello").encoded())
        await raw.until(b"hello")
        [session] = running.sessions
        if how == "reset":
            raw.reset()
        else:
            raw.socket.close()
        await session.until(lambda: session.over)
        session.transport.send(b"to nobody")
        await until(lambda: len(running.sockets) == 0)


async def test_one_who_is_silent_is_pinged_and_then_cut_off():
    async with served(tick=0.002) as running, running.raw() as raw:
        assert await raw.rest() == frames.control(PING)
        [session] = running.sessions
        await session.until(lambda: session.over)
        assert running.sockets.now >= 40


async def test_one_who_answers_pings_stays():
    async with served(tick=0.005) as running, running.connect() as client:
        await running.ticks(100)
        await client.send(b"here")
        assert await client.recv() == b"here"


async def test_one_who_does_not_hang_up_is_cut_off():
    async with served(tick=0.002) as running, running.raw() as raw:
        await running.arrived.until(lambda: running.sessions)
        [session] = running.sessions
        session.transport.close(1013, "Too slow.")
        await session.until(lambda: session.over)
        assert await raw.rest() == frames.close(1013, "Too slow.")


async def test_after_it_is_open_a_socket_has_no_task_and_no_timer_of_its_own():
    async with served() as running:
        before = len(asyncio.all_tasks())
        raws = [running.raw() for _ in range(20)]
        for raw in raws:
            await raw.__aenter__()
        await running.arrived.until(lambda: len(running.sessions) == len(raws))
        await asyncio.sleep(0)
        assert len(asyncio.all_tasks()) == before
        for raw in raws:
            await raw.__aexit__(None, None, None)


async def test_what_is_sent_to_many_is_framed_once():
    async with served() as running, running.raw() as one, running.raw() as two:
        await running.arrived.until(lambda: len(running.sessions) == 2)
        message, seen = b"to all", []
        for session in running.sessions:
            session.transport.send(message)
            seen.append(running.sockets.frame)
        assert seen[0] is seen[1]
        assert await one.until(b"all") == await two.until(b"all") == frames.binary(message)


async def test_a_server_that_stops_tells_all_to_come_back_and_waits_until_they_have_heard():
    async with served() as running:
        clients = [await running.connect(path) for path in ("/echo", "/late")]
        await running.arrived.until(lambda: running.sessions)
    for client in clients:
        assert (await closed(client))[0] == 1012
    [session] = running.sessions
    assert session.over


async def test_a_server_that_stops_does_not_wait_for_who_does_not_answer(caplog):
    async with served(tick=0.05) as running, running.raw() as raw:
        await running.arrived.until(lambda: running.sessions)
        running.server.should_exit = True
        assert (await raw.rest())[2:4] == (1012).to_bytes(2, "big")
        [session] = running.sessions
        await session.until(lambda: session.over)
    assert "exceeded" not in caplog.text


async def test_sockets_whose_keeper_stops_first_are_told_to_come_back_and_nobody_else_gets_in():
    async with served() as running, running.connect() as client:
        running.keeping.cancel()
        assert (await closed(client))[0] == 1012
        with pytest.raises(InvalidStatus, match="503"):
            await running.connect()


async def test_who_is_cut_off_before_they_are_written_to_takes_nothing_from_the_others(caplog):
    async with served() as running, running.connect() as one, running.connect("/many/2") as other:
        first, second = await running.session(), await running.session(2)
        first.transport.abort()
        first.transport.send(b"nobody hears this")
        second.transport.send(b"here")
        assert await other.recv() == b"here"
        await closed(one)
    assert not [record for record in caplog.records if record.levelno > logging.INFO]


async def test_what_is_sent_in_one_turn_comes_whole_and_in_order():
    async with served() as running, running.connect() as client:
        session = await running.session()
        sent = [bytes([n]) * (1 + n * n * 7) for n in range(60)]
        for data in sent:
            session.transport.send(data)
        assert [await client.recv() for _ in sent] == sent
