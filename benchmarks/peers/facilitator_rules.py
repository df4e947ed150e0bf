"""The rules of CMU Bazaar and of Rhythm, on speech, as anchors for the facilitator's detectors.

Both count turns and not time. Written anew from what their published sources do.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator

from benchmarks.measuring.facilitator_meetings import SECOND, Meeting

Rule = Callable[[Meeting], Iterator[tuple[int, set[str], set[str]]]]
"""For each second of a meeting (ms): who dominates, and who is quiet."""

PULSE = 180 * SECOND
REACH, EVERY = 300 * SECOND, 5 * SECOND
DOMINANT, QUIET = 1 / 3, 0.2


def bazaar(meeting: Meeting) -> Iterator[tuple[int, set[str], set[str]]]:
    """Bazaar's ActivityTracker: each 3 minutes, whoever had fewest turns is dormant, if 2·fewest < most.

    It has no rule for dominance; its mirror image stands in: whoever had most, under the same condition.
    What it says is taken to hold until the next pulse.
    """
    ends = _ends(meeting)
    dominant: set[str] = set()
    quiet: set[str] = set()
    for tick in range(SECOND, meeting.end + 1, SECOND):
        if tick % PULSE == 0:
            counts = _counts(ends, tick - PULSE, tick)
            least, most = min(counts.values()), max(counts.values())
            lopsided = 2 * least < most
            dominant = {max(counts, key=counts.__getitem__)} if lopsided else set()
            quiet = {min(counts, key=counts.__getitem__)} if lopsided else set()
        yield tick, dominant, quiet


def rhythm(meeting: Meeting) -> Iterator[tuple[int, set[str], set[str]]]:
    """Rhythm's meeting mediator: each 5 seconds, each one's share of the utterances of the last 5 minutes.

    It shows these shares and leaves it to people to judge; the thresholds of the oracle stand in for them.
    """
    ends = _ends(meeting)
    dominant: set[str] = set()
    quiet: set[str] = set()
    for tick in range(SECOND, meeting.end + 1, SECOND):
        if tick % EVERY == 0:
            counts = _counts(ends, tick - REACH, tick)
            n, total = len(counts), sum(counts.values())
            dominant = {p for p, c in counts.items() if total and n * c - total >= DOMINANT * (n - 1) * total}
            quiet = {p for p, c in counts.items() if total and c * n <= QUIET * total}
        yield tick, dominant, quiet


def _ends(meeting: Meeting) -> dict[str, list[int]]:
    ends: dict[str, list[int]] = {person: [] for person in meeting.people}
    for _, end, person in meeting.turns:
        ends[person].append(end)
    return {person: sorted(moments) for person, moments in ends.items()}


def _counts(ends: dict[str, list[int]], after: int, upto: int) -> dict[str, int]:
    """How many turns of each ended in (after, upto]."""
    return {person: bisect_right(found, upto) - bisect_right(found, after) for person, found in ends.items()}
