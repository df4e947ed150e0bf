"""Garbage, replays, forgeries and strangers: the room goes on, memory stays, and all of it is counted."""

import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack

from benchmarks.measuring.board_cores import cpu, memory, waited
from benchmarks.measuring.voice_client import Voice
from benchmarks.measuring.voice_company import SETTLE, Company, company
from benchmarks.measuring.voice_heard import heard, is_rtp
from benchmarks.measuring.voice_packets import MS
from benchmarks.measuring.voice_rooms import DISTURBED
from benchmarks.measuring.voice_served import Node
from benchmarks.measuring.voice_wire import Due, wire
from benchmarks.report import Row, at_most

MIB = 2**20
FLAT = 2.0
"""MiB by which a node may be larger after a flood: its other work comes and goes."""
PEOPLE = 40
STRANGERS = 50
FLOOD = 10_000
"""STUN packets a second from strangers."""
HOSTILE = 100
"""Packets of each kind a second from somebody in the room: with their own fewer than are too many."""
WARMUP = 2.0
LINES = 4
"""Different packets of each stranger."""
LATER, EARLIER = 200 * MS, 100 * MS
"""How long after a packet it is sent once more, and how long before it its forgery is."""

Kinds = Mapping[str, Sequence[Due]]
"""What has no business there, by the name under which it should be counted."""
Making = Callable[[Sequence[Due], float], Kinds]
"""What there is to send besides the speech, within so many seconds."""


def hostile(served: Node, seconds: float) -> list[Row]:
    """One of a room sends garbage, replays and forgeries, and speaks in between."""
    with company(served) as people:
        people.rooms(PEOPLE)
        bad = people.members[0].sender.number

        def kinds(speech: Sequence[Due], lasts: float) -> Kinds:
            end = int(lasts * 1e9)
            own = [each for each in speech if each.line == bad and is_rtp(each.data)]
            return {
                "srtp-replayed": list(_replayed(own, end)) * 2,
                "srtp-forged": [each for bit in (1, 2) for each in _forged(own, end, bit)],
                "rtp-unknown-source": list(_garbage(bad, b"\x80\x6f", end)),
                "stun-malformed": list(_garbage(bad, b"\x00\x01", end)),
                "not-for-us": list(_garbage(bad, b"\xff", end)),
            }

        name = f"one of {PEOPLE} sends 500 bad packets a second"
        return _flooded(served, people, kinds, seconds, name)


def strangers(served: Node, seconds: float) -> list[Row]:
    """Half of what strangers send is for somebody who is here, signed with a wrong password."""
    with company(served) as people, ExitStack() as stack:
        people.rooms(PEOPLE)
        lines = [Voice() for _ in range(STRANGERS)]
        for line in lines:
            stack.callback(line.close)
            line.line.connect(("127.0.0.1", served.media))

        def kinds(speech: Sequence[Due], lasts: float) -> Kinds:
            here = [member.client.remote[0] for member in people.members]
            end = int(lasts * 1e9)
            return {
                "stun-forged": list(_stun(lines, here, end)),
                "stun-unknown": list(_stun(lines, ["nobody"], end)),
            }

        name = f"strangers send {FLOOD:,} STUN packets a second"
        return _flooded(served, people, kinds, seconds, name, lines)


def _flooded(
    served: Node, people: Company, kinds: Making, seconds: float, name: str, others: Sequence[Voice] = ()
) -> list[Row]:
    """Twice: what a node makes once, for the first flood, is not what a flood costs.

    Once more if something was amiss while something else was busy on the server's core.
    """
    _flood(served, people, kinds, WARMUP, "", others)
    before, began = waited(served.pid), time.monotonic()
    rows = _flood(served, people, kinds, seconds, name, others)
    disturbed = (waited(served.pid) - before) / (time.monotonic() - began) > DISTURBED
    if disturbed and any(row.met is False for row in rows):
        return _flood(served, people, kinds, seconds, name, others)
    return rows


def _flood(
    served: Node, people: Company, kinds: Making, seconds: float, name: str, others: Sequence[Voice]
) -> list[Row]:
    ran = people.ran()
    speech = people.packets(seconds + SETTLE)
    bad = kinds(speech, seconds)
    due = [*speech, *(each for some in bad.values() for each in some)]
    sockets = [*people.sockets, *(each.line for each in others)]
    before, size, spent = served.counts(), memory(served.pid), cpu(served.pid)
    with wire(sockets, due, seconds + SETTLE, int(4 * seconds * sum(people.lines)) + FLOOD) as running:
        pass
    spent = 100 * (cpu(served.pid) - spent) / (seconds + SETTLE)
    grown, after = (memory(served.pid) - size) / MIB, served.counts()
    forged = {each.data for kind, some in bad.items() if kind != "srtp-replayed" for each in some}
    found = heard(running, people.senders, people.listens(), 0.2, seconds, ran, forged)
    people.keep(now=True)
    counted = {kind: after.get(kind, 0) - before.get(kind, 0) for kind in bad}
    return [
        at_most(f"{name}: packets of speech missing, doubled or wrong", "", found.wrong, 0),
        at_most(f"{name}: p99 of the delay of speech", "ms", found.p99, 20),
        *(
            at_most(f"{name}: {kind}, of {len(sent):,} not counted", "", abs(len(sent) - counted[kind]), 0)
            for kind, sent in bad.items()
        ),
        at_most(f"{name}: memory grows by", "MiB", grown, FLAT),
        at_most(f"{name}: of the server's core", "%", spent),
        at_most(f"{name}: of the load's core", "%", 100 * running.share),
    ]


def _replayed(own: Sequence[Due], end: int) -> Iterator[Due]:
    for due, line, data in own:
        if due + LATER < end:
            yield Due(due + LATER, line, data)


def _forged(own: Sequence[Due], end: int, bit: int) -> Iterator[Due]:
    """Packets that are still to come, with a wrong seal: their numbers are new, so only the seal tells."""
    for due, line, data in own:
        if EARLIER < due < end:
            yield Due(due - EARLIER, line, data[:-1] + bytes((data[-1] ^ bit,)))


def _garbage(line: int, begin: bytes, end: int) -> Iterator[Due]:
    chance = random.Random(5)
    for due in range(0, end, 1000 * MS // HOSTILE):
        yield Due(due, line, begin + chance.randbytes(100))


def _stun(lines: Sequence[Voice], ufrags: Sequence[str], end: int) -> Iterator[Due]:
    """Half of the flood, from all the strangers in turn, for these in turn."""
    made: list[bytes] = []
    for number in range(LINES * STRANGERS):
        line = lines[number % STRANGERS]
        line.remote = ufrags[number % len(ufrags)], "wrong" * 6
        made.append(line.binding())
    for number, due in enumerate(range(0, end, 2 * 1000 * MS // FLOOD)):
        place = number % len(made)
        yield Due(due, PEOPLE + place % STRANGERS, made[place])
