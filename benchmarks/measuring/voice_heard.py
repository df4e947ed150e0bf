"""What was heard of what was said: each packet that arrived is traced back to when its sender sent it."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import pylibsrtp

from benchmarks.measuring.voice_client import LEVEL
from benchmarks.measuring.voice_packets import Marked, Sender, marked
from benchmarks.measuring.voice_wire import Arrival, Wire
from benchmarks.report import quantile
from rooms.voice import rtp

WHOLE, HALF = 0x10000, 0x8000
NEVER = 60_000.0
"""Milliseconds: the delay of what did not come at all."""


@dataclass
class Heard:
    """Counts of packets within the seconds that were looked at; delays in ms, from sent to sent on."""

    expected: int = 0
    arrived: int = 0
    """RTP of whatever kind that arrived within these seconds, traced or not."""
    missing: int = 0
    doubled: int = 0
    unreadable: int = 0
    """Of those that were decrypted: how many could not be, or were not what was sent."""
    checked: int = 0
    delays: list[float] = field(default_factory=list[float])
    gaps: dict[tuple[int, int], float] = field(default_factory=dict[tuple[int, int], float])
    """For each listener and speaker the longest time (ms) without a packet."""
    lost: dict[tuple[int, int], int] = field(default_factory=dict[tuple[int, int], int])
    """For each listener and speaker how many are missing."""
    share: float = 0.0
    late: float = 0.0
    """The p99 of how late the load itself sent, in ms."""

    @property
    def p50(self) -> float:
        """The middle delay."""
        return quantile(self.delays, 0.5) if self.delays else NEVER

    @property
    def p99(self) -> float:
        """The 99th percentile of the delays."""
        return quantile(self.delays, 0.99) if self.delays else NEVER

    @property
    def wrong(self) -> int:
        """Packets that were lost, came twice, or were not what was sent."""
        return self.missing + self.doubled + self.unreadable

    @property
    def whole(self) -> bool:
        """Whether all that was sent was heard, once."""
        return self.expected > 0 and not self.wrong


Streams = Mapping[tuple[int, int], Sequence[Arrival]]
"""What a listener got under one SSRC, in order."""


def streams(wire: Wire) -> Streams:
    """All RTP that arrived, by line and SSRC."""
    found: dict[tuple[int, int], list[Arrival]] = defaultdict(list)
    for arrival in wire.arrivals():
        if arrival.rtp:
            found[arrival.line, arrival.ssrc].append(arrival)
    return found


def heard(
    wire: Wire,
    senders: Sequence[Sender],
    listens: Mapping[int, Sequence[int]],
    first: float,
    last: float,
    ran: Mapping[int, int] | None = None,
    forged: Container[bytes] = (),
) -> Heard:
    """Everything sent between `first` and `last` (s after the beginning) is to be heard by whoever listens.

    `listens` has for the line of a listener the numbers of whom they hear; `ran` says which packet of a
    sender was the first of this run, 0 if it is not said. What is `forged` should not be heard.
    """
    sent = _sent(wire, senders, ran or {}, forged)
    window = wire.begins + int(first * 1e9), wire.begins + int(last * 1e9)
    found = Heard(share=wire.share, late=quantile(wire.late() or [0.0], 0.99))
    got: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    for (line, _), arrivals in streams(wire).items():
        found.arrived += sum(window[0] <= arrival.at < window[1] for arrival in arrivals)
        for sender, number, at in _traced(wire, senders, line, arrivals, found):
            got[line, sender].append((number, at))
    for line, speakers in listens.items():
        for speaker in speakers:
            pair = line, speaker
            _compare(found, pair, sent.get(speaker, {}), got.get(pair, []), window)
    return found


def _sent(
    wire: Wire, senders: Sequence[Sender], ran: Mapping[int, int], forged: Container[bytes]
) -> dict[int, dict[int, int]]:
    """For each sender when each of its RTP packets was sent, by its place."""
    found: dict[int, dict[int, int]] = defaultdict(dict)
    of_line = {sender.number: sender for sender in senders}
    following = {number: ran.get(number, 0) for number in of_line}
    for due, at in zip(wire.due, wire.sent, strict=True):
        if not is_rtp(due.data) or due.line not in of_line or due.data in forged:
            continue
        low = int.from_bytes(due.data[2:4], "big")
        number = following[due.line] + ((low - following[due.line] + HALF) % WHOLE - HALF)
        if at > 0 and number not in found[due.line]:
            found[due.line][number] = at
        following[due.line] = max(following[due.line], number + 1)
    return found


def is_rtp(data: bytes) -> bool:
    """Whether a packet is RTP, protected or not."""
    return 128 <= data[0] < 192 and not 192 <= data[1] < 224


def _traced(
    wire: Wire, senders: Sequence[Sender], line: int, arrivals: Sequence[Arrival], found: Heard
) -> list[tuple[int, int, int]]:
    """(sender, number, at) of each, by the nearest packet before it (or else behind) that was decrypted."""
    known: list[tuple[int, Marked, int]] = []
    for place, arrival in enumerate(arrivals):
        data = wire.whole(arrival)
        if data is not None:
            mark = _opened(senders[line], data)
            found.checked += 1
            if mark is None:
                found.unreadable += 1
            else:
                known.append((place, mark, arrival.sequence))
    if not known:
        return []
    places = [place for place, _, _ in known]
    traced: list[tuple[int, int, int]] = []
    for place, arrival in enumerate(arrivals):
        _, mark, sequence = known[max(0, bisect_right(places, place) - 1)]
        number = mark.number + ((arrival.sequence - sequence + HALF) % WHOLE - HALF)
        traced.append((mark.sender, number, arrival.at))
    return traced


def _opened(listener: Sender, data: bytes) -> Marked | None:
    assert listener.voice.keys is not None
    try:
        clear = listener.voice.keys.receive.unprotect(data)
    except pylibsrtp.Error:
        return None
    return marked(rtp.parse(clear, LEVEL).payload)


def _compare(
    found: Heard,
    pair: tuple[int, int],
    sent: Mapping[int, int],
    got: Sequence[tuple[int, int]],
    window: tuple[int, int],
) -> None:
    due = {number for number, at in sent.items() if window[0] <= at < window[1]}
    within = [(number, at) for number, at in got if number in due]
    came = len({number for number, _ in within})
    found.expected += len(due)
    found.missing += len(due) - came
    found.doubled += len(within) - came
    found.lost[pair] = len(due) - came
    found.delays += [(at - sent[number]) / 1e6 for number, at in within]
    times = [window[0], *sorted(at for _, at in within), window[1]]
    found.gaps[pair] = max((b - a) / 1e6 for a, b in pairwise(times))
