"""People in rooms, connected to a server of voice: they speak for a while, and what came of it is counted."""

import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from socket import socket
from zlib import crc32

from benchmarks.measuring.board_cores import cpu, waited
from benchmarks.measuring.voice_client import Voice
from benchmarks.measuring.voice_heard import Heard, heard
from benchmarks.measuring.voice_packets import PACKET, Levels, Sender, in_turn
from benchmarks.measuring.voice_served import Served
from benchmarks.measuring.voice_wire import Due, wire

_fresh = count(1)
KEEP = 1.0
"""Seconds after which those who have joined tell the server that they are there, while others join."""
CYCLE = 12_000
"""Milliseconds within which rooms differ in when their people speak."""
SETTLE = 0.3
"""Seconds at the end in which what is under way arrives."""


@dataclass
class Member:
    """A connected person."""

    room: str
    seat: int
    voice: str
    client: Voice
    sender: Sender


@dataclass(frozen=True)
class Spoken:
    """What came of it, and of the seconds measured the server's share of its core, and how long it waited."""

    people: int
    heard: Heard
    cpu: float
    waited: float

    @property
    def each(self) -> float:
        """What the server took for each, in percent of a core."""
        return 100 * self.cpu / self.people


@dataclass
class Company:
    """All who are connected to one server, by number."""

    served: Served
    slots: int = 3
    members: list[Member] = field(default_factory=list[Member])
    _kept: float = 0.0

    def room(self, each: int, speakers: int | None = None) -> list[Member]:
        """A fresh room with so many people, the first `speakers` of whom send; all if it is not said."""
        name = f"voice-{next(_fresh)}"
        self.served.meet([name], each)
        return [self.join(name, seat, speakers is None or seat < speakers) for seat in range(each)]

    def rooms(self, people: int, each: int = 4) -> None:
        """Rooms of `each` until there are so many people, the last one smaller if need be."""
        while (left := people - len(self.members)) > 0:
            self.room(min(each, left))

    def join(self, room: str, seat: int, sends: bool = True, via: int | None = None) -> Member:
        """Somebody joins, through a proxy perhaps. Raises NotConnected, ServerFailed."""
        client = Voice(sends=sends, slots=self.slots)
        voice, answer = self.served.join(room, seat, client.offer())
        client.take(answer, via)
        client.connect()
        member = Member(room, seat, voice, client, Sender(client, len(self.members)))
        self.members.append(member)
        self.keep()
        return member

    def leave(self, people: int) -> None:
        """The last ones leave until there are only so many."""
        while len(self.members) > people:
            member = self.members.pop()
            self.served.leave(member.room, member.seat, member.voice)
            member.client.close()

    @property
    def senders(self) -> list[Sender]:
        """By number."""
        return [member.sender for member in self.members]

    @property
    def sockets(self) -> list[socket]:
        """By number."""
        return [member.client.line for member in self.members]

    def ran(self) -> dict[int, int]:
        """Which packet of each is the next."""
        return {member.sender.number: member.sender.next for member in self.members}

    def keep(self, *, now: bool = False) -> None:
        """Whoever is silent too long is taken for dead: say a word for everybody now and then."""
        if now or time.monotonic() - self._kept > KEEP:
            self._kept = time.monotonic()
            for member in self.members:
                with suppress(OSError):
                    member.client.line.send(member.client.binding())

    def listens(self) -> dict[int, list[int]]:
        """By the number of each listener, the numbers of those whom they are to hear."""
        return {
            here.sender.number: [
                other.sender.number
                for other in self.members
                if other.room == here.room and other is not here and other.client.sends
            ]
            for here in self.members
        }

    def packets(self, seconds: float, levels: Callable[[int], Levels] = in_turn) -> list[Due]:
        """What all of them send within so many seconds, evenly spread."""
        due: list[Due] = []
        step = PACKET / max(1, len(self.members))
        for place, member in enumerate(self.members):
            # Neighbours in a room are far apart within the 20 ms, as people who joined by chance are.
            phase = int(place * 7919 % len(self.members) * step)
            if member.client.sends:
                due += member.sender.speech(seconds, phase, _later(levels(member.seat), member.room))
            due += member.sender.upkeep(seconds, phase * 125)
        return due

    @property
    def lines(self) -> list[int]:
        """How many packets each member can get a second at most."""
        return [50 * len(speakers) + 20 for speakers in self.listens().values()]

    def speak(self, seconds: float, warmup: float = 1.0, **options: Callable[[int], Levels]) -> Spoken:
        """Everybody who sends does so; the first seconds do not count."""
        ran = self.ran()
        total = warmup + seconds
        due = self.packets(total + SETTLE, **options)
        expected = int(2 * (total + 1) * sum(self.lines))
        with wire(self.sockets, due, total + SETTLE, expected) as running:
            running.until(warmup)
            before = cpu(self.served.pid), waited(self.served.pid), time.perf_counter()
            running.until(total)
            after = cpu(self.served.pid), waited(self.served.pid), time.perf_counter()
        self.keep(now=True)
        found = heard(running, self.senders, self.listens(), warmup, total, ran)
        self.keep(now=True)
        lasted = after[2] - before[2]
        spoken = Spoken(
            len(self.members), found, (after[0] - before[0]) / lasted, (after[1] - before[1]) / lasted
        )
        tell(self.served.name, spoken)
        return spoken


def _later(levels: Levels, room: str) -> Levels:
    """Rooms do not change speakers all at the same instant."""
    offset = crc32(room.encode()) % CYCLE
    return lambda ms: levels(ms + offset)


@contextmanager
def company(served: Served, slots: int = 3) -> Generator[Company, None, None]:
    """Nobody yet; whoever is there at the end leaves."""
    people = Company(served, slots)
    try:
        yield people
    finally:
        with suppress(Exception):
            people.leave(0)
        for member in people.members:
            member.client.close()


def tell(name: str, spoken: Spoken) -> None:
    """A line of what was measured."""
    found = spoken.heard
    core = f"core {100 * spoken.cpu:.1f} %, waited {100 * spoken.waited:.1f} %"
    delay = f"p50 {found.p50:.2f}, p99 {found.p99:.2f} ms"
    lost = f"missing {found.missing} of {found.expected}, doubled {found.doubled}"
    wrong = f"unreadable {found.unreadable} of {found.checked}"
    load = f"load {100 * found.share:.0f} %, late p99 {found.late:.1f} ms"
    said = ", ".join((f"{spoken.people} people", core, delay, lost, wrong, load))
    print(f"  {name}: {said}", file=sys.stderr, flush=True)
