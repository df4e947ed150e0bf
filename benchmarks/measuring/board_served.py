"""A server of boards under measurement, ours or a peer's: all that the load needs of it."""

from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from itertools import count

_fresh = count(1)


def nobodys(rooms: int, each: int) -> list[str]:
    """Seats in fresh rooms of a server that takes anybody: "DOCUMENT PATH" for each client."""
    names = (f"room-{next(_fresh)}" for _ in range(rooms))
    return [f"{name} /{name}" for name in names for _ in range(each)]


@dataclass(frozen=True)
class Served:
    """A server that runs, pinned to its core. `people(rooms, each)` makes fresh rooms and who is in them."""

    name: str
    port: int
    pid: int
    people: Callable[[int, int], list[str]] = nobodys
    hocuspocus: bool = False


Opening = Callable[[], AbstractContextManager[Served]]
"""Starts a server, fresh, and stops it at the end of the block."""
Serving = Generator[Served, None, None]
