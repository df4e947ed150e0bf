"""The follower that keeps the views: reads the log in order, folds, and moves exactly once."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

import msgspec

from domain.events import Recorded
from domain.log import EventLog
from projections.view import AnyView

KEPT = 50_000
"""States kept decoded in memory; the ones used longest ago go first."""


class Key(NamedTuple):
    """One row of a view."""

    view: str
    org: str
    key: str


class Head(NamedTuple):
    """How far a view has come, in which generation of its rows."""

    generation: int
    position: int


class Overtaken(Exception):
    """Another follower has moved this view: the states in memory are stale."""


class ViewStore(Protocol):
    """Where rows of views are kept. Implemented on PostgreSQL in `adapters/postgres_views.py`."""

    async def heads(self, views: Sequence[AnyView]) -> dict[str, Head]:
        """The live generation of each view; a view of another version starts a new one at position 0."""
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


class Folder:
    """Folds batches into states, and hands the changed rows to the store with the new position."""

    def __init__(self, store: ViewStore, views: Sequence[AnyView], heads: dict[str, Head]) -> None:
        self._store = store
        self._views = {view.name: view for view in views}
        self._readers: dict[type[Any], list[AnyView]] = {}
        for view in views:
            for event in view.reads:
                self._readers.setdefault(event, []).append(view)
        self._encoder = msgspec.msgpack.Encoder()
        self._decoders = {view.name: msgspec.msgpack.Decoder(view.state) for view in views}
        self._states: OrderedDict[Key, Any] = OrderedDict()
        self.heads = heads

    @property
    def position(self) -> int:
        """The position that every view has reached."""
        return min((head.position for head in self.heads.values()), default=0)

    async def fold(self, batch: Sequence[Recorded]) -> list[Key]:
        """Fold one batch, exactly once; the keys that changed.

        When it fails nothing was written, and the states in memory are ahead of that: begin with a new one.
        """
        touched = list(self._touched(batch))
        await self._fetch({key for key, _ in touched})
        changed: dict[Key, None] = {}
        for key, recorded in touched:
            self._views[key.view].apply(self._states[key], key.key, recorded)
            changed[key] = None
        rows = [(key, self._encoder.encode(self._states[key])) for key in changed]
        position = batch[-1].position
        await self._store.commit(self.heads, position, rows)
        self.heads = {
            view: Head(head.generation, max(head.position, position)) for view, head in self.heads.items()
        }
        self._forget()
        return list(changed)

    def _touched(self, batch: Sequence[Recorded]) -> Iterable[tuple[Key, Recorded]]:
        for recorded in batch:
            for view in self._readers.get(type(recorded.event), ()):
                if recorded.position > self.heads[view.name].position:
                    for key in view.keys(recorded):
                        yield Key(view.name, recorded.org, key), recorded

    async def _fetch(self, keys: set[Key]) -> None:
        missing = [key for key in keys if key not in self._states]
        for key in keys.difference(missing):
            self._states.move_to_end(key)
        found: dict[Key, bytes] = {}
        if missing:
            generations = {view: head.generation for view, head in self.heads.items()}
            found = await self._store.load(missing, generations)
        for key in missing:
            row = found.get(key)
            self._states[key] = (
                self._views[key.view].state() if row is None else self._decoders[key.view].decode(row)
            )

    def _forget(self) -> None:
        while len(self._states) > KEPT:
            self._states.popitem(last=False)


class Follower:
    """Keeps views up to date for as long as it runs, and says which keys changed."""

    def __init__(
        self,
        log: EventLog,
        store: ViewStore,
        views: Sequence[AnyView],
        announce: Callable[[Sequence[Key], int], None],
    ) -> None:
        self._log = log
        self._store = store
        self._views = views
        self._announce = announce

    async def run(self) -> None:
        """Follow until cancelled. Two followers may run: one moves the views, the other reads again."""
        while True:
            folder = Folder(self._store, self._views, await self._store.heads(self._views))
            self._announce((), folder.position)  # it may have been reached without anybody being told
            try:
                async for batch in self._log.follow(folder.position):
                    changed = await folder.fold(batch)
                    self._announce(changed, batch[-1].position)
            except Overtaken:
                continue
