"""Real timelines (AMI) as levels, and what detectors make of them: turns, overlaps, talk time of each person.

Everybody has a microphone of their own and hears nobody else in it. Their noise is steady, of 50 to 62 dB
below overload, and varies by 1.5 dB. They speak at 20 to 34 dB below, which wavers by 5 dB from packet to
packet as one that follows the last; once in half a second there is a closure of 40 to 80 ms with noise alone.
"""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain

from benchmarks.measuring.facilitator_meetings import Meeting
from rooms.voice.talk import Followed, Overlapped, Talk
from rooms.voice.turns import Ended, Mark, TurnDetector

PACKET = 20
PAUSE = 500
"""A shorter pause is part of a turn, in the truth too."""
CLOSURE = 0.04
CLOSE = 200
"""Milliseconds by which an edge of a turn may be wrong."""
LEAST_TALK = 60_000
"""Milliseconds of talk from which on the talk time of a person is compared."""

Span = tuple[int, int]


@dataclass
class Compared:
    """Figures over meetings."""

    turns: int = 0
    told: int = 0
    found: int = 0
    starts: int = 0
    ends: int = 0
    talk: list[float] = field(default_factory=list[float])
    """Of each person by how many percent it is wrong."""
    together: int = 0
    """Milliseconds in which two or more speak."""
    together_told: int = 0
    overlaps: int = 0
    overlaps_told: int = 0

    def add(self, true: dict[str, list[Span]], told: dict[str, list[Span]]) -> None:
        """One more meeting."""
        for person, spans in true.items():
            self._person(spans, told[person])
        number, length = _overlaps(true)
        self.overlaps, self.together = self.overlaps + number, self.together + length
        number, length = _overlaps(told)
        self.overlaps_told, self.together_told = self.overlaps_told + number, self.together_told + length

    def _person(self, true: list[Span], told: list[Span]) -> None:
        self.turns, self.told = self.turns + len(true), self.told + len(told)
        at = 0
        for started, ended in true:
            while at < len(told) and told[at][1] <= started:
                at += 1
            if at < len(told) and told[at][0] < ended:
                self.found += 1
                self.starts += abs(told[at][0] - started) <= CLOSE
                self.ends += abs(told[at][1] - ended) <= CLOSE
        spoken, said = (sum(ended - started for started, ended in spans) for spans in (true, told))
        if spoken >= LEAST_TALK:
            self.talk.append(100 * abs(said - spoken) / spoken)


def compare(
    meetings: Iterable[Meeting], sides: Sequence[Callable[[list[int]], list[Span]]]
) -> list[Compared]:
    """Every side, on the same levels."""
    found = [Compared() for _ in sides]
    for meeting in meetings:
        true = {person: _turns(meeting, person) for person in meeting.people}
        levels = {
            person: rendered(spans, meeting.end, random.Random(f"{meeting.name} {person}"))
            for person, spans in true.items()
        }
        for side, compared in zip(sides, found, strict=True):
            compared.add(true, {person: side(heard) for person, heard in levels.items()})
    return found


def rendered(spans: Sequence[Span], end: int, chance: random.Random) -> list[int]:
    """The level of every packet of one person."""
    noise, speech = chance.uniform(50, 62), chance.uniform(20, 34)
    edges = iter([*chain.from_iterable(spans), end + PACKET])
    edge, speaks, closed, wavering, levels = next(edges), False, 0, 0.0, list[int]()
    for at in range(0, end, PACKET):
        while at + PACKET // 2 >= edge:
            edge, speaks = next(edges), not speaks
        level = chance.gauss(noise, 1.5)
        wavering = 0.8 * wavering + chance.gauss(0, 3)
        if closed:
            closed -= 1
        elif speaks and chance.random() < CLOSURE:
            closed = chance.randrange(2, 5)
        elif speaks:
            level = min(level, speech + wavering)
        levels.append(max(0, min(127, round(level))))
    return levels


def ours(levels: list[int]) -> list[Span]:
    """Our turns."""
    detector, marks = TurnDetector(), list[Mark]()
    for n, level in enumerate(levels, 1):
        marks += detector.heard(PACKET * n, level)
    marks += detector.close()
    return [(mark.started, mark.ended) for mark in marks if isinstance(mark, Ended)]


def spans_of(frames: Sequence[bool]) -> list[Span]:
    """What somebody says frame by frame, as turns."""
    found: list[Span] = []
    for n, speaks in enumerate(frames):
        if speaks and found and found[-1][1] == PACKET * n:
            found[-1] = found[-1][0], PACKET * (n + 1)
        elif speaks:
            found.append((PACKET * n, PACKET * (n + 1)))
    return found


def _turns(meeting: Meeting, person: str) -> list[Span]:
    talk, found = meeting.talk[person], list[Span]()
    for started, ended in zip(talk.starts, talk.ends, strict=True):
        if found and started - found[-1][1] < PAUSE:
            found[-1] = found[-1][0], ended
        else:
            found.append((started, ended))
    return found


def _overlaps(spans: dict[str, list[Span]]) -> Span:
    """How many, and milliseconds in all, as `rooms.voice.talk` tells them."""
    talk, followed, last = Talk(), list[Followed](), 0
    turns = sorted((start, end, person) for person, all_of in spans.items() for start, end in all_of)
    for n, (started, ended, person) in enumerate(turns):
        followed += talk.tick(started)
        talk.spoke(person, str(n), started, ended)
        last = max(last, ended)
    followed += talk.close(last)
    lengths = [each.ended - each.started for each in followed if isinstance(each, Overlapped)]
    return len(lengths), sum(lengths)
