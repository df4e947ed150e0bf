"""From packets to utterances: those of a turn, and half a second before it, and nothing else."""

from collections import deque
from typing import NamedTuple

from rooms.voice.rtp import Packet

LEAD = 500
"""Milliseconds before a turn that belong to it: the detector is sure of speech only when it has begun."""
TAIL = 200
"""Milliseconds behind a turn that belong to it."""
KEPT = 1_500
"""Milliseconds of packets that are kept outside of turns: the lead, and how late a turn may be known of."""
RING = 400
"""Packets that are kept outside of turns, at most."""
CUT = 20_000
"""Milliseconds after which a turn is cut at the next quiet packet."""
LONGEST = 30_000
"""Milliseconds after which it is cut anyway."""
LARGEST = 1024 * 1024
"""Bytes of Opus after which it is cut anyway."""
QUIET = 50
"""Level (-dBov) from which on a packet is no speech, so that a cut there splits no word."""

At = tuple[int, Packet]
"""When a packet came, in ms since the epoch, and the packet."""


class Utterance(NamedTuple):
    """A turn of speech, or a piece of it, that is over. Both instants in ms since the epoch."""

    room: str
    person: str
    turn: str
    piece: int
    started: int
    ended: int
    packets: tuple[At, ...]


class Gathering:
    """The packets of one person in one room."""

    def __init__(self, room: str, person: str) -> None:
        self._room = room
        self._person = person
        self._packets: deque[At] = deque()
        self._size = 0
        self._turn: str | None = None
        self._piece = 0
        self._started = 0

    def heard(self, packet: Packet, at: int) -> Utterance | None:
        """A packet came; it may be where a long turn is cut."""
        self._packets.append((at, packet))
        self._size += len(packet.payload)
        if self._turn is None:
            self._forget(at - KEPT)
            return None
        lasts = at - self._started
        quiet = packet.level is not None and packet.level >= QUIET
        if lasts < LONGEST and self._size < LARGEST and not (quiet and lasts >= CUT):
            return None
        return self._cut(at)

    def began(self, turn: str, at: int) -> None:
        """A turn has begun, at `at`; that may be known only now."""
        self._turn, self._piece, self._started = turn, 0, at
        self._forget(at - LEAD)

    def ended(self, turn: str, ended: int) -> Utterance | None:
        """The turn is over; `ended` is when they were last heard. None if its beginning was missed."""
        if turn != self._turn:
            return None
        said = self._said(ended, ended + TAIL)
        self._turn = None
        self._forget(ended + TAIL + 1)
        return said

    def _cut(self, at: int) -> Utterance | None:
        said = self._said(at, at)
        self._piece, self._started = self._piece + 1, at
        self._forget(at + 1)
        return said

    def _said(self, ended: int, upto: int) -> Utterance | None:
        packets = tuple(one for one in self._packets if one[0] <= upto)
        if self._turn is None or not packets or ended <= self._started:
            return None
        return Utterance(self._room, self._person, self._turn, self._piece, self._started, ended, packets)

    def _forget(self, before: int) -> None:
        packets = self._packets
        while packets and (packets[0][0] < before or (self._turn is None and len(packets) > RING)):
            self._size -= len(packets.popleft()[1].payload)
