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
    """Three pure functions and a start, and a fourth where the boundary itself must be looked up.

    `boundary(command)` says which part of the log the decision depends on; `evolve` folds it into a
    state (and may change that state in place); `decide` answers events, `[]` for nothing to do, or
    raises a `Refused`. It never changes the state.

    `widen(command, state)` is for a command that names a thing whose parties the decision depends on:
    given what was found within the boundary, it says which query to fold and guard instead, or `None`
    if the boundary will do. What it goes by must be settled once it is there, `decide` must refuse
    while it is not, and the wider query begins with the first item of the narrower one.
    """

    boundary: Callable[[C, Context], Query]
    initial: Callable[[], S]
    evolve: Callable[[S, Event], S]
    decide: Callable[[C, S, Context], Sequence[Event]]
    widen: Callable[[C, S], Query | None] | None = None


AnyDecider = Decider[Any, Any]
