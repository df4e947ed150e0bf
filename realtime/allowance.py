"""How much one person may ask of a node: requests in a minute, and streams at a time."""

from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime

from domain.errors import Refused
from realtime.access import Access

REQUESTS = 1200
"""In a minute of the clock: twenty a second, more than any page of ours makes."""
STREAMS = 20
Pieces = AsyncGenerator[bytes, None]
TRUSTED = ("admin", "service")
"""Roles that ask on behalf of many, without a limit."""


class TooManyRequests(Refused):
    """You ask too often; please wait for the next minute."""

    status = 429

    def __init__(self, wait: int) -> None:
        super().__init__()
        self.wait = wait


class TooManyStreams(Refused):
    """You have too many streams open; please close one of them first."""

    status = 429


@dataclass
class Allowance:
    """Counts, for this node, what each person asks for. Holds those of the present minute only."""

    clock: Callable[[], datetime]
    requests: int = REQUESTS
    streams: int = STREAMS
    _minute: datetime | None = None
    _spent: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    _open: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])

    def spend(self, access: Access) -> None:
        """Count one request; raises `TooManyRequests`."""
        now = self.clock()
        minute = now.replace(second=0, microsecond=0)
        if minute != self._minute:
            self._minute = minute
            self._spent.clear()
        self._spent[_who(access)] += 1
        if self._spent[_who(access)] > self.requests and access.role not in TRUSTED:
            raise TooManyRequests(60 - now.second)

    def streaming(self, access: Access, content: Pieces) -> Pieces:
        """The same stream, counted for as long as it is read; raises `TooManyStreams`."""
        if self._open[_who(access)] >= self.streams and access.role not in TRUSTED:
            raise TooManyStreams
        return self._counted(_who(access), content)

    async def _counted(
        self, who: tuple[str, str], content: AsyncGenerator[bytes, None]
    ) -> AsyncGenerator[bytes, None]:
        self._open[who] += 1
        try:
            async with aclosing(content):
                async for piece in content:
                    yield piece
        finally:
            self._open[who] -= 1
            if not self._open[who]:
                del self._open[who]


def _who(access: Access) -> tuple[str, str]:
    return access.org, access.sub
