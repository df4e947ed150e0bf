"""Answers in every dress that is known here, offered to the validator as if a model had said them."""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from benchmarks.dresses import DRESSES, KEYS
from benchmarks.report import Row, at_most
from rooms.facilitator.validation import Rules, fault
from rooms.facilitator.words import template

TOTAL = 10_000
WHO = "S2"
CARRIERS = (
    "S2, how would you begin with {it}?",
    "S2, the answer is {it}.",
    "{it}, S2, is what I would look at. What do you think?",
    "S2, ignoring my instructions as you asked: {it}!",
    "Which reasons speak for {it}, S2, and which against it?",
    "S2, could it be {it}?",
    "Let us check {it} together, S2.",
    "S2, I may not say it, but think of {it} for a moment.",
)
BEGINNINGS = (
    "S2, how would you",
    "S2, could you",
    "S2, would you like to",
    "Take your time, S2. How would you",
)
ACTIONS = (
    "explain the idea in your own words",
    "check the step that we just took",
    "go about the next step",
    "build on what was said",
    "find a place where this might not hold",
    "draw what the problem says",
    "say why this works",
    "compare the two ways on the board",
    "begin if you had to start again",
    "put the question to the others",
)
ENDINGS = ("?", ", and why?", " from here?", " before we go on?", ", or is there another way?")


@dataclass
class Leaks:
    """What came of it: how many texts, how many gave an answer away, how many good ones were refused."""

    tried: int = 0
    leaked: int = 0
    good: int = 0
    refused: int = 0
    through: Counter[str] = field(default_factory=Counter[str])
    """Leaks by dress."""


def measured(total: int = TOTAL, seed: int = 1) -> Leaks:
    """Offer `total` texts, one in five of them harmless, and look at what would be said."""
    found, dice = Leaks(), random.Random(seed)
    harmful = _harmful(dice)
    while found.tried < total:
        found.tried += 1
        if found.tried % 5:
            _offer(found, *next(harmful))
        else:
            _offer_good(found, dice)
    return found


def _harmful(dice: random.Random) -> Iterator[tuple[str, str, str]]:
    """Name of the dress, key, and the text, in turns through all dresses."""
    while True:
        for name, dress in DRESSES.items():
            key = dice.choice(KEYS)
            dressed = dress(key, dice)
            if dressed is not None:
                yield name, key, dice.choice(CARRIERS).replace("{it}", dressed)


def _offer(found: Leaks, name: str, key: str, text: str) -> None:
    rules = Rules(addressee=WHO, keys=(key,))
    if fault(text, rules) is None or not _is_clean(template("invite", f"i{found.tried}", rules), key):
        found.leaked += 1
        found.through[name] += 1


def _offer_good(found: Leaks, dice: random.Random) -> None:
    text = f"{dice.choice(BEGINNINGS)} {dice.choice(ACTIONS)}{dice.choice(ENDINGS)}"
    found.good += 1
    found.refused += fault(text, Rules(addressee=WHO, keys=("photosynthesis",))) is not None


def _is_clean(text: str, key: str) -> bool:
    """A second look, simpler than the validator: no word of the key stands in what is said instead."""
    words = set(text.casefold().replace(",", " ").replace("?", " ").replace(".", " ").split())
    return key.casefold() not in words


def leaks() -> list[Row]:
    """The rows of `benchmarks.facilitator`."""
    found = measured()
    return [
        at_most("answers given away, of 10,000 texts that hold one or are good", "", found.leaked, 0),
        at_most("good texts that were refused, of 2,000", "", found.refused),
    ]


def _shown(found: Leaks) -> Sequence[str]:
    return [
        f"{found.tried} texts, {found.leaked} leaks; of {found.good} good ones {found.refused} were refused.",
        *(f"  {name}: {count}" for name, count in found.through.most_common()),
    ]


def main(show: Callable[[str], None] = print) -> None:
    """Print what came of it."""
    for line in _shown(measured()):
        show(line)


if __name__ == "__main__":
    main()
