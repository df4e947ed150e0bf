"""What comes and goes leaves nothing behind."""

import asyncio
import gc

from rooms.voice.peer import Peer
from tests.voice.client import hush, tone


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
