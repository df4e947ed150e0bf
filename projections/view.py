"""What a view is: which events it reads, which keys they touch, and how a key's state changes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from msgspec import Struct

from domain.events import Event, Recorded

S = TypeVar("S", bound=Struct)


@dataclass(frozen=True)
class View(Generic[S]):
    """A pure fold, one state a key.

    `state` is a mutable msgspec struct whose fields all have defaults: `state()` is where a key starts.
    `keys(recorded)` names the keys that an event touches (within its organisation); `apply(state, key,
    recorded)` changes that key's state in place, in O(1), and looks at nothing else.
    `version` is raised whenever the fold changes, and the view is then rebuilt.
    A key begins with an identity that is a tag of every event that touches it, and ends there or at a `.`:
    so the log finds these events (`projections/past.py`).
    `once` says that no key is touched by two events: there is nothing to load before it is written.
    """

    name: str
    version: int
    state: type[S]
    reads: tuple[type[Event], ...]
    keys: Callable[[Recorded], Sequence[str]]
    apply: Callable[[S, str, Recorded], None]
    once: bool = False


AnyView = View[Any]
