"""Folding batches of events into views, exactly once."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from functools import cache
from typing import Any, TypeVar

import msgspec

from domain.events import Recorded
from projections.kept import Place, States
from projections.store import Head, Key, ViewStore
from projections.view import AnyView, JointView, View

T = TypeVar("T")
SLICE = 256
"""Events after which a long batch lets others have their turn."""
Together = dict[tuple[str, str], list[Recorded]]
"""Of each view in which rows meet, and each organisation: the events that it reads, in order."""


class Folder:
    """Folds batches into states, and hands the changed rows to the store with the new position."""

    def __init__(self, store: ViewStore, views: Sequence[AnyView], heads: dict[str, Head]) -> None:
        self._store = store
        self._views = {view.name: view for view in views if isinstance(view, View)}
        self._joint = {view.name: view for view in views if isinstance(view, JointView)}
        self._readers: dict[type[Any], list[AnyView]] = {}
        for view in views:
            for event in view.reads:
                self._readers.setdefault(event, []).append(view)
        self._encoder = msgspec.msgpack.Encoder()
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
        together: Together = {}
        for part in slices(batch):
            self._sort(part, touched, together)
            await asyncio.sleep(0)
        looked_up = [place for place in touched if not self._views[place[0]].once]
        named = self._named(together)
        await self._fetch([*looked_up, *named])
        self._unwritten = len(looked_up) + len(named)
        rows: list[tuple[Key, bytes]] = []
        for part in slices(list(touched.items())):
            rows += [(Key(*place), self._folded(place, events)) for place, events in part]
            await asyncio.sleep(0)
        async for row in self._folded_together(together, named):
            rows.append(row)
        return rows

    async def write(self, position: int, rows: Sequence[tuple[Key, bytes]]) -> None:
        """Write the rows of a batch that ends at `position`, one batch after the other."""
        await self._store.commit(self.heads, position, rows)
        self.heads = {
            view: Head(head.generation, max(head.position, position)) for view, head in self.heads.items()
        }
        for key, row in rows:
            if key.view in self._joint or not self._views[key.view].once:
                self._states.sized(key, len(row))

    def _sort(
        self, batch: Sequence[Recorded], touched: dict[Place, list[Recorded]], all_in: Together
    ) -> None:
        """Put each event to the rows that it touches, which may go in turn if they look at nothing else."""
        for recorded in batch:
            for view in self._readers.get(type(recorded.event), ()):
                if recorded.position > self.heads[view.name].position:
                    if isinstance(view, JointView):
                        all_in.setdefault((view.name, recorded.org), []).append(recorded)
                    else:
                        _put(touched, view, recorded)

    def _named(self, together: Together) -> list[Place]:
        """The rows that these events name by themselves."""
        keys = {
            (view, org, key): None
            for (view, org), events in together.items()
            for recorded in events
            for key in self._joint[view].named(recorded)
        }
        return list(keys)

    async def _folded_together(
        self, together: Together, named: Sequence[Place]
    ) -> AsyncIterator[tuple[Key, bytes]]:
        """The rows after these events, each of which was folded with all the rows that it meets."""
        for (name, org), events in together.items():
            view = self._joint[name]
            places = [place for place in named if place[:2] == (name, org)]
            states = {place[2]: self._states[place] for place in places}
            met = [(name, org, key) for key in dict.fromkeys(view.met(states, events)) if key not in states]
            await self._fetch(met)
            self._unwritten += len(met)
            states |= {place[2]: self._states[place] for place in met}
            fold = view.fold(states)
            for part in slices(events):
                for recorded in part:
                    fold(recorded)
                await asyncio.sleep(0)
            for part in slices(list(states.items())):
                for key, state in part:
                    yield Key(name, org, key), self._encoder.encode(state)
                await asyncio.sleep(0)

    async def _fetch(self, places: Sequence[Place]) -> None:
        """Have the states of all these rows in memory."""
        missing = self._states.missing(places)
        found: dict[Key, bytes] = {}
        if missing:
            generations = {view: head.generation for view, head in self.heads.items()}
            found = await self._store.load([Key(*place) for place in missing], generations)
        for place in missing:
            self._states[place] = self._kind_of(place)()
        for key, row in found.items():
            self._states[key] = _decoder(self._kind_of(key)).decode(row)

    def _kind_of(self, place: Place) -> type[msgspec.Struct]:
        view = self._views.get(place[0]) or self._joint[place[0]]
        return view.kind_of(place[2])

    def _folded(self, place: Place, events: Sequence[Recorded]) -> bytes:
        """The row after these events."""
        view = self._views[place[0]]
        state = view.state() if view.once else self._states[place]
        for recorded in events:
            view.apply(state, place[2], recorded)
        return self._encoder.encode(state)


def _put(touched: dict[Place, list[Recorded]], view: View[Any], recorded: Recorded) -> None:
    for key in view.keys(recorded):
        place = (view.name, recorded.org, key)
        if place in touched:
            touched[place].append(recorded)
        else:
            touched[place] = [recorded]


@cache
def _decoder(kind: type[msgspec.Struct]) -> msgspec.msgpack.Decoder[Any]:
    return msgspec.msgpack.Decoder(kind)


def slices(items: Sequence[T]) -> Iterable[Sequence[T]]:
    """The items, some at a time: between them whoever is live has their turn."""
    return (items[start : start + SLICE] for start in range(0, len(items), SLICE))
