"""What helps: a lot that leaves some words unsaid, and talk moves tried by how often they helped. Pure.

Every draw is whole numbers out of SHA-256, so that it can be made again anywhere, to the bit.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import sha256

from domain.interventions import Detector, Move, OutcomeMeasured

CERTAIN = 10_000
"""A probability of one, as chances are counted."""
MOST = 256
"""Outcomes of a move beyond so many make no difference to what is drawn but time: they are scaled down."""
UNIFORMS = 1 << 64


class Tally:
    """How often each move helped, and how often the same was over by itself, in one organisation."""

    def __init__(self) -> None:
        self.position = 0
        self._better: Counter[tuple[Detector, Move | None]] = Counter()
        self._same: Counter[tuple[Detector, Move | None]] = Counter()

    def count(self, outcome: OutcomeMeasured) -> None:
        """Take one outcome in; in the held-out arm there was no move."""
        held = self._better if outcome.result == "better" else self._same
        held[outcome.detector, outcome.move if outcome.arm == "said" else None] += 1

    def of(self, detector: Detector, move: Move | None) -> tuple[int, int]:
        """How often it was better afterwards, and how often the same; of no move, in the held-out arm."""
        return self._better[detector, move], self._same[detector, move]


def chance(*about: str) -> int:
    """A number from 0 to 9 999, each as likely, that follows from what it is about."""
    return next(_uniforms("/".join(about))) * CERTAIN // UNIFORMS


def move(detector: Detector, fitting: Sequence[Move], tally: Tally, seed: str) -> Move:
    """One of the moves that fit, by Thompson sampling: each is drawn as likely as it is to be the best."""
    drawn = [beta(*tally.of(detector, each), f"{seed}/{each}") for each in fitting]
    return fitting[max(range(len(drawn)), key=drawn.__getitem__)]


def beta(better: int, same: int, seed: str) -> int:
    """A draw from Beta(better + 1, same + 1), in 64 bits.

    It is the order statistic of rank `better + 1` among `better + same + 1` uniform numbers, which has just
    that distribution, and needs no logarithm that another machine may round differently.
    """
    number = better + same
    if number > MOST:
        better, number = better * MOST // number, MOST
    uniforms = _uniforms(seed)
    return sorted(next(uniforms) for _ in range(number + 1))[better]


def _uniforms(seed: str) -> Iterator[int]:
    block = 0
    while True:
        digest = sha256(f"{seed}/{block}".encode()).digest()
        yield from (int.from_bytes(digest[at : at + 8]) for at in range(0, 32, 8))
        block += 1
