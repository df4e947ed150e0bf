"""What voices on many nodes need of the bus: records that one writer at a time changes, and questions."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple, Protocol


class Taken(Exception):
    """Somebody else has written the record since."""


class BusAway(Exception):
    """The bus cannot be reached, or did not answer in time. What was asked may have happened all the same."""


class NobodyThere(Exception):
    """No node answers to this name."""


class Entry(NamedTuple):
    """What a record holds, and the revision by which it is changed."""

    value: str
    revision: int


class Records(Protocol):
    """Small records, each changed only by whoever knows its newest revision."""

    async def get(self, key: str) -> Entry | None:
        """The newest value. Raises BusAway."""
        ...

    async def put(self, key: str, value: str, revision: int) -> int:
        """Write if `revision` is the newest, 0 if there is no record; the new one. Raises Taken, BusAway."""
        ...


class Leases(Protocol):
    """Both kinds of records of a bus."""

    @property
    def nodes(self) -> Records:
        """Name of a node -> whether it is there. A record is forgotten so long after it was last written."""
        ...

    @property
    def rooms(self) -> Records:
        """Name of a room -> the node that carries its voices."""
        ...


class Wire(Protocol):
    """Questions from node to node, and what a node tells all others."""

    async def ask(self, node: str, question: bytes, within: float) -> bytes:
        """A node's answer, within so many seconds. Raises NobodyThere, BusAway."""
        ...

    async def answering(
        self, node: str, answer: Callable[[bytes], Awaitable[bytes]]
    ) -> Callable[[], Awaitable[None]]:
        """Answer to this name from now on. The returned function ends it. Raises BusAway."""
        ...

    async def tell(self, payload: bytes) -> None:
        """Tell all nodes; may be lost. Raises BusAway."""
        ...
