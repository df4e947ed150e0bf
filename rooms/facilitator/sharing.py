"""Which of several facilitators looks after a room: whoever has the highest number for it, of those who live.

Nobody has to agree on it. Two that look after one room for a moment say one thing once all the same, since
the log settles what is decided; none does so for longer than it takes to hear of each other.
"""

from collections.abc import Callable
from hashlib import sha256

from msgspec import Struct

from domain.identity import Key
from rooms.facilitator.history import Place

BEAT = 1.0
"""Seconds between two signs of life."""
LOST = 5.0
"""Seconds without one after which a facilitator is taken for dead."""


MOST = 256
"""Facilitators that are heeded, at most: more are none of ours."""


class Facilitates(Struct, frozen=True, tag="facilitates"):
    """A sign of life of one facilitator."""

    name: Key


class Sharing:
    """What one facilitator, of this name, knows of the others. `clock` is in seconds and never goes back."""

    def __init__(self, name: str, clock: Callable[[], float]) -> None:
        self.name = name
        self._clock = clock
        self._heard: dict[str, float] = {}

    def heard(self, name: str) -> None:
        """Another one lives (or this one hears itself)."""
        if name != self.name and (name in self._heard or len(self._heard) < MOST):
            self._heard[name] = self._clock()

    def living(self) -> tuple[str, ...]:
        """Those who live, this one included, in order of their names."""
        now = self._clock()
        self._heard = {name: at for name, at in self._heard.items() if now - at < LOST}
        return tuple(sorted((self.name, *self._heard)))

    def mine(self, place: Place) -> bool:
        """Whether this one looks after a room."""
        living = self.living()
        return len(living) == 1 or max(living, key=lambda name: _number(name, place)) == self.name


def _number(name: str, place: Place) -> bytes:
    return sha256("/".join((name, *place)).encode()).digest()
