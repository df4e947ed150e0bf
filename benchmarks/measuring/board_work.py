"""Boards at work: clients a core, how soon they see each other's keys, slow readers, crowds."""

import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager

import psutil

from benchmarks.measuring.board_served import Opening, Served
from benchmarks.measuring.board_step import Pace, Step, clients_a_core, step, undisturbed
from benchmarks.report import Row, at_least_times, at_most

MIB = 2**20
TYPING = {"Lyceum": 3200, "Hocuspocus": 1600, "y-websocket": 2400, "pycrdt-websocket": 800}
CURSOR = {"Lyceum": 1600, "Hocuspocus": 480, "y-websocket": 1200, "pycrdt-websocket": 400}
"""Where the search begins."""
TIMES = {"Hocuspocus": 2.0, "y-websocket": 1.8, "pycrdt-websocket": 5.0}
TIMES_CURSOR = {"Hocuspocus": 4.0, "y-websocket": 2.0}
AT = 1600
"""Clients at which delays are compared."""
KEYS = 5.0
"""That everyone presses a second."""
SLOW_ROOMS = 50
SLOW = {"rate": 10.0, "cursor": True, "pad": 2000, "drain": 1.0}
"""Cursors of 2 KB: whoever stops reading is a megabyte behind within the time that is measured."""
CROWD = {"writers": 20}
Servers = Mapping[str, Opening]
"""Ours, by the name "Lyceum", and the peers that can be had."""


def typing(servers: Servers, pace: Pace) -> list[Row]:
    """Clients a core, everyone typing five keys a second."""
    return _clients(servers, "typing", TYPING, TIMES, pace)


def cursor(servers: Servers, pace: Pace) -> list[Row]:
    """The same with a cursor move a key."""
    return _clients(servers, "typing, a cursor move a key", CURSOR, TIMES_CURSOR, pace, cursor=True)


def _clients(
    servers: Servers,
    what: str,
    guesses: Mapping[str, int],
    times: Mapping[str, float],
    pace: Pace,
    **options: bool,
) -> list[Row]:
    found: dict[str, tuple[int, Step | None]] = {}
    for name, opening in servers.items():
        with opening() as served:
            guess = guesses[name] // 8 if pace.quick else guesses[name]
            found[name] = clients_a_core(served, guess, pace, **options)
    ours, at = found["Lyceum"]
    name = f"clients a core with p99 ≤ 100 ms, rooms of 4, {what}"
    peers = [peer for peer in TYPING if peer != "Lyceum"]
    rows = [
        at_least_times(f"{name}; {peer}", "clients", ours, found.get(peer, (None,))[0], times.get(peer))
        for peer in peers
    ]
    if at is not None:
        rows.append(at_most(f"{name}: ours with so many, p99", "ms", at.found.p99))
        rows.append(at_most(f"{name}: what the load took of its own core then", "%", 100 * at.found.share))
    return rows


def delays(servers: Servers, pace: Pace) -> list[Row]:
    """p99 at a number of clients that is usual."""
    clients = AT // 8 if pace.quick else AT
    steps = {
        name: _once(opening, lambda served: undisturbed(served, clients // 4, 4, pace, _prompt))
        for name, opening in servers.items()
        if name != "pycrdt-websocket"
    }
    ours = steps.pop("Lyceum")
    name = f"p99 with {clients} clients in rooms of 4, typing"
    rows = [at_most(f"{name}; {peer}", "ms", ours.found.p99, 2, s.found.p99) for peer, s in steps.items()]
    rows += rows or [at_most(name, "ms", ours.found.p99, 2)]
    rows += [
        at_most(f"{name}: the server's CPU for a key; {peer}", "µs", _for_a_key(ours), None, _for_a_key(s))
        for peer, s in steps.items()
    ]
    lost = ours.found.missing + ours.found.doubled + ours.found.disordered
    return [*rows, at_most(f"{name}: updates missing, doubled or out of order", "updates", lost, 0)]


def _for_a_key(done: Step) -> float:
    """Microseconds: taking it in, and passing it on to three."""
    return 1e6 * done.cpu / (KEYS * done.found.clients)


def _prompt(done: Step) -> bool:
    return done.found.whole and done.found.p99 <= 2


def _once(opening: Opening, measure: Callable[[Served], Step]) -> Step:
    with opening() as served:
        return measure(served)


def slow(servers: Servers, pace: Pace) -> list[Row]:
    """One in each room stops reading: what the others notice of it, and what the server keeps for it."""
    rooms, seconds = (10, 6.0) if pace.quick else (SLOW_ROOMS, 20.0)
    with servers["Lyceum"]() as served:
        without = step(served, rooms, 4, pace, **SLOW)
    with servers["Lyceum"]() as served, _watching(served) as sizes:
        stalled = step(served, rooms, 4, pace, **{**SLOW, "seconds": seconds, "stall": True})
    late = [size for _, size in sizes]
    half, end = late[len(late) // 2 : len(late) * 3 // 4], late[len(late) * 3 // 4 :]
    name = f"one slow reader in each of {rooms} rooms of 4"
    return [
        at_most(f"{name}: p99 of the others", "ms", stalled.found.p99, 2 * without.found.p99),
        at_most(f"{name}: p99 of everybody without them", "ms", without.found.p99),
        at_most(f"{name}: updates the others miss", "updates", stalled.found.missing, 0),
        at_most(f"{name}: memory, most in the last quarter", "MiB", max(end), 1.1 * max(half)),
    ]


@contextmanager
def _watching(served: Served) -> Generator[list[tuple[float, float]], None, None]:
    """Seconds and MiB resident, twice a second within the block."""
    over, sizes = threading.Event(), list[tuple[float, float]]()

    def look() -> None:
        process, at = psutil.Process(served.pid), 0.0
        while not over.wait(0.5):
            at += 0.5
            sizes.append((at, process.memory_info().rss / MIB))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield sizes
    finally:
        over.set()
        thread.join()


def crowds(servers: Servers, pace: Pace) -> list[Row]:
    """Rooms of a hundred of whom twenty type: how much is delivered for a second of processor time."""
    rooms = 1 if pace.quick else 3
    steps = {
        name: _once(opening, lambda served: step(served, rooms, 100, pace, **CROWD))
        for name, opening in servers.items()
        if name != "pycrdt-websocket"
    }
    ours = steps.pop("Lyceum")
    name = f"{rooms} rooms of 100, 20 typing"
    rows = [
        at_least_times(
            f"{name}: updates delivered a second of CPU; {peer}",
            "/s",
            ours.delivered_a_second,
            theirs.delivered_a_second if theirs.found.whole else None,
            1,
        )
        for peer, theirs in steps.items()
    ]
    return [
        *rows,
        at_most(f"{name}: p99", "ms", ours.found.p99),
        at_most(f"{name}: updates missing", "updates", ours.found.missing, 0),
    ]
