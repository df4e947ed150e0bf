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

    __slots__ = (
        "_bins",
        "_loudest",
        "_newest",
        "_power",
        "_quietest",
        "_recent",
        "_soft",
        "level",
        "spread",
    )

    def __init__(self, loudest: int) -> None:
        """It is never taken to be louder than `loudest`."""
        self.level = 127.0
        self.spread = 1.5
        self._loudest = loudest
        self._recent: deque[int] = deque(maxlen=SOFT)
        self._power, self._soft = 0, 127.0
        self._bins: deque[tuple[int, float, float]] = deque(maxlen=BINS)
        self._newest = (-1, 127.0, 0.0)
        """The newest bin."""
        self._quietest = 127.0
        """What the background is not louder than, by the bins; nothing before there are any."""

    def heard(self, at: int, level: int) -> None:
        """Any packet: whatever it is, the background is not louder than what stays for seconds."""
        recent, power = self._recent, POWERS[level]
        if len(recent) < SOFT:
            self._begin(power)
        elif power != recent[0]:  # else all is as it was
            self._power += power - recent[0]
            self._soft = 127 - 10 * log10(self._power / SOFT)
        recent.append(power)
        soft, background = self._soft, self.level
        if len(recent) == SOFT:
            index, quiet, loud = self._newest
            if index != at // BIN or not loud <= soft <= quiet:
                self._remember(at // BIN, soft)
            background = self._quietest if self._quietest < background else background
        if soft > background + 1:
            background += FALLING * (soft - background - 1)
        self.level = background if background > self._loudest else self._loudest

    def settle(self, level: int) -> None:
        """A packet without speech."""
        spread, off = self.spread, level - self.level
        most = OUTLIER * spread
        self.level += SETTLING * (most if off > most else -most if off < -most else off)
        # The mean distance of a normal spread is four fifths of its standard deviation.
        distance = abs(level - self.level)
        spread += SETTLING * (1.25 * (most if distance > most else distance) - spread)
        spread = spread if spread < MOST_SPREAD else MOST_SPREAD
        self.spread = spread if spread > LEAST_SPREAD else LEAST_SPREAD

    def below(self, margin: Margin) -> float:
        """The level of what is louder by just this margin."""
        return self.level - margin.fixed - margin.spreads * self.spread

    def _begin(self, power: int) -> None:
        """One of the first packets, before there are enough for an average of all."""
        self._power += power
        self._soft = 127 - 10 * log10(self._power / (len(self._recent) + 1))
        if not self._recent:
            self.level = self._soft

    def _remember(self, index: int, soft: float) -> None:
        """Most packets need not be: they are neither the first of their bin nor its softest nor loudest."""
        bins = self._bins
        if bins and bins[-1][0] == index:
            _, quiet, loud = bins.pop()
            self._newest = (index, max(soft, quiet), min(soft, loud))
        else:
            self._newest = (index, soft, soft)
        bins.append(self._newest)
        while bins[0][0] <= index - BINS:
            bins.popleft()
        self._quietest = self._quietest_since(index)

    def _quietest_since(self, index: int) -> float:
        """Of a while, if it was steady, else of all that is remembered."""
        lately = [each for each in self._bins if each[0] > index - STEADY_BINS]
        quiet = max(quiet for _, quiet, _ in lately)
        steady = quiet - min(loud for _, _, loud in lately) <= STEADY
        return quiet if steady else max(quiet for _, quiet, _ in self._bins)
