"""What comes and goes leaves nothing behind."""

import asyncio
import gc
import os
import socket
import threading

from rooms.voice.peer import Peer
from tests.voice.client import hush, tone
from tests.voice.test_hostile import until


def peers() -> int:
    gc.collect()
    return sum(isinstance(one, Peer) for one in gc.get_objects())


async def test_joins_and_leaves_leave_no_peer_and_no_task(engine, ears, client):
    ada, ben = client(tone(5000)), client(hush(20))
    offers = [await ada.offer(), await ben.offer()]
    tasks = asyncio.all_tasks()
    for _ in range(100):
        voices = [await engine.join("algebra", who, sdp) for who, sdp in zip("ab", offers, strict=True)]
        for joined in voices:
            await engine.leave(joined.voice)
    assert len(ears.gone) == 200
    assert engine.voices == 0
    assert peers() == 0
    assert asyncio.all_tasks() == tasks


async def test_a_connected_peer_is_forgotten_too(engine, ears, client):
    ada, ben = client(tone(5000)), client(hush(20))
    await ada.join(engine, "algebra", "ada")
    await ben.join(engine, "algebra", "ben")
    await ears.until(lambda: ears.hears("ben") == {"ada"})
    await engine.restart(ada.voice, "a=ice-ufrag:newer\r\na=ice-pwd:" + "y" * 24)
    await engine.leave(ada.voice)
    await engine.leave(ben.voice)
    assert peers() == 0


def resident() -> int:
    """Bytes of memory in use."""
    gc.collect()
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def held() -> tuple[int, int, int]:
    """Threads, open files and tasks."""
    return threading.active_count(), len(os.listdir("/proc/self/fd")), len(asyncio.all_tasks())


async def test_a_thousand_joins_and_leaves_leave_no_thread_socket_or_task_and_hardly_any_memory(
    engine, ears, client
):
    offer = await client(hush(20)).offer()

    async def come_and_go(times: int) -> None:
        for n in range(times):
            joined = await engine.join("algebra", f"p{n % 8}", offer)
            await engine.leave(joined.voice)
        ears.gone.clear()

    await come_and_go(200)
    before, memory = held(), resident()
    await come_and_go(1000)
    assert held() == before
    assert resident() - memory <= 5_000_000


async def test_a_flood_of_requests_from_strangers_costs_no_memory_and_silences_nobody(engine, ears, client):
    ada, ben = client(tone(30_000)), client(hush(20))
    await ada.join(engine, "algebra", "ada")
    await ears.until(lambda: bool(ears.began))
    before = None
    with socket.socket(type=socket.SOCK_DGRAM) as stranger:
        for n in range(30_000):
            ufrag = f"{n:08x}:x".encode()
            body = b"\x00\x06" + len(ufrag).to_bytes(2, "big") + ufrag + bytes(-len(ufrag) % 4)
            body += b"\x00\x08\x00\x14" + bytes(20)
            head = b"\x00\x01" + len(body).to_bytes(2, "big") + b"\x21\x12\xa4\x42" + n.to_bytes(12, "big")
            stranger.sendto(head + body, ("127.0.0.1", engine.port))
            if n % 50 == 0:
                await asyncio.sleep(0)
            if n == 10_000:
                before = resident()
    await until(lambda: engine.counts["stun-unknown"] == 30_000)
    assert before is not None
    assert resident() - before <= 2_000_000
    await ben.join(engine, "algebra", "ben")
    await ears.until(lambda: ears.hears("ben") == {"ada"})
    await ben.hears("1")
    assert ears.gone == []
