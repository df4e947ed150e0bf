"""Who speaks when: a pure detector of speech turns over (time in ms, RFC 6464 level)."""

from collections import deque
from dataclasses import dataclass

PACKET = 20
"""Milliseconds of sound in a packet: what arrives at `t` was said in the 20 ms before `t`."""
LONGEST_GAP = 200
"""Loud packets further apart than this do not add up to one attack."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """What counts as speech. Levels and margins in dB (a level is -dBov: 0 loudest), times in ms."""

    margin: int = 8
    """How much louder than the floor speech begins."""
    sustain: int = 5
    """How much louder than the floor speech goes on."""
    quietest: int = 55
    """Nothing quieter than this level is speech, however silent the room."""
    loudest_floor: int = 30
    """The floor is never taken to be louder than this level, however long a noise lasts."""
    attack: int = 60
    """How long it must be loud without a break before a turn starts."""
    hangover: int = 500
    """How long a pause may be within one turn."""
    bin: int = 500
    bins: int = 6
    """The floor is the quietest packet of the last `bins` times `bin` ms."""


@dataclass(frozen=True, slots=True)
class Started:
    """A turn has started, at `at` ms."""

    at: int


@dataclass(frozen=True, slots=True)
class Ended:
    """A turn lasted from `started` to `ended` ms; the hangover is not part of it."""

    started: int
    ended: int


Mark = Started | Ended
NOTHING: tuple[Mark, ...] = ()


class Floor:
    """The level of the background: the quietest packet within a sliding window."""

    def __init__(self, tuning: Tuning) -> None:
        self._tuning = tuning
        self._bins: deque[tuple[int, int]] = deque(maxlen=tuning.bins)
        self.level = 127

    def adapt(self, at: int, level: int) -> None:
        """Take one packet's level into account."""
        index = at // self._tuning.bin
        if self._bins and self._bins[-1][0] == index:
            if level <= self._bins[-1][1]:
                return
            self._bins[-1] = (index, level)
        else:
            self._bins.append((index, level))
            while self._bins[0][0] <= index - self._tuning.bins:
                self._bins.popleft()
        self.level = max(self._tuning.loudest_floor, *(quiet for _, quiet in self._bins))


class TurnDetector:
    """Turns of one person. Feed it every packet, and `tick` it now and then: packets may stop."""

    def __init__(self, tuning: Tuning | None = None) -> None:
        self._tuning = tuning or Tuning()
        self._floor = Floor(self._tuning)
        self._now = 0
        self._started: int | None = None
        self._loud_since: int | None = None
        self._loud_last = 0

    @property
    def speaking(self) -> bool:
        """Whether a turn is open."""
        return self._started is not None

    def heard(self, at: int, level: int) -> tuple[Mark, ...]:
        """A packet of this level (0 loudest to 127 silent) arrived at `at`; a time in the past means now."""
        marks = self.tick(at)
        self._floor.adapt(self._now, level)
        if level <= self._threshold():
            return marks + self._loud(self._now)
        if self._started is None:
            self._loud_since = None
        return marks

    def tick(self, now: int) -> tuple[Mark, ...]:
        """Time has passed: ends a turn whose pause was too long."""
        self._now = max(self._now, now)
        if self._started is None or self._now - self._loud_last < self._tuning.hangover:
            return NOTHING
        return self.close()

    def close(self) -> tuple[Mark, ...]:
        """Ends the open turn, if there is one, where it was last loud."""
        started, self._started, self._loud_since = self._started, None, None
        return NOTHING if started is None else (Ended(started, self._loud_last),)

    def _threshold(self) -> int:
        margin = self._tuning.margin if self._started is None else self._tuning.sustain
        return min(self._floor.level - margin, self._tuning.quietest)

    def _loud(self, at: int) -> tuple[Mark, ...]:
        if self._loud_since is None or (not self.speaking and at - self._loud_last > LONGEST_GAP):
            self._loud_since = at
        self._loud_last = at
        if self.speaking or at - self._loud_since + PACKET < self._tuning.attack:
            return NOTHING
        self._started = max(0, self._loud_since - PACKET)
        return (Started(self._started),)
