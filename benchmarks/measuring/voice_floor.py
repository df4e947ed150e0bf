"""What a packet costs that goes on to three, beside a bare loop that does nothing but the least.

The bare loop takes a packet, opens it, and three times protects and sends it: no header is written anew, no
right looked at, no turn found. Both get the same people's packets, in turn, ten at a time, in one process.
What is counted is processor time of the thread, kernel included; what it costs to be woken is left out.
"""

import asyncio
import random
import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime

from benchmarks.measuring.voice_client import Voice
from benchmarks.measuring.voice_engine import Nobody
from benchmarks.measuring.voice_packets import Sender, in_turn
from benchmarks.measuring.voice_rooms import Pace
from benchmarks.report import Row, at_most, median
from rooms.voice import srtp
from rooms.voice.engine import Limits
from rooms.voice.ice_lite import IceLiteEngine

# The engine is taken apart here, and only here.
# pyright: reportPrivateUsage=false

AT_ONCE, ROUNDS, STEPS = 10, 40, 5
OPUS = 80
"""Bytes of sound in a packet."""
Read = Callable[[], object]


def floor(pace: Pace) -> list[Row]:
    """With few people and with many, whose memory is in no cache."""
    return [row for people in (4, 200) for row in asyncio.run(_measured(people, pace))]


async def _measured(people: int, pace: Pace) -> list[Row]:
    limits = Limits(packets_per_second=1_000_000)
    engine = IceLiteEngine("127.0.0.1", 0, ["127.0.0.1"], Nobody(), lambda: datetime.now(UTC), limits)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(engine.run())
        await engine.opened()
        senders = [await _joined(engine, number) for number in range(people)]
        found = _compared(engine, senders, ROUNDS // 10 if pace.quick else ROUNDS)
        for sender in senders:
            sender.voice.close()
        running.cancel()
    ours, bare = found
    name = f"one packet in and three out, {people} people; its peer is a bare loop"
    return [at_most(name, "µs", ours, None, bare)]


async def _joined(engine: IceLiteEngine, number: int) -> Sender:
    voice = Voice(slots=3)
    joined = await engine.join(f"room-{number // 4}", f"person-{number}", voice.offer())

    def connect() -> None:
        voice.take(joined.sdp)
        voice.connect()
        voice.line.setblocking(False)

    await asyncio.get_running_loop().run_in_executor(None, connect)
    return Sender(voice, number)


def _compared(engine: IceLiteEngine, senders: Sequence[Sender], rounds: int) -> tuple[float, float]:
    """Microseconds of the engine and of the bare loop, in turn; nothing else runs on the loop meanwhile."""
    reads = _engines(engine), _bare(engine)
    found: tuple[list[float], list[float]] = ([], [])
    for number in range(rounds):
        for read, times in zip(reads, found, strict=True):
            spent = sum(_step(senders, 20 * (number * STEPS + step), read) for step in range(STEPS))
            engine._tick()
            times.append(spent / (STEPS * len(senders)) / 1000)
    return median(found[0]), median(found[1])


def _step(senders: Sequence[Sender], ms: int, read: Read) -> int:
    """Everybody sends a packet; nanoseconds in which they were read and sent on."""
    spent = 0
    order = random.sample(senders, len(senders))
    for start in range(0, len(order), AT_ONCE):
        for sender in order[start : start + AT_ONCE]:
            level = in_turn(sender.number % 4)(ms)
            sender.voice.line.send(sender.protected(secrets.token_bytes(OPUS), level))
        before = time.thread_time_ns()
        read()
        spent += time.thread_time_ns() - before
    for sender in senders:
        with suppress(BlockingIOError):
            while True:
                sender.voice.line.recv(2048)
    return spent


def _engines(engine: IceLiteEngine) -> Read:
    port = engine._port
    by = port._sockets[0]

    def read() -> None:
        with suppress(BlockingIOError):
            while True:
                port.received(*by.recvfrom(2048), by)

    return read


def _bare(engine: IceLiteEngine) -> Read:
    by, peers = engine._port._sockets[0], list(engine._voices.values())
    ways = {
        peer.address: (
            peer._inward,
            [each._link for each in peers if each.room == peer.room and each != peer],
        )
        for peer in peers
    }

    def read() -> None:
        with suppress(BlockingIOError):
            while True:
                data, address = by.recvfrom(2048)
                inward, links = ways[address]
                clear = srtp.unprotect(inward, data)
                for link in links:
                    by.sendto(srtp.protect(link.outward, clear), link.address)

    return read
