"""The follower that keeps the views, and builds new versions of them beside what is shown."""

import asyncio
from collections.abc import AsyncIterator, Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count

from domain.log import EventLog
from projections.ahead import Batch, ahead
from projections.folding import Folder
from projections.store import Head, Key, Overtaken, ViewStore
from projections.view import AnyView

LOOK = 5.0
"""Seconds after which a follower looks again at what it leaves to another one."""


NEARLY = 100
"""Events that a new version may be behind when it is shown, after as many tries: the log moves on."""

Announce = Callable[[Sequence[Key], int], None]
"""Is told which keys changed, and the position that was come to."""


class Changed(Exception):
    """Other views are shown than before, so there are others to keep and to build."""


class Follower:
    """Keeps views up to date for as long as it runs, and says which keys changed.

    A view that is not shown in its version yet is built beside what is shown, while the others go on; it
    is shown once it has caught up. A view of which a later version is shown is left alone. Two followers
    may run: one moves a view, and the other reads again.
    """

    def __init__(
        self,
        log: EventLog,
        store: ViewStore,
        views: Sequence[AnyView],
        announce: Announce,
    ) -> None:
        self._log = log
        self._store = store
        self._views = views
        self._announce = announce

    async def run(self) -> None:
        """Follow until cancelled."""
        await self._store.tidy(self._views)
        while True:
            heads = await self._store.heads(self._views)
            absent = [view for view in self._views if view.name not in heads]
            try:
                async with asyncio.TaskGroup() as group:
                    if heads:
                        group.create_task(self._keep(heads))
                    if absent:
                        group.create_task(self._supply(absent))
            except* Changed:
                pass  # and begin again with what is shown now

    async def _keep(self, heads: dict[str, Head]) -> None:
        """Keep the views that are shown, for as long as it is these."""
        views = [view for view in self._views if view.name in heads]
        while len(heads) == len(views):
            with overtaken():
                await self._follow(Folder(self._store, views, heads))
            heads = await self._store.heads(views)
        raise Changed

    async def _follow(self, folder: Folder) -> None:
        self._announce((), folder.position)  # it may have been reached without anybody being told
        async with ahead(self._log.follow(folder.position)) as batches:
            await fold_all(folder, batches, self._announce)

    async def _supply(self, absent: Sequence[AnyView]) -> None:
        """Build what is not shown yet. Raises `Changed` once one of these views is, whoever built it."""
        seen: dict[str, Head] | None = None
        while not await self._store.heads(absent):
            heads = await self._store.begin(absent)
            if heads and seen in (None, heads):  # nobody else is at it
                with overtaken():
                    await self._build([view for view in absent if view.name in heads], heads)
                heads = {}
            seen = heads
            await asyncio.sleep(LOOK)
        raise Changed

    async def _build(self, views: Sequence[AnyView], heads: dict[str, Head]) -> None:
        """Go on building until something has caught up and is shown; raises `Changed` then."""
        folder = Folder(self._store, views, heads)
        for tries in count():
            head = await self._log.head()
            if head - folder.position <= min(tries, NEARLY) and await self._show(heads):
                raise Changed
            async with ahead(self._log.read(after=folder.position, upto=head)) as batches:
                await fold_all(folder, batches)

    async def _show(self, heads: Mapping[str, Head]) -> bool:
        """Whether any of these could be shown."""
        return any([await self._store.swap(view, head.generation) for view, head in heads.items()])


async def fold_all(folder: Folder, batches: AsyncIterator[Batch], announce: Announce | None = None) -> None:
    """Fold a batch while the one before is written; announced is what is written."""

    async def write(position: int, rows: Sequence[tuple[Key, bytes]]) -> None:
        await folder.write(position, rows)
        if announce:
            announce([key for key, _ in rows], position)

    async with asyncio.TaskGroup() as group:
        writing: asyncio.Task[None] | None = None
        async for batch in batches:
            rows = await folder.rows(batch)
            if writing:
                await writing
            writing = group.create_task(write(batch[-1].position, rows))


@contextmanager
def overtaken() -> Generator[None, None, None]:
    """Another follower was there first: that is how two share their work."""
    try:
        yield
    except* Overtaken:
        pass
