"""The rows of the views in PostgreSQL, moved together with their heads."""

from collections.abc import Mapping, Sequence

from adapters.postgres_connection import Connection
from adapters.postgres_rows import PostgresRows
from projections.follower import Head, Key, Overtaken
from projections.view import AnyView


class PostgresViews:
    """Implements `projections.follower.ViewStore`, and reading for the queries."""

    def __init__(self, rows: PostgresRows) -> None:
        self._rows = rows

    async def heads(self, views: Sequence[AnyView]) -> dict[str, Head]:
        """See `ViewStore.heads`."""
        async with self._rows.connection() as connection, connection.transaction():
            return {view.name: await _live(connection, view) for view in views}

    async def load(self, keys: Sequence[Key], generations: Mapping[str, int]) -> dict[Key, bytes]:
        """See `ViewStore.load`."""
        async with self._rows.connection() as connection:
            cursor = await connection.execute(
                b"select r.view, r.org, r.key, r.state from view_rows r"
                b" join unnest(%s::text[], %s::integer[], %s::text[], %s::text[])"
                b" as w (view, generation, org, key) using (view, generation, org, key)",
                (
                    [key.view for key in keys],
                    [generations[key.view] for key in keys],
                    [key.org for key in keys],
                    [key.key for key in keys],
                ),
                binary=True,
            )
            return {Key(view, org, key): state for view, org, key, state in await cursor.fetchall()}

    async def commit(
        self, heads: Mapping[str, Head], position: int, rows: Sequence[tuple[Key, bytes]]
    ) -> None:
        """See `ViewStore.commit`."""
        async with self._rows.connection() as connection, connection.transaction():
            await _move(connection, {v: h for v, h in heads.items() if h.position < position}, position)
            if rows:
                await connection.execute(
                    b"insert into view_rows (view, generation, org, key, state) select * from"
                    b" unnest(%s::text[], %s::integer[], %s::text[], %s::text[], %s::bytea[])"
                    b" on conflict (view, generation, org, key) do update set state = excluded.state",
                    (
                        [key.view for key, _ in rows],
                        [heads[key.view].generation for key, _ in rows],
                        [key.org for key, _ in rows],
                        [key.key for key, _ in rows],
                        [state for _, state in rows],
                    ),
                )

    async def get(self, key: Key) -> bytes | None:
        """One live row, or None."""
        return (await self.many(key.view, key.org, (key.key,))).get(key.key)

    async def many(self, view: str, org: str, keys: Sequence[str]) -> dict[str, bytes]:
        """The live rows that exist among `keys`."""
        async with self._rows.connection() as connection:
            cursor = await connection.execute(
                b"select r.key, r.state from view_rows r join view_heads h using (view, generation)"
                b" where h.live and r.view = %s and r.org = %s and r.key = any (%s)",
                (view, org, list(keys)),
                binary=True,
            )
            return dict(await cursor.fetchall())

    async def page(
        self, view: str, org: str, *, prefix: str = "", after: str = "", limit: int = 100
    ) -> list[tuple[str, bytes]]:
        """Live rows in order of their keys, which begin with `prefix` and come behind `after`."""
        async with self._rows.connection() as connection:
            cursor = await connection.execute(
                b"select r.key, r.state from view_rows r join view_heads h using (view, generation)"
                b" where h.live and r.view = %s and r.org = %s and r.key > %s and r.key < %s"
                b" order by r.key limit %s",
                (view, org, max(prefix, after), prefix + "\U0010ffff", limit),
                binary=True,
            )
            return await cursor.fetchall()

    async def position(self, view: str) -> int:
        """How far the live generation of a view has come."""
        async with self._rows.connection() as connection:
            cursor = await connection.execute(
                "select position from view_heads where view = %s and live", (view,)
            )
            return (await cursor.fetchone() or (0,))[0]

    async def begin(self, view: AnyView) -> Head:
        """Start a new generation beside the live one, to be built by a rebuild."""
        async with self._rows.connection() as connection:
            return Head(await _begun(connection, view, live=False), 0)

    async def swap(self, view: str, generation: int) -> bool:
        """Show this generation from now on and drop the others; False, and nothing, while it is behind."""
        async with self._rows.connection() as connection, connection.transaction():
            cursor = await connection.execute(
                "select generation, position, live from view_heads where view = %s for update", (view,)
            )
            heads = {found: (position, live) for found, position, live in await cursor.fetchall()}
            shown = max((position for position, live in heads.values() if live), default=0)
            if heads[generation][0] < shown:
                return False
            for statement in SWAP:
                await connection.execute(statement, (view, generation))
            return True

    async def differences(self, view: str, generation: int) -> tuple[Head, list[tuple[str, str]]]:
        """Where the live generation is, and the (organisation, key) pairs in which the other one differs.

        Both are read at one instant.
        """
        async with self._rows.connection() as connection, connection.transaction():
            await connection.execute("set transaction isolation level repeatable read")
            live = await _head(connection, view)
            cursor = await connection.execute(
                "select org, key from"
                " (select * from view_rows where view = %(view)s and generation = %(live)s) a"
                " full join"
                " (select * from view_rows where view = %(view)s and generation = %(other)s) b"
                " using (org, key) where a.state is distinct from b.state order by org, key limit 1000",
                {"view": view, "live": live.generation, "other": generation},
            )
            return live, await cursor.fetchall()

    async def drop(self, view: str, generation: int) -> None:
        """Forget a generation that was built beside the live one; the live one stays."""
        async with self._rows.connection() as connection:
            await connection.execute(
                "with gone as (delete from view_heads where view = %(view)s and generation = %(generation)s"
                " and not live returning generation)"
                " delete from view_rows r using gone where r.view = %(view)s"
                " and r.generation = gone.generation",
                {"view": view, "generation": generation},
            )


SWAP = (
    "update view_heads set live = false where view = %s and generation <> %s",
    "update view_heads set live = true where view = %s and generation = %s",
    "delete from view_rows where view = %s and generation <> %s",
    "delete from view_heads where view = %s and generation <> %s",
)


async def _head(connection: Connection, view: str) -> Head:
    cursor = await connection.execute(
        "select generation, position from view_heads where view = %s and live", (view,)
    )
    return Head(*(await cursor.fetchone() or (0, 0)))


async def _live(connection: Connection, view: AnyView) -> Head:
    """The live head; a new generation from the start if there is none of this version."""
    # Two that begin a new version at once must find one and the same generation.
    await connection.execute("select pg_advisory_xact_lock(hashtext('view ' || %s))", (view.name,))
    cursor = await connection.execute(
        "select generation, position from view_heads where view = %s and live and version = %s",
        (view.name, view.version),
    )
    if (row := await cursor.fetchone()) is not None:
        return Head(*row)
    await connection.execute("update view_heads set live = false where view = %s", (view.name,))
    return Head(await _begun(connection, view, live=True), 0)


async def _begun(connection: Connection, view: AnyView, *, live: bool) -> int:
    """A new, empty generation."""
    cursor = await connection.execute(
        "insert into view_heads (view, generation, version, position, live)"
        " select %(view)s, coalesce(max(generation), 0) + 1, %(version)s, 0, %(live)s"
        " from view_heads where view = %(view)s returning generation",
        {"view": view.name, "version": view.version, "live": live},
    )
    row = await cursor.fetchone()
    assert row is not None
    return row[0]


async def _move(connection: Connection, heads: Mapping[str, Head], position: int) -> None:
    """Move the heads, or find out that somebody else has."""
    cursor = await connection.execute(
        "update view_heads h set position = %s from"
        " unnest(%s::text[], %s::integer[], %s::bigint[]) as w (view, generation, position)"
        " where h.view = w.view and h.generation = w.generation and h.position = w.position",
        (
            position,
            list(heads),
            [head.generation for head in heads.values()],
            [head.position for head in heads.values()],
        ),
    )
    if cursor.rowcount != len(heads):
        raise Overtaken
