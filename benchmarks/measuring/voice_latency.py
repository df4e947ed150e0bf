"""From when a tone begins to be sent to when it begins to be heard, decoded on both ends."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import av

from benchmarks.measuring.voice_client import LEVEL
from benchmarks.measuring.voice_company import Member, company
from benchmarks.measuring.voice_heard import is_rtp, streams
from benchmarks.measuring.voice_packets import LOUD, MS, PACKET, QUIET, RATE, opus
from benchmarks.measuring.voice_rooms import Pace
from benchmarks.measuring.voice_served import Opening
from benchmarks.measuring.voice_wire import Due, Wire, wire
from benchmarks.report import Row, at_most, median, quantile
from rooms.voice import rtp

HALF_CYCLE = 25
"""Packets of silence, then as many of a tone; and again."""
AUDIBLE = 500
"""The least peak, of 32,768, that is a tone; silence that was encoded and decoded stays far below."""

Frames = Iterable[tuple[int, bytes]]
"""When (ns), and what."""


def latency(ours: Opening, peer: Opening, pace: Pace) -> list[Row]:
    """Ours and the peer's, in turn."""
    mine: list[float] = []
    theirs: list[float] = []
    for _ in range(pace.rounds):
        theirs += _added(peer, 2 * pace.seconds)
        mine += _added(ours, 2 * pace.seconds)
    name = f"silence to tone, delay added, of {len(mine)}"
    return [
        at_most(f"{name}: p50", "ms", median(mine), 1, median(theirs)),
        at_most(f"{name}: p99", "ms", quantile(mine, 0.99), None, quantile(theirs, 0.99)),
    ]


def _added(opening: Opening, seconds: float) -> list[float]:
    """In a room of two: ms for each tone."""
    with opening() as served, company(served, slots=1) as people:
        speaker, listener = people.room(2)
        frames = list(_frames(int(seconds * 1e9)))
        due = [Due(at, 0, speaker.sender.plain(frame, level)) for at, frame, level in frames]
        due += [each for member in people.members for each in member.sender.upkeep(seconds, 0)]
        sockets = [member.client.line for member in people.members]
        with wire(sockets, due, seconds + 0.5, 1000 + 100 * len(due), every=1) as running:
            pass
    sent = (at for each, at in zip(running.due, running.sent, strict=True) if is_rtp(each.data))
    said = onsets(zip(sent, (frame for _, frame, _ in frames), strict=False))
    heard = onsets(_received(running, listener))
    return list(delays(said, heard))


def _frames(end: int) -> Iterator[tuple[int, bytes, int]]:
    """When each is due, what, and its level."""
    silence, tone = opus("silence"), opus("tone")
    for number, at in enumerate(range(0, end, PACKET)):
        loud = number // HALF_CYCLE % 2
        yield at, (tone if loud else silence)[number % HALF_CYCLE], LOUD if loud else QUIET


def _received(running: Wire, listener: Member) -> Iterator[tuple[int, bytes]]:
    """All that the listener got, in order."""
    assert listener.client.keys is not None
    got = [each for (line, _), some in streams(running).items() if line == 1 for each in some]
    for arrival in sorted(got, key=lambda each: each.sequence):
        data = running.whole(arrival)
        assert data is not None
        yield arrival.at, rtp.parse(listener.client.keys.receive.unprotect(data), LEVEL).payload


def onsets(frames: Frames) -> list[int]:
    """The times of those packets with which, after at least 100 ms of silence, something is heard."""
    decoder = av.CodecContext.create("libopus", "r")
    decoder.sample_rate, decoder.layout = RATE, "stereo"  # type: ignore[attr-defined]
    found: list[int] = []
    silent = 0
    for at, frame in frames:
        peak = max((_peak(each) for each in decoder.decode(av.Packet(frame))), default=0.0)  # type: ignore[attr-defined]
        if peak < AUDIBLE:
            silent += 1
            continue
        if silent >= 5:
            found.append(at)
        silent = 0
    return found


def _peak(frame: av.AudioFrame) -> float:
    data = memoryview(bytes(frame.planes[0]))
    if frame.format.name.startswith("flt"):
        return 32768 * max(map(abs, data.cast("f")))
    return max(map(abs, data.cast("h")))


def delays(said: Sequence[int], heard: Sequence[int]) -> Iterator[float]:
    """Milliseconds from each that was said to the first that was heard before the next was said."""
    for start, following in pairwise([*said, said[-1] + 2 * HALF_CYCLE * 20 * MS]):
        then = next((at for at in heard if start <= at < following), None)
        if then is not None:
            yield (then - start) / 1e6
