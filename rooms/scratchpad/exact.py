"""Exact numbers with names in them: polynomials over fractions, of bounded size and with bounded work."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt

BITS = 512
"""Of a numerator or a denominator, at most."""
TERMS = 40
DEGREE = 24
Term = tuple[tuple[str, int], ...]
"""Names and their powers, in the order of the names; empty for the plain number."""


class Unreckonable(Exception):
    """This cannot be worked out."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class TooLarge(Unreckonable):
    """This becomes too large to work out here."""


class DividedByZero(Unreckonable):
    """Nothing can be divided by zero."""


class DividedByNames(Unreckonable):
    """Only numbers can be divided by here."""


class OddPower(Unreckonable):
    """Powers must be whole numbers here, and negative ones stand on numbers only."""


class NoExactRoot(Unreckonable):
    """This root is no fraction."""


class NotANumber(Unreckonable):
    """This works for numbers only."""


@dataclass
class Budget:
    """How many multiplications and additions of fractions may still be done."""

    left: int

    def spend(self, steps: int) -> None:
        """Count; raises `TooLarge`."""
        self.left -= steps
        if self.left < 0:
            raise TooLarge


@dataclass(frozen=True)
class Exact:
    """A sum of terms, none of them zero. Operations raise `Unreckonable`."""

    terms: Mapping[Term, Fraction]

    @classmethod
    def number(cls, value: Fraction | int) -> "Exact":
        """A plain number."""
        return cls.of({(): Fraction(value)})

    @classmethod
    def name(cls, name: str) -> "Exact":
        """What stands for itself."""
        return cls({((name, 1),): Fraction(1)})

    @classmethod
    def of(cls, terms: Mapping[Term, Fraction]) -> "Exact":
        """The sum of these, if it is not too large."""
        kept = {term: factor for term, factor in terms.items() if factor}
        if len(kept) > TERMS or any(map(_is_large, kept.values())):
            raise TooLarge
        if any(sum(power for _, power in term) > DEGREE for term in kept):
            raise TooLarge
        return cls(kept)

    @property
    def plain(self) -> Fraction | None:
        """The number, if there is no name in it."""
        return self.terms.get((), Fraction(0)) if not self.names else None

    @property
    def names(self) -> set[str]:
        """The names in it."""
        return {name for term in self.terms for name, _ in term}

    def plus(self, other: "Exact", budget: Budget) -> "Exact":
        """The sum."""
        budget.spend(len(other.terms) + 1)
        terms = dict(self.terms)
        for term, factor in other.terms.items():
            terms[term] = terms.get(term, Fraction(0)) + factor
        return Exact.of(terms)

    def minus(self, other: "Exact", budget: Budget) -> "Exact":
        """The difference."""
        return self.plus(other.negative(), budget)

    def negative(self) -> "Exact":
        """The same with the other sign."""
        return Exact({term: -factor for term, factor in self.terms.items()})

    def times(self, other: "Exact", budget: Budget) -> "Exact":
        """The product."""
        budget.spend(len(self.terms) * len(other.terms) + 1)
        terms: dict[Term, Fraction] = {}
        for mine, factor in self.terms.items():
            for yours, by in other.terms.items():
                term = _joined(mine, yours)
                terms[term] = terms.get(term, Fraction(0)) + factor * by
        return Exact.of(terms)

    def over(self, other: "Exact", budget: Budget) -> "Exact":
        """The quotient by a number."""
        divisor = other.plain
        if divisor is None:
            raise DividedByNames
        if divisor == 0:
            raise DividedByZero
        return self.times(Exact.number(1 / divisor), budget)

    def power(self, exponent: "Exact", budget: Budget) -> "Exact":
        """This, so often multiplied by itself. Sizes are looked at before any work is done."""
        times = exponent.plain
        if times is None or times.denominator != 1:
            raise OddPower
        if abs(times) > BITS:
            raise TooLarge
        if times >= 0:
            return self._multiplied(int(times), budget)
        if self.plain is None:
            raise OddPower
        return Exact.number(1).over(self._multiplied(-int(times), budget), budget)

    def _multiplied(self, times: int, budget: Budget) -> "Exact":
        result, square = Exact.number(1), self
        while times:
            if times & 1:
                result = result.times(square, budget)
            times >>= 1
            if times:
                square = square.times(square, budget)
        return result

    def root(self) -> "Exact":
        """The square root of a number, if it is a fraction."""
        number = self._number()
        above, below = isqrt(max(number.numerator, 0)), isqrt(number.denominator)
        if (root := Fraction(above, below)) ** 2 != number:
            raise NoExactRoot
        return Exact.number(root)

    def size(self) -> "Exact":
        """A number without its sign."""
        return Exact.number(abs(self._number()))

    def _number(self) -> Fraction:
        if self.plain is None:
            raise NotANumber
        return self.plain


def _is_large(number: Fraction) -> bool:
    return max(number.numerator.bit_length(), number.denominator.bit_length()) > BITS


def _joined(mine: Term, yours: Term) -> Term:
    powers = dict(mine)
    for name, power in yours:
        powers[name] = powers.get(name, 0) + power
    return tuple(sorted(powers.items()))


def written(value: Exact) -> str:
    """As one writes it, highest powers first; reading it again results in the same."""
    order = sorted(value.terms, key=lambda term: (-sum(power for _, power in term), term))
    text = "".join(_signed(term, value.terms[term]) for term in order)
    if not text:
        return "0"
    return "-" + text[3:] if text.startswith(" - ") else text[3:]


def _signed(term: Term, factor: Fraction) -> str:
    names = "*".join(name if power == 1 else f"{name}^{power}" for name, power in term)
    number = "" if names and abs(factor) == 1 else str(abs(factor))
    return (" - " if factor < 0 else " + ") + "*".join(filter(None, (number, names)))
