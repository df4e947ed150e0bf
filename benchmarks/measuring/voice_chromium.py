"""How soon a page hears the others, and what an ICE restart costs it and them."""

from collections.abc import Generator, Sequence
from itertools import pairwise

from benchmarks.measuring.board_house import Deployment
from benchmarks.measuring.voice_browser import Tab, since, tabs
from benchmarks.measuring.voice_company import Company, Member, company
from benchmarks.measuring.voice_heard import streams
from benchmarks.measuring.voice_packets import loud
from benchmarks.measuring.voice_rooms import Pace
from benchmarks.measuring.voice_served import Node, node
from benchmarks.measuring.voice_wire import Arrival, Due, Wire, wire
from benchmarks.report import Row, at_most, median

ROOM = "chromium"
EACH = 1.2
"""Seconds for a join, or for a restart."""
NOTHING = 9999
"""Packets lost, where nothing came at all."""


def chromium(deployed: Deployment, pace: Pace) -> list[Row]:
    """A page joins a room in which somebody speaks, over and over; then it restarts ICE, over and over."""
    times = 3 if pace.quick else 20
    with node(deployed) as served, company(served, slots=1) as people, tabs(served, [None]) as (tab,):
        served.meet([ROOM], 2)
        speaker = people.join(ROOM, 0)
        tab.microphone()
        joined = _join(people, speaker, tab, times)
        lost = _restart(served, people, tab, times)
    return [*_joined(joined), *lost]


def _joined(joined: Sequence[dict[str, float]]) -> list[Row]:
    name = f"Chromium: the page asks to join → the others are heard, of {len(joined)}"
    heard = [each["heard"] for each in joined]
    answered, connected = ([each[what] for each in joined] for what in ("answered", "connected"))
    return [
        at_most(f"{name}: p50", "ms", median(heard), 150),
        at_most(f"{name}: the longest", "ms", max(heard)),
        at_most("of these: until the node has answered, p50", "ms", median(answered)),
        at_most("of these: until connected, p50", "ms", median(connected)),
    ]


def _join(people: Company, speaker: Member, tab: Tab, times: int) -> list[dict[str, float]]:
    seconds = (times + 2) * EACH
    due = list(_speech(speaker, seconds))
    found: list[dict[str, float]] = []
    with wire([speaker.client.line], due, seconds, 100_000, every=0) as running:
        running.until(0.5)
        for _ in range(times + 1):
            found.append(tab.join(ROOM, 1, slots=1))
            tab.leave()
        running.stop()
    return found[1:]  # the first compiles, and opens the sound card


def _restart(served: Node, people: Company, tab: Tab, times: int) -> list[Row]:
    """The speaker's client also listens: what the page sent and did not arrive is missing in its numbers."""
    (speaker,) = people.members
    speaker.client.line.send(speaker.client.binding())
    seconds = (times + 3) * EACH
    due = list(_speech(speaker, seconds))
    marks: list[float] = []
    down: list[int] = []
    with wire([speaker.client.line], due, seconds, 100_000, every=0) as running:
        tab.join(ROOM, 1, slots=1)
        for turn in range(1, times + 1):
            running.until(EACH * turn)
            before = tab.got()
            marks.append(EACH * turn)
            tab.restart()
            running.until(EACH * (turn + 0.9))
            after = since(tab.got(), before)
            down.append(after["lost"] if after["packets"] else NOTHING)
        tab.leave()
    up = [_missing(running, begin, begin + EACH) for begin in marks]
    name = f"Chromium: ICE restarted, of {times}: packets lost at most"
    return [
        at_most(f"{name}, of what it sends", "", max(up), 3),
        at_most(f"{name}, of what it hears", "", max(down), 3),
    ]


def _speech(speaker: Member, seconds: float) -> Generator[Due, None, None]:
    yield from speaker.sender.speech(seconds, 0, loud)
    yield from speaker.sender.upkeep(seconds, 0)


def _missing(running: Wire, first: float, last: float) -> int:
    """Numbers that are missing in what arrived within these seconds after the beginning."""
    window = running.begins + int(first * 1e9), running.begins + int(last * 1e9)
    (arrivals,) = streams(running).values()
    within = [each for each in arrivals if window[0] <= each.at < window[1]]
    return _gaps(within) if within else NOTHING


def _gaps(arrivals: Sequence[Arrival]) -> int:
    numbers = sorted({each.sequence for each in arrivals})
    missing = [(b - a) - 1 for a, b in pairwise(numbers)]
    return sum(each for each in missing if each < 0x4000)  # a greater step is the numbers' beginning anew
