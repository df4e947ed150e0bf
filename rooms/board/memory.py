"""What documents take in memory, and giving it back to the system once they are let go of."""

import ctypes
from collections.abc import Callable

DOCUMENT = 12
"""Bytes of memory for each byte of a document written down, about: 11 of text that was typed."""
BOARD = 16 * 1024
"""Bytes of memory that a board takes besides its document, about."""
ENOUGH = 8 * 1024 * 1024
"""Bytes that are given back together."""
PAUSE = 10.0
"""Seconds between one time and the next."""
TRIM: Callable[[int], object] | None = getattr(ctypes.CDLL(None), "malloc_trim", None)
"""The GNU C library has it, others have not."""


class Memory:
    """Counts what was let go of. The C library keeps it for what comes next, unless it is told to give it
    back; that takes milliseconds, so it is told seldom."""

    def __init__(self, now: Callable[[], float], trim: Callable[[int], object] | None = TRIM) -> None:
        self._now = now
        self._trim = trim
        self._free = 0
        self._next = 0.0

    def let_go(self, size: int) -> None:
        """So many bytes, about, are in use no more."""
        self._free += size

    def give_back(self) -> None:
        """Give back what was let go of, if that is worth the while."""
        if self._trim is not None and self._free >= ENOUGH and self._now() >= self._next:
            self._trim(0)
            self._free, self._next = 0, self._now() + PAUSE
