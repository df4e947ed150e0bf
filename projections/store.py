"""The port behind the views: rows of each view in generations, and how far every generation has come."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from projections.view import AnyView


class Key(NamedTuple):
    """One row of a view."""

    view: str
    org: str
    key: str


class Head(NamedTuple):
    """How far a view has come, in which generation of its rows."""

    generation: int
    position: int


class Stand(NamedTuple):
    """One generation of a view: `live` is what is shown, `building` what a follower is to show next."""

    view: str
    generation: int
    version: int
    position: int
    live: bool
    building: bool


class Shown(NamedTuple):
    """Rows of the generation that is shown, by their keys; version 0 where there is none yet."""

    version: int
    position: int
    rows: dict[str, bytes]


class Overtaken(Exception):
    """Another follower has moved this view: the states in memory are stale."""


class ViewStore(Protocol):
    """Where rows of views are kept. Implemented on PostgreSQL in `adapters/postgres_views.py`."""

    async def heads(self, views: Sequence[AnyView]) -> dict[str, Head]:
        """The generations that are shown, of those views that are shown in this very version."""
        ...

    async def begin(self, views: Sequence[AnyView]) -> dict[str, Head]:
        """The generations to be built beside what is shown: where one was left unfinished, that one.

        None for a view that is shown in this version or in a later one.
        """
        ...

    async def swap(self, view: str, generation: int) -> bool:
        """Show this generation from now on; False, and nothing, while it is behind what is shown.

        Raises `Overtaken` if the generation is gone, or was begun by a follower and a later version is shown.
        """
        ...

    async def tidy(self, views: Sequence[AnyView]) -> None:
        """Delete rows that were left of former generations, when whoever showed a later one was stopped."""
        ...

    async def load(self, keys: Sequence[Key], generations: Mapping[str, int]) -> dict[Key, bytes]:
        """The rows that exist among `keys`."""
        ...

    async def commit(
        self, heads: Mapping[str, Head], position: int, rows: Sequence[tuple[Key, bytes]]
    ) -> None:
        """Write the rows and move every head from where it is to `position`, in one transaction.

        Raises `Overtaken`, with nothing written, if a head is not where the caller believes.
        """
        ...
