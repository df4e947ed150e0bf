"""The running picture of real meetings: whether it is right at every second, and how fast it is."""

from collections.abc import Callable, Iterator, Sequence
from time import process_time

from benchmarks.measuring.facilitator_meetings import ORG, ROOM, SECOND, ZERO, Meeting, Sign
from benchmarks.report import Row, at_least_times, at_most
from domain.events import Recorded
from domain.interventions import InterventionDecided
from rooms.facilitator.arbitration import choose
from rooms.facilitator.detectors import Finding
from rooms.facilitator.measures import dominance, gini
from rooms.facilitator.picture import Picture
from rooms.facilitator.policy import STANDARD

PACE = 500_000
"""Events and ticks a second that are to be reached."""


def picture(parts: Sequence[tuple[str, Sequence[Meeting]]]) -> list[Row]:
    """Differences on each part of the data, and the pace on all of it."""
    rows: list[Row] = []
    for part, chosen in parts:
        compared, differences, worst = _compared(chosen)
        rows.append(at_most(f"AMI {part}: differences in {compared:,} figures", "", differences, 0))
        rows.append(at_most(f"AMI {part}: largest difference", "ms", worst, 0))
    everything = [meeting for _, chosen in parts for meeting in chosen]
    return [*rows, *_pace(everything)]


def begun(meeting: Meeting) -> Picture:
    """The picture when all have come."""
    running = Picture(ORG, ROOM, STANDARD.reach)
    for recorded in meeting.beginning():
        running.fold(recorded)
    return running


def ticking(meeting: Meeting, running: Picture) -> Iterator[int]:
    """Show a meeting to its picture; yields at every second (ms of the meeting)."""
    tick = SECOND
    for at, sign in meeting.signs():
        while tick < at:
            yield tick
            tick += SECOND
        hear(running, at, sign)
    while tick <= meeting.end:
        yield tick
        tick += SECOND


def hear(running: Picture, at: int, sign: Recorded | tuple[str, bool]) -> None:
    """Take one event or live sign in."""
    if isinstance(sign, Recorded):
        running.fold(sign)
    else:
        running.mark(sign[0], sign[1], ZERO + at)


def _compared(chosen: Sequence[Meeting]) -> tuple[int, int, int]:
    """How many figures were compared, how many differed, and by how many milliseconds at most."""
    compared = differences = worst = 0
    for meeting in chosen:
        running = begun(meeting)
        for tick in ticking(meeting, running):
            over = running.talk_over(STANDARD.windows, ZERO + tick)
            for at, window in enumerate(STANDARD.windows):
                found = {person: amounts[at] for person, amounts in over.items()}
                expected = _offline(meeting, window, tick)
                compared += len(expected) + 2
                gaps = [abs(found[person] - expected[person]) for person in expected]
                differences += sum(map(bool, gaps))
                worst = max(worst, *gaps)
                differences += (dominance(found) != dominance(expected)) + (gini(found) != gini(expected))
    return compared, differences, worst


def _offline(meeting: Meeting, window: int, tick: int) -> dict[str, int]:
    return {person: talk.until(tick) - talk.until(tick - window) for person, talk in meeting.talk.items()}


def _pace(chosen: Sequence[Meeting]) -> list[Row]:
    events, ticks, folding, looking, deciding = 0, 0, 0.0, 0.0, 0.0
    for meeting in chosen:
        heard, looked, fold, look, decide = _timed(meeting)
        events, ticks = events + heard, ticks + looked
        folding, looking, deciding = folding + fold, looking + look, deciding + decide
    pace = (events + ticks) / (folding + looking)
    return [
        at_least_times("events and ticks a second of processor time; of half a million", "/s", pace, PACE, 1),
        at_most(f"an event or a live sign, mean of {events:,}", "µs", folding / events * 1e6),
        at_most(
            f"a tick (talk of all over {len(STANDARD.windows)} windows), mean of {ticks:,}",
            "µs",
            looking / ticks * 1e6,
        ),
        at_most("a tick with detectors and arbitration, mean", "µs", deciding / ticks * 1e6),
    ]


def _timed(meeting: Meeting) -> tuple[int, int, float, float, float]:
    """Events, ticks, and seconds of processor time for events, for ticks, and for ticks with a decision."""
    by_tick = _by_tick(meeting)
    running, windows = begun(meeting), STANDARD.windows
    both = _seconds_of(by_tick, running, lambda now: running.talk_over(windows, now))
    running = begun(meeting)
    alone = _seconds_of(by_tick, running, None)
    running = begun(meeting)
    decided = _seconds_of(by_tick, running, lambda now: _decide(running, now))
    events = sum(len(signs) for _, signs in by_tick)
    return events, len(by_tick), alone, max(0.0, both - alone), max(0.0, decided - alone)


def _by_tick(meeting: Meeting) -> list[tuple[int, list[Sign]]]:
    """The moment of each second, and what is heard since the one before."""
    signs, at = meeting.signs(), 0
    found: list[tuple[int, list[Sign]]] = []
    for tick in range(SECOND, meeting.end + 1, SECOND):
        first = at
        while at < len(signs) and signs[at][0] <= tick:
            at += 1
        found.append((ZERO + tick, signs[first:at]))
    return found


def _seconds_of(
    by_tick: list[tuple[int, list[Sign]]], running: Picture, look: Callable[[int], object] | None
) -> float:
    """Seconds of processor time to hear all of it, and to look at each tick if `look` is given."""
    began = process_time()
    for now, signs in by_tick:
        for at, sign in signs:
            if isinstance(sign, Recorded):
                running.fold(sign)
            else:
                running.mark(sign[0], sign[1], ZERO + at)
        if look is not None:
            look(now)
    return process_time() - began


def _decide(running: Picture, now: int) -> None:
    """As in life: after each decision the group is left alone for a while."""
    finding = choose(running, now, STANDARD)
    if finding is not None:
        running.said.fold(decision(finding, now))


def decision(finding: Finding, now: int) -> InterventionDecided:
    """What the log would have of it."""
    return InterventionDecided(
        intervention=f"i{now}",
        room=ROOM,
        person=finding.person,
        detector=finding.detector,
        evidence=finding.evidence,
        policy=STANDARD.label,
        seen=0,
        moment=now,
    )
