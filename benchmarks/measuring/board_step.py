"""One load on one server, and what the server took for it."""

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from benchmarks.measuring.board_cores import cpu, memory, waited
from benchmarks.measuring.board_load import Found, load
from benchmarks.measuring.board_search import most
from benchmarks.measuring.board_served import Served

SLOW = 100.0
"""Milliseconds: a server whose p99 is above has too many clients."""
DISTURBED = 0.05
"""Of the time, how long a server may wait for its core until what it did is measured once more."""


@dataclass(frozen=True)
class Pace:
    """How long to measure. Times are seconds; a search is `exact` to this part."""

    warmup: float
    seconds: float
    exact: float
    kills: int
    quick: bool


HIGHEST = 16_000
"""Clients that are tried at most."""
FULL = Pace(1.5, 4.0, 0.1, 100, False)
QUICK = Pace(0.5, 1.0, 1.0, 3, True)


@dataclass
class Marks:
    """Notes of a server at everything that the load says has happened: (s, s of CPU, s waited, bytes)."""

    served: Served
    at: dict[str, tuple[float, float, float, float]] = field(
        default_factory=dict[str, tuple[float, float, float, float]]
    )

    def note(self, now: str) -> None:
        """Look at the server."""
        pid = self.served.pid
        self.at[now] = time.perf_counter(), cpu(pid), waited(pid), memory(pid)

    def between(self, first: str, last: str) -> tuple[float, float, float, float]:
        """What changed."""
        a, b = self.at[first], self.at[last]
        return b[0] - a[0], b[1] - a[1], b[2] - a[2], b[3] - a[3]


@dataclass(frozen=True)
class Step:
    """What came of it; and of the seconds measured the server's share of its core, and how long it waited."""

    found: Found
    cpu: float = 0.0
    waited: float = 0.0

    @property
    def good(self) -> bool:
        """Nothing was amiss, and nobody had to wait."""
        return self.found.whole and self.found.p99 <= SLOW

    @property
    def delivered_a_second(self) -> float:
        """Updates delivered for a second of the server's processor time."""
        return self.found.in_window / (self.cpu * self.found.seconds) if self.cpu else 0.0


def step(served: Served, rooms: int, each: int, pace: Pace, **options: float | bool) -> Step:
    """People type for a while in fresh rooms."""
    marks = Marks(served)
    options = {"warmup": pace.warmup, "seconds": pace.seconds, **options}
    found = load(served, rooms, each, seen=marks.note, **options)
    done = Step(found)
    if "measured" in marks.at:
        lasted, spent, lost, _ = marks.between("measuring", "measured")
        done = Step(found, spent / lasted, lost / lasted)
    _tell(served, done)
    return done


def undisturbed(
    served: Served, rooms: int, each: int, pace: Pace, good: Callable[[Step], bool], **options: float | bool
) -> Step:
    """A step; once more if it was not good and something else was busy on the server's core."""
    first = step(served, rooms, each, pace, **options)
    if good(first) or first.waited <= DISTURBED:
        return first
    again = step(served, rooms, each, pace, **options)
    return min(first, again, key=lambda each: (not good(each), each.found.p99))


def clients_a_core(
    served: Served, guess: int, pace: Pace, **options: float | bool
) -> tuple[int, Step | None]:
    """How many clients in rooms of four it can take, and what was measured with them."""
    best: dict[int, Step] = {}

    def passes(clients: int) -> bool:
        best[clients] = undisturbed(served, clients // 4, 4, pace, lambda each: each.good, **options)
        return best[clients].good

    found = most(passes, guess, exact=pace.exact, highest=2 * guess if pace.quick else HIGHEST)
    return found, best.get(found)


def _tell(served: Served, done: Step) -> None:
    found = done.found
    wrong = (
        "" if found.whole else f", NOT WHOLE (missing {found.missing}, closed {found.closed} {found.code})"
    )
    print(
        f"  {served.name}: {found.clients} clients, p50 {found.p50:.2f}, p99 {found.p99:.1f} ms, core"
        f" {100 * done.cpu:.0f} %, waited {100 * done.waited:.0f} %, load {100 * found.share:.0f} %{wrong}",
        file=sys.stderr,
        flush=True,
    )
