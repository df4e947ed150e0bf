"""Which speaker is in which of a listener's slots: pure, and as still as can be."""

from collections.abc import Sequence


def assign(slots: Sequence[str | None], speakers: Sequence[str]) -> list[str | None]:
    """The new content of `slots`, given who may be heard, the most important first.

    Whoever stays keeps their slot; a slot changes only for somebody more important.
    """
    wanted = list(speakers[: len(slots)])
    kept = [person if person in wanted else None for person in slots]
    fresh = iter([person for person in wanted if person not in kept])
    return [person if person is not None else next(fresh, None) for person in kept]
