"""The rows of the views in PostgreSQL, moved together with their heads."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from psycopg import sql as syntax

from adapters.postgres_rows import Connection, PostgresRows
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
            cursor = await connection.execute(
                "insert into view_heads (view, generation, version, position, live)"
                " select %s, coalesce(max(generation), 0) + 1, %s, 0, false from view_heads where view = %s"
                " returning generation",
                (view.name, view.version, view.name),
            )
            row = await cursor.fetchone()
            assert row is not None
            return Head(row[0], 0)

    async def swap(self, view: str, generation: int) -> None:
        """Show this generation from now on, and drop the others."""
        async with self._rows.connection() as connection, connection.transaction():
            for statement in (
                "update view_heads set live = false where view = %s and generation <> %s",
                "update view_heads set live = true where view = %s and generation = %s",
                "delete from view_rows where view = %s and generation <> %s",
                "delete from view_heads where view = %s and generation <> %s",
            ):
                await connection.execute(syntax.SQL(statement), (view, generation))

    async def drop(self, view: str, generation: int) -> None:
        """Forget a generation that was built to compare."""
        async with self._rows.connection() as connection, connection.transaction():
            await connection.execute(
                "delete from view_rows where view = %s and generation = %s", (view, generation)
            )
            await connection.execute(
                "delete from view_heads where view = %s and generation = %s", (view, generation)
            )

    async def rows(self, view: str, generation: int) -> AsyncIterator[tuple[str, str, bytes]]:
        """Every row of a generation as (organisation, key, state), in order."""
        org, key = "", ""
        while True:
            async with self._rows.connection() as connection:
                cursor = await connection.execute(
                    b"select org, key, state from view_rows where view = %s and generation = %s"
                    b" and (org, key) > (%s, %s) order by org, key limit 1000",
                    (view, generation, org, key),
                    binary=True,
                )
                page = await cursor.fetchall()
            for row in page:
                yield row
            if not page:
                return
            org, key, _ = page[-1]


async def _live(connection: Connection, view: AnyView) -> Head:
    """The live head; a new generation from the start if there is none of this version."""
    cursor = await connection.execute(
        "select generation, version, position from view_heads where view = %s and live for update",
        (view.name,),
    )
    row: tuple[Any, ...] | None = await cursor.fetchone()
    if row is not None and row[1] == view.version:
        return Head(row[0], row[2])
    generation = 1 if row is None else row[0] + 1
    await connection.execute("update view_heads set live = false where view = %s", (view.name,))
    await connection.execute(
        "insert into view_heads (view, generation, version, position, live) values (%s, %s, %s, 0, true)"
        " on conflict (view, generation) do update set live = true",
        (view.name, generation, view.version),
    )
    return Head(generation, 0)


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
