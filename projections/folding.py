"""Folding batches of events into views, exactly once."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import msgspec

from domain.events import Recorded
from projections.kept import Place, States
from projections.store import Head, Key, ViewStore
from projections.view import AnyView

T = TypeVar("T")
SLICE = 256
"""Events after which a long batch lets others have their turn."""


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
        self._states = States()
        self._unwritten = 0
        self.heads = heads

    @property
    def position(self) -> int:
        """The position that every view has reached."""
        return min((head.position for head in self.heads.values()), default=0)

    async def fold(self, batch: Sequence[Recorded]) -> list[Key]:
        """Fold one batch, exactly once; the keys that changed.

        When it fails nothing was written, and the states in memory are ahead of that: begin with a new one.
        """
        rows = await self.rows(batch)
        await self.write(batch[-1].position, rows)
        self._states.trim()
        return [key for key, _ in rows]

    async def rows(self, batch: Sequence[Recorded]) -> list[tuple[Key, bytes]]:
        """The rows as they are after this batch; those of the one before may be on their way still."""
        self._states.trim(spared=self._unwritten)
        touched: dict[Place, list[Recorded]] = {}
        for part in slices(batch):
            self._sort(part, touched)
            await asyncio.sleep(0)
        looked_up = [place for place in touched if not self._views[place[0]].once]
        await self._fetch(looked_up)
        self._unwritten = len(looked_up)
        rows: list[tuple[Key, bytes]] = []
        for part in slices(list(touched.items())):
            rows += [(Key(*place), self._folded(place, events)) for place, events in part]
            await asyncio.sleep(0)
        return rows

    async def write(self, position: int, rows: Sequence[tuple[Key, bytes]]) -> None:
        """Write the rows of a batch that ends at `position`, one batch after the other."""
        await self._store.commit(self.heads, position, rows)
        self.heads = {
            view: Head(head.generation, max(head.position, position)) for view, head in self.heads.items()
        }
        for key, row in rows:
            if not self._views[key.view].once:
                self._states.sized(key, len(row))

    def _sort(self, batch: Sequence[Recorded], touched: dict[Place, list[Recorded]]) -> None:
        """Put each event to the rows that it touches; rows look at nothing else, so they may go in turn."""
        for recorded in batch:
            for view in self._readers.get(type(recorded.event), ()):
                if recorded.position > self.heads[view.name].position:
                    for key in view.keys(recorded):
                        place = (view.name, recorded.org, key)
                        if place in touched:
                            touched[place].append(recorded)
                        else:
                            touched[place] = [recorded]

    async def _fetch(self, places: Sequence[Place]) -> None:
        """Have the states of all these rows in memory."""
        missing = self._states.missing(places)
        found: dict[Key, bytes] = {}
        if missing:
            generations = {view: head.generation for view, head in self.heads.items()}
            found = await self._store.load([Key(*place) for place in missing], generations)
        for place in missing:
            self._states[place] = self._views[place[0]].state()
        for key, row in found.items():
            self._states[key] = self._decoders[key.view].decode(row)

    def _folded(self, place: Place, events: Sequence[Recorded]) -> bytes:
        """The row after these events."""
        view = self._views[place[0]]
        state = view.state() if view.once else self._states[place]
        for recorded in events:
            view.apply(state, place[2], recorded)
        return self._encoder.encode(state)


def slices(items: Sequence[T]) -> Iterable[Sequence[T]]:
    """The items, some at a time: between them whoever is live has their turn."""
    return (items[start : start + SLICE] for start in range(0, len(items), SLICE))
