"""The one way from a command to events: read the boundary, fold it, decide."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from msgspec import Struct

from domain.events import Context, Event, Query

C = TypeVar("C")
S = TypeVar("S")


class Command(Struct, frozen=True, kw_only=True):
    """A wish. It is refused, or becomes events; repeating it is no error, nothing happens."""


@dataclass(frozen=True)
class Decider(Generic[C, S]):
    """Three pure functions and a start.

    `boundary(command)` says which part of the log the decision depends on; `evolve` folds it into a
    state (and may change that state in place); `decide` answers events, `[]` for nothing to do, or
    raises a `Refused`. It never changes the state.
    """

    boundary: Callable[[C, Context], Query]
    initial: Callable[[], S]
    evolve: Callable[[S, Event], S]
    decide: Callable[[C, S, Context], Sequence[Event]]


AnyDecider = Decider[Any, Any]
