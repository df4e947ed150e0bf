"""Counts of `k` of `n` judged by those of others: beta-binomial posteriors, and the fit of what they share.

Each has a rate of their own, drawn from a beta distribution that all share; of `n` times it happened `k`
times by that rate. Given the shared distribution, what is known of one rate is a beta distribution again.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import exp, lgamma, log, log1p
from typing import NamedTuple

LEAST = 20
"""Tutors of whom there must be figures before anything is fitted."""
STEPS = 1000
"""Of the fixed-point iteration, at most."""
CLOSE = 1e-7
"""Part by which parameters may still move when the iteration ends."""
SHARPEST = 400.0
"""Lessons that the population may count for, at most: where counts differ by chance alone it is anything."""
BROADEST = 2.0
TINY = 1e-300


class Beta(NamedTuple):
    """A beta distribution: as if `a` had been seen to happen, and `b` not to."""

    a: float
    b: float

    @property
    def mean(self) -> float:
        """What is expected."""
        return self.a / (self.a + self.b)

    def given(self, k: int, n: int) -> "Beta":
        """What is known now that it happened `k` of `n` times."""
        return Beta(self.a + k, self.b + n - k)

    def at_least(self, rate: float) -> float:
        """The probability that the rate is `rate` or more."""
        return 1 - below(rate, self.a, self.b)

    def quantile(self, part: float) -> float:
        """The rate that the true one is below with this probability; to six digits."""
        low, high = 0.0, 1.0
        at = self.mean
        while high - low > 1e-6:
            over = below(at, self.a, self.b) - part
            low, high = (low, at) if over > 0 else (at, high)
            step = over / max(_density(at, self.a, self.b), TINY)
            at = at - step if low < at - step < high else (low + high) / 2
            if abs(step) < 1e-7:
                return at
        return at


@lru_cache(20_000)
def below(x: float, a: float, b: float) -> float:
    """The regularised incomplete beta function: how likely a rate is below `x`."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(x, a, b) / a
    return 1 - front * _fraction(1 - x, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    """The continued fraction of the function (DLMF 8.17.22), by the modified method of Lentz."""
    c, d = 1.0, 1 / _off_zero(1 - (a + b) * x / (a + 1))
    found = d
    for m in range(1, 500):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1 / _off_zero(1 + term * d)
            c = _off_zero(1 + term / c)
            found *= c * d
        if abs(c * d - 1) < 1e-12:
            break
    return found


def _off_zero(value: float) -> float:
    return value if abs(value) > TINY else TINY


def _density(x: float, a: float, b: float) -> float:
    if not 0 < x < 1:
        return 0.0
    return exp(lgamma(a + b) - lgamma(a) - lgamma(b) + (a - 1) * log(x) + (b - 1) * log1p(-x))


def fit(counts: Iterable[tuple[int, int]]) -> Beta | None:
    """The beta distribution under which these `(k, n)` are likeliest; None if there are too few of them.

    Fixed-point iteration on the likelihood (Minka, "Estimating a Dirichlet distribution", 2000, for two
    outcomes). Counts are whole, so its differences of digamma functions are sums: no table is needed.
    """
    known = [(k, n) for k, n in counts if n > 0]
    if len(known) < LEAST or not any(k for k, _ in known):
        return None
    happened = _reached(k for k, _ in known)
    missed = _reached(n - k for k, n in known)
    tried = _reached(n for _, n in known)
    share = sum(k for k, _ in known) / sum(n for _, n in known)
    a, b = 10 * share, 10 * max(1 - share, 0.01)
    for _ in range(STEPS):
        whole = _sum(tried, a + b)
        new = a * _sum(happened, a) / whole, b * _sum(missed, b) / whole
        moved = abs(new[0] / a - 1) + abs(new[1] / b - 1)
        a, b = new
        if moved < CLOSE or a + b > SHARPEST:
            break
    return _bounded(a, b)


def _reached(counts: Iterable[int]) -> Sequence[int]:
    """How many of the counts are above 0, above 1, and so on."""
    sizes: list[int] = []
    for count in counts:
        sizes += [0] * (count - len(sizes))
        if count:
            sizes[count - 1] += 1
    for at in range(len(sizes) - 2, -1, -1):
        sizes[at] += sizes[at + 1]
    return sizes


def _sum(reached: Sequence[int], start: float) -> float:
    return sum(many / (start + at) for at, many in enumerate(reached))


def _bounded(a: float, b: float) -> Beta:
    weight = min(SHARPEST, max(BROADEST, a + b))
    mean = a / (a + b)
    return Beta(weight * mean, weight * (1 - mean))
