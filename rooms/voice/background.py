"""How loud it is where somebody is when they do not speak, and how much that varies. Pure."""

from collections import deque
from math import log10
from typing import NamedTuple

POWERS = tuple(round(10 ** ((127 - level) / 10)) for level in range(128))
"""What each level is as power, in whole numbers, so that sums do not drift."""
SOFT = 9
"""Packets over which power is averaged: the softest moment of a noise says little, of its average much."""
BIN, BINS, STEADY_BINS = 500, 16, 6
"""Milliseconds, and how many: what stays for so long is background, and what is steady, sooner."""
STEADY = 6
"""Within so many dB a sound is steady; speech never is for long."""
SETTLING = 0.01
"""How much one packet moves the mean and the spread."""
OUTLIER = 3
"""In spreads: what is further off moves them no more than that."""
FALLING = 0.3
"""How much of the way down is made in one packet, once it is quieter than the mean by a decibel."""
LEAST_SPREAD, MOST_SPREAD = 0.5, 4.0


class Margin(NamedTuple):
    """How much louder than the background: so many dB, and so many times its spread."""

    fixed: float
    spreads: float


class Background:
    """Mean and spread, in dB below overload, of what is heard while nobody speaks here."""

    def __init__(self, loudest: int) -> None:
        """It is never taken to be louder than `loudest`."""
        self.level = 127.0
        self.spread = 1.5
        self._loudest = loudest
        self._recent: deque[int] = deque(maxlen=SOFT)
        self._power = 0
        self._bins: deque[tuple[int, float, float]] = deque(maxlen=BINS)
        self._quietest = 127.0
        """What the background is not louder than, by the bins."""
        self._begun = False

    def heard(self, at: int, level: int) -> None:
        """Any packet: whatever it is, the background is not louder than what stays for seconds."""
        soft = self._average(level)
        if not self._begun:
            self._begun, self.level = True, soft
        background = self.level
        if len(self._recent) == SOFT:
            if self._remember(at // BIN, soft):
                self._quietest = self._quietest_since(at // BIN)
            background = min(background, self._quietest)
        if soft > background + 1:
            background += FALLING * (soft - background - 1)
        self.level = background if background > self._loudest else self._loudest

    def settle(self, level: int) -> None:
        """A packet without speech."""
        most = OUTLIER * self.spread
        self.level += SETTLING * max(-most, min(most, level - self.level))
        # The mean distance of a normal spread is four fifths of its standard deviation.
        spread = self.spread + SETTLING * (1.25 * min(abs(level - self.level), most) - self.spread)
        self.spread = min(MOST_SPREAD, max(LEAST_SPREAD, spread))

    def below(self, margin: Margin) -> float:
        """The level of what is louder by just this margin."""
        return self.level - margin.fixed - margin.spreads * self.spread

    def _average(self, level: int) -> float:
        recent = self._recent
        if len(recent) == SOFT:
            self._power -= recent[0]
        power = POWERS[level]
        recent.append(power)
        self._power += power
        return 127 - 10 * log10(self._power / len(recent))

    def _remember(self, index: int, soft: float) -> bool:
        """Whether that changed what is remembered: most packets are neither the softest nor the loudest."""
        bins = self._bins
        if bins and bins[-1][0] == index:
            _, quiet, loud = bins[-1]
            if loud <= soft <= quiet:
                return False
            bins[-1] = (index, max(soft, quiet), min(soft, loud))
            return True
        bins.append((index, soft, soft))
        while bins[0][0] <= index - BINS:
            bins.popleft()
        return True

    def _quietest_since(self, index: int) -> float:
        """Of a while, if it was steady, else of all that is remembered."""
        lately = [each for each in self._bins if each[0] > index - STEADY_BINS]
        quiet = max(quiet for _, quiet, _ in lately)
        steady = quiet - min(loud for _, _, loud in lately) <= STEADY
        return quiet if steady else max(quiet for _, quiet, _ in self._bins)
