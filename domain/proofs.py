"""What a log proves of itself to others, and why it may not."""

from msgspec import Struct

from domain.errors import Invalid, Refused, Unknown


class UnknownPosition(Unknown):
    """There is no event at this position."""


class NotSealedYet(Refused):
    """That much of the log is not sealed yet. Please ask again in a moment."""

    status = 503


class NotProvable(Refused):
    """What is stored does not fit what was sealed, so that nothing can be proven. Run `lyceum verify`."""


class BadSizes(Invalid):
    """The first size must be one event or more, and the second one must not be smaller."""


class Inclusion(Struct, frozen=True, kw_only=True):
    """That the event at `position` is part of the log of `size` events, as RFC 6962 proves it.

    `line` is the event as it was sealed, `leaf` its hash, `hashes` lead from there to the root. `checkpoint`
    is the signed note of that size, if it was kept.
    """

    position: int
    size: int
    line: str
    leaf: bytes
    hashes: tuple[bytes, ...]
    checkpoint: str | None


class Consistency(Struct, frozen=True, kw_only=True):
    """That the log of `new` events begins with that of `old` events, as RFC 6962 proves it."""

    old: int
    new: int
    hashes: tuple[bytes, ...]
