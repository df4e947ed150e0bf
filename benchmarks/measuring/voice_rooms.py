"""Rooms of four in which everybody sends, an office hour, and how many people a core can carry."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.measuring.board_cores import cpu
from benchmarks.measuring.board_search import most
from benchmarks.measuring.voice_company import Company, Spoken, company
from benchmarks.measuring.voice_packets import loud
from benchmarks.measuring.voice_served import Opening
from benchmarks.report import Row, at_least, at_least_times, at_most, median

SLOW = 20.0
"""Milliseconds: with a p99 above, a server has too many people."""
DISTURBED = 0.03
"""Of the time, how long a server may wait for its core until a step that failed is made once more."""
WHOLE = 0.99
"""Of the packets that are due, how many a peer must send on, whose packets cannot be traced."""
GUESS, HIGHEST = 640, 1000
FIRST, PEER_AT_MOST = 4, 12


@dataclass(frozen=True)
class Pace:
    """How long to measure: seconds, and how often."""

    seconds: float
    rounds: int
    exact: float
    quick: bool


FULL, QUICK = Pace(5.0, 3, 0.1, False), Pace(2.0, 1, 0.5, True)


def rooms(ours: Opening, peer: Opening, pace: Pace) -> list[Row]:
    """What each person takes of the server's core; sides take turns."""
    counts = (40,) if pace.quick else (40, 200)
    theirs: list[Spoken] = []
    found: dict[int, list[Spoken]] = {people: [] for people in counts}
    with ours() as served, company(served) as people:
        for _ in range(pace.rounds):
            people.leave(0)  # nobody is there to say that they are, while the peer is measured
            theirs.append(_once(peer, FIRST, pace.seconds))
            for number in counts:
                people.leave(number)
                people.rooms(number)
                found[number].append(people.speak(pace.seconds))
    price = median([each.each for each in theirs])
    return [row for number, steps in found.items() for row in _priced(number, steps, price)]


def _priced(number: int, steps: Sequence[Spoken], peer: float) -> list[Row]:
    price = median([step.each for step in steps])
    name = f"rooms of 4, all sending, {number} people"
    missing = sum(step.heard.wrong for step in steps)
    return [
        at_most(f"{name}: of a core for each", "%", price, 0.2 if number >= 200 else None, peer),
        at_least_times(f"{name}: people for a core, at that price", "", 100 / price, 100 / peer, 60),
        at_most(f"{name}: p99 of the server's delay", "ms", max(step.heard.p99 for step in steps)),
        at_most(f"{name}: packets missing, doubled or wrong", "", missing, 0),
    ]


def _once(opening: Opening, number: int, seconds: float) -> Spoken:
    with opening() as served, company(served) as people:
        people.rooms(number)
        return people.speak(seconds)


def core(ours: Opening, peer: Opening, pace: Pace) -> list[Row]:
    """The most people in rooms of 4 whom a core carries without loss and with a p99 of 20 ms."""
    best: dict[int, Spoken] = {}
    with ours() as served, company(served) as people:

        def passes(number: int) -> bool:
            people.leave(number)
            people.rooms(number)
            best[number] = _undisturbed(people, pace.seconds, _good)
            return _good(best[number])

        highest = 80 if pace.quick else HIGHEST
        number = most(passes, min(GUESS, highest), exact=pace.exact, highest=highest)
    theirs = _relayed(peer, pace.seconds)
    name = "rooms of 4, all sending: people a core, nothing lost, p99 ≤ 20 ms"
    # A quick run stops looking long before any core is full: what it finds is no answer to the question.
    rows = [at_least(name, "people", number, None if pace.quick else 500, theirs)]
    if found := best.get(number):
        rows += [
            at_most(f"with {number} people: p99 of the server's delay", "ms", found.heard.p99, SLOW),
            at_most(f"with {number} people: of the server's core", "%", 100 * found.cpu),
            at_most(f"with {number} people: of the load's core", "%", 100 * found.heard.share),
        ]
    return rows


def _good(spoken: Spoken) -> bool:
    return spoken.heard.whole and spoken.heard.p99 <= SLOW


def _undisturbed(people: Company, seconds: float, good: Callable[[Spoken], bool]) -> Spoken:
    """A step; once more if it was not good and something else was busy on the server's core."""
    first = people.speak(seconds)
    if good(first) or first.waited <= DISTURBED:
        return first
    again = people.speak(seconds)
    return min(first, again, key=lambda each: (not good(each), each.heard.p99))


def _relayed(peer: Opening, seconds: float) -> int:
    """How many people the peer carries, one more at a time; the delay that it adds is left out of account."""
    carried = 0
    with peer() as served, company(served) as people:
        for number in range(FIRST, PEER_AT_MOST + 1):
            people.rooms(number)
            found = people.speak(seconds).heard
            if found.arrived < WHOLE * found.expected:
                break
            carried = number
    return carried


def office(ours: Opening, pace: Pace) -> list[Row]:
    """One person speaks, thirty listen; and the same node with nobody in it."""
    with ours() as served, company(served) as people:
        people.room(31, speakers=1)
        found = [people.speak(pace.seconds, levels=lambda _: loud) for _ in range(pace.rounds)]
        idle = _idle(people, pace.seconds)
    missing = sum(each.heard.wrong for each in found)
    name = "office hours, 1 speaks and 30 listen"
    return [
        at_most(f"{name}: of a core", "%", median([100 * each.cpu for each in found]), 3),
        at_most(f"{name}: packets missing, doubled or wrong", "", missing, 0),
        at_most("a node in which nobody speaks: of a core", "%", idle),
    ]


def _idle(people: Company, seconds: float) -> float:
    people.leave(0)
    time.sleep(1)
    before = cpu(people.served.pid), time.perf_counter()
    time.sleep(seconds)
    return 100 * (cpu(people.served.pid) - before[0]) / (time.perf_counter() - before[1])
