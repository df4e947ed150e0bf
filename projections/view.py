"""What a view is: which events it reads, which keys they touch, and how a key's state changes."""

from collections.abc import Callable, Mapping, Sequence
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

    def kind_of(self, key: str) -> type[S]:
        """The struct of a row: one for all keys."""
        return self.state


@dataclass(frozen=True)
class JointView:
    """A pure fold in which rows meet: what an event makes of one depends on others.

    So all events of an organisation are folded in the order of the log, each in O(1) rows. A key begins with
    its kind, and ends there or at a `.`; `kinds` says which struct each kind is. `named(recorded)` are the
    keys that an event names by itself; `met(rows, batch)`, once these rows are there, those that follow from
    what stands in them. `fold(rows)` takes events one by one then, and changes these rows, and no others.
    """

    name: str
    version: int
    kinds: Mapping[str, type[Struct]]
    reads: tuple[type[Event], ...]
    named: Callable[[Recorded], Sequence[str]]
    met: Callable[[Mapping[str, Any], Sequence[Recorded]], Sequence[str]]
    fold: Callable[[Mapping[str, Any]], Callable[[Recorded], None]]

    def kind_of(self, key: str) -> type[Struct]:
        """The struct of a row, by its key."""
        return self.kinds[key.partition(".")[0]]


AnyView = View[Any] | JointView
