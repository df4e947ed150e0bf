"""The rows of the views in PostgreSQL, moved together with their heads."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from adapters.packed import Bytes
from adapters.postgres_connection import Connection
from adapters.postgres_rows import PostgresRows
from adapters.sql import sql
from projections.store import Head, Key, Overtaken, Shown, Stand
from projections.view import AnyView

SEPARATOR = "\x1f"
LONG = 600.0
"""Seconds that work on all rows of a view may take."""


class Differences(NamedTuple):
    """What is shown, if anything, and in how many rows another generation differs from it.

    `first` are the first thousand of these rows, (organisation, key) each.
    """

    shown: Stand | None
    total: int
    first: list[tuple[str, str]]


class PostgresViews:
    """Implements `projections.store.ViewStore`, and reading for the queries."""

    def __init__(self, rows: PostgresRows) -> None:
        self._rows = rows

    async def heads(self, views: Sequence[AnyView]) -> dict[str, Head]:
        """See `ViewStore.heads`."""
        versions = {view.name: view.version for view in views}
        return {
            stand.view: Head(stand.generation, stand.position)
            for stand in await self.stands()
            if stand.live and versions.get(stand.view) == stand.version
        }

    async def stands(self) -> list[Stand]:
        """Every generation that there is."""
        return [Stand(*row) for row in await self._fetched(_sql("view_stands"), ())]

    async def begin(self, views: Sequence[AnyView]) -> dict[str, Head]:
        """See `ViewStore.begin`."""
        async with self._rows.connection() as connection, connection.transaction():
            begun = {view.name: await _begun(connection, view, building=True) for view in views}
            return {view: head for view, head in begun.items() if head is not None}

    async def beside(self, view: AnyView) -> Head:
        """A generation that no follower builds: for a comparison, or a rebuild that somebody asked for."""
        async with self._rows.connection() as connection, connection.transaction():
            head = await _begun(connection, view, building=False)
            assert head is not None
            return head

    async def load(self, keys: Sequence[Key], generations: Mapping[str, int]) -> dict[Key, bytes]:
        """See `ViewStore.load`."""
        async with self._rows.connection() as connection:
            # Not prepared: a plan from when there were few rows would read them all when there are many.
            parameters = _joined(keys, generations)
            cursor = await connection.execute(_sql("view_load"), parameters, prepare=False, binary=True)
            return {Key(view, org, key): state for view, org, key, state in await cursor.fetchall()}

    async def commit(
        self, heads: Mapping[str, Head], position: int, rows: Sequence[tuple[Key, bytes]]
    ) -> None:
        """See `ViewStore.commit`."""
        generations = {view: head.generation for view, head in heads.items()}
        async with self._rows.connection() as connection, connection.transaction():
            await _move(connection, {v: h for v, h in heads.items() if h.position < position}, position)
            if rows:
                keys = _joined([key for key, _ in rows], generations)
                states = Bytes.of([state for _, state in rows])
                await connection.execute(_sql("view_write"), (*keys, states))

    async def many(self, view: str, org: str, keys: Sequence[str]) -> Shown:
        """The rows that are shown among `keys`."""
        return _shown(await self._fetched(_sql("view_rows"), (org, list(keys), view)))

    async def page(
        self, view: str, org: str, *, prefix: str = "", after: str = "", limit: int = 100
    ) -> Shown:
        """Rows that are shown, in order of their keys, which begin with `prefix` and come behind `after`."""
        bounds = (org, max(prefix, after), prefix + "\U0010ffff", limit)
        return _shown(await self._fetched(_sql("view_page"), (*bounds, view)))

    async def orgs(self, view: str) -> list[str]:
        """The organisations that have rows in what is shown of a view."""
        return [org for (org,) in await self._fetched(_sql("view_orgs"), (view,))]

    async def position(self, view: str | None = None) -> int:
        """How far this view has come; by default the ones that have come furthest."""
        stands = [stand for stand in await self.stands() if stand.live and view in (None, stand.view)]
        return max((stand.position for stand in stands), default=0)

    async def swap(self, view: str, generation: int) -> bool:
        """See `ViewStore.swap`. The others are dropped."""
        async with self._rows.connection() as connection, connection.transaction():
            cursor = await connection.execute(_sql("view_lock"), (view,))
            stands = {stand.generation: stand for stand in [Stand(*row) for row in await cursor.fetchall()]}
            ready = _ready(stands, generation)
            if ready:
                await connection.execute(_sql("view_drop_others"), (view, generation))
                await connection.execute(_sql("view_show"), (view, generation))
        if ready:
            await self._drop_rows(view, [*stands.keys() - {generation}])
        return ready

    async def hide_older(self, views: Sequence[AnyView]) -> None:
        """Show no older version of these views any more: nobody folds into them that somebody was erased."""
        async with self._rows.connection() as connection:
            versions = ([view.name for view in views], [view.version for view in views])
            await connection.execute(_sql("view_hide"), versions)

    async def tidy(self, views: Sequence[AnyView]) -> None:
        """See `ViewStore.tidy`."""
        for view in views:
            await self._drop_rows(view.name, ())

    async def differences(self, view: str, generation: int) -> Differences:
        """How the rows of a generation differ from what is shown, both read at one instant."""
        async with self._rows.connection(LONG) as connection, connection.transaction():
            await connection.execute("set transaction isolation level repeatable read")
            cursor = await connection.execute(_sql("view_stands"))
            stands = [Stand(*row) for row in await cursor.fetchall()]
            shown = next((stand for stand in stands if stand.view == view and stand.live), None)
            compared = {"view": view, "live": shown.generation if shown else 0, "other": generation}
            cursor = await connection.execute(_sql("view_differences"), compared)
            found = await cursor.fetchall()
        keys = [(org, key) for org, key, _ in found]
        return Differences(shown, found[0][2] if found else 0, keys)

    async def drop(self, view: str, generation: int) -> None:
        """Forget a generation that is not shown."""
        # The head goes first, and alone: whoever moves it waits for us, and others wait for them.
        async with self._rows.connection() as connection:
            await connection.execute(_sql("view_drop"), (view, generation))
        await self._drop_rows(view, (generation,))

    async def _drop_rows(self, view: str, generations: Sequence[int]) -> None:
        """Delete the rows of these generations, if they are gone, and of all older ones that are."""
        async with self._rows.connection(LONG) as connection:
            parameters = {"view": view, "generations": list(generations)}
            await connection.execute(_sql("view_drop_rows"), parameters)

    async def _fetched(self, statement: bytes, parameters: Sequence[object]) -> list[tuple[Any, ...]]:
        async with self._rows.connection() as connection:
            cursor = await connection.execute(statement, parameters, binary=True)
            return await cursor.fetchall()


def _sql(name: str) -> bytes:
    return sql(name).encode()


async def _begun(connection: Connection, view: AnyView, *, building: bool) -> Head | None:
    """The unfinished generation of this version, or a new one; None if a follower need not build it."""
    # Two that begin a new version at once must find one and the same generation.
    await connection.execute("select pg_advisory_xact_lock(hashtext('view ' || %s))", (view.name,))
    parameters = {"view": view.name, "version": view.version, "building": building}
    if building:
        cursor = await connection.execute(_sql("view_unfinished"), parameters)
        if (row := await cursor.fetchone()) is not None:
            live, *head = row
            return None if live else Head(*head)
    cursor = await connection.execute(_sql("view_begin"), parameters)
    row = await cursor.fetchone()
    assert row is not None
    return Head(row[0], 0)


async def _move(connection: Connection, heads: Mapping[str, Head], position: int) -> None:
    """Move the heads, or find out that somebody else has."""
    believed = (
        list(heads),
        [head.generation for head in heads.values()],
        [head.position for head in heads.values()],
    )
    cursor = await connection.execute(_sql("view_move"), (position, *believed))
    if cursor.rowcount != len(heads):
        raise Overtaken


def _ready(stands: Mapping[int, Stand], generation: int) -> bool:
    """Whether this generation can be shown; raises `Overtaken` if it never will."""
    new = stands.get(generation)
    shown = next((stand for stand in stands.values() if stand.live), None)
    if new is None or (shown and new.building and shown.version > new.version):
        raise Overtaken
    return shown is None or new.position >= shown.position


def _shown(rows: Sequence[tuple[Any, ...]]) -> Shown:
    """From rows of version, position, key, state; the last two null where the generation has none."""
    if not rows:
        return Shown(0, 0, {})
    version, position, *_ = rows[0]
    return Shown(version, position, {key: state for _, _, key, state in rows if key is not None})


def _joined(keys: Sequence[Key], generations: Mapping[str, int]) -> tuple[str, str, str, str]:
    """The parts of the keys, all of one kind in one text: the driver looks at arrays one by one."""
    return (
        SEPARATOR.join([key.view for key in keys]),
        SEPARATOR.join([str(generations[key.view]) for key in keys]),
        SEPARATOR.join([key.org for key in keys]),
        SEPARATOR.join([key.key for key in keys]),
    )
