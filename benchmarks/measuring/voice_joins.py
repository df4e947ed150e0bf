"""A thousand joins and leaves, and what is left of them: threads, sockets, tasks, memory."""

import time
from contextlib import closing
from pathlib import Path

import psutil

from benchmarks.measuring.board_cores import memory
from benchmarks.measuring.voice_client import Voice
from benchmarks.measuring.voice_packets import LOUD, Sender, opus
from benchmarks.measuring.voice_rooms import Pace
from benchmarks.measuring.voice_served import Node, Opening, Served, ToldServer
from benchmarks.report import Row, at_most

MIB = 2**20
WARMUP = 100
"""Joins before the first look: what a server makes once and keeps is no leak."""
TIRED = 60.0
"""Seconds after which no more join; what a slow peer keeps is then taken as that of all, by proportion."""

Left = dict[str, float]


def joins(bare: Opening, node: Opening, peer: Opening, pace: Pace) -> list[Row]:
    """The engine by itself, whose tasks can be counted, the node around it, and the peer."""
    number = 100 if pace.quick else 1000
    alone, within, theirs = _left(bare, number), _left(node, number), _left(peer, number)
    name = f"{number:,} joins and leaves"
    return [
        *(
            at_most(f"{name}: {what} left", "", max(alone[what], within.get(what, 0)), 0, theirs[what])
            for what in ("threads", "sockets", "tasks")
        ),
        at_most(f"{name}: memory, the engine", "MiB", alone["memory"], 5, theirs["memory"]),
        at_most(f"{name}: memory, the whole node", "MiB", within["memory"], 5, theirs["memory"]),
    ]


def _left(opening: Opening, number: int) -> Left:
    with opening() as served:
        served.meet(["joins"], 2)
        _pairs(served, WARMUP)
        before = _look(served)
        done = _pairs(served, number)
        after = _look(served)
    found = {what: after[what] - before[what] for what in before}
    return {**found, "memory": found["memory"] * number / done}


def _pairs(served: Served, number: int) -> int:
    """Two join, say a word to each other, and leave; until so many have joined. Gives how many did."""
    ends = time.monotonic() + TIRED
    for done in range(0, number, 2):
        if time.monotonic() > ends:
            return done
        with closing(Voice(slots=1)) as ada, closing(Voice(slots=1)) as ben:
            voices = [_join(served, seat, client) for seat, client in enumerate((ada, ben))]
            for client in (ada, ben):
                _say(client)
            for seat, voice in enumerate(voices):
                served.leave("joins", seat, voice)
    return number


def _join(served: Served, seat: int, client: Voice) -> str:
    voice, answer = served.join("joins", seat, client.offer())
    client.take(answer)
    client.connect()
    return voice


def _say(client: Voice) -> None:
    sender = Sender(client, 0)
    for frame in opus("tone")[:5]:
        client.line.send(sender.plain(frame, LOUD))


def _look(served: Served) -> Left:
    """Once nothing changes any more. A node closes the connection of our requests once it has been idle for
    some seconds: so that it does not count before, or not after, it is closed here.
    """
    if isinstance(served, Node):
        served.hang_up()
    found = _now(served)
    for _ in range(20):
        time.sleep(0.5)
        found, before = _now(served), found
        if found["sockets"] == before["sockets"] and abs(found["memory"] - before["memory"]) < 0.1:
            break
    return found


def _now(served: Served) -> Left:
    tasks = served.told.do("look")["tasks"] if isinstance(served, ToldServer) else None
    sockets = sum(
        1 for each in Path(f"/proc/{served.pid}/fd").iterdir() if each.readlink().name.startswith("socket:")
    )
    found: Left = {
        "threads": psutil.Process(served.pid).num_threads(),
        "sockets": sockets,
        "memory": memory(served.pid) / MIB,
    }
    return found if tasks is None else {**found, "tasks": tasks}
