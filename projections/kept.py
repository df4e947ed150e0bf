"""States kept decoded in memory, bounded by their number and by their bytes."""

from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

Place = tuple[str, str, str]
"""View, organisation and key of a row: a `projections.store.Key`, or what equals one and is made faster."""
KEPT = 50_000
"""States kept; the ones used longest ago go first."""
BYTES = 64 * 2**20
"""Bytes that they may have as they are stored, all together."""


class States:
    """The states used last, by their keys."""

    def __init__(self) -> None:
        self._states: OrderedDict[Place, Any] = OrderedDict()
        self._sizes: dict[Place, int] = {}
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._states)

    def __getitem__(self, key: Place) -> Any:
        return self._states[key]

    def __setitem__(self, key: Place, state: Any) -> None:
        self._states[key] = state

    def missing(self, keys: Iterable[Place]) -> list[Place]:
        """Those that are not here; those that are count as used now."""
        states, missing = self._states, list[Place]()
        for key in keys:
            if key in states:
                states.move_to_end(key)
            else:
                missing.append(key)
        return missing

    def sized(self, key: Place, size: int) -> None:
        """The state is so many bytes large where it is stored."""
        if key not in self._states:
            return
        self._bytes += size - self._sizes.get(key, 0)
        self._sizes[key] = size

    def trim(self, spared: int = 0) -> None:
        """Let go of those used longest ago, until the others keep to the bounds; not of the last `spared`."""
        while len(self._states) > spared and (len(self._states) > KEPT or self._bytes > BYTES):
            key, _ = self._states.popitem(last=False)
            self._bytes -= self._sizes.pop(key, 0)
