"""Where followers of the log have come to, for those that keep nothing else in PostgreSQL."""

from adapters.postgres_rows import PostgresRows


class PostgresFollowers:
    """Positions by name."""

    def __init__(self, rows: PostgresRows) -> None:
        self._rows = rows

    async def position(self, name: str) -> int:
        """Where the follower has come to, 0 at first."""
        async with self._rows.connection() as connection:
            cursor = await connection.execute("select position from followers where name = %s", (name,))
            return (await cursor.fetchone() or (0,))[0]

    async def moved(self, name: str, position: int) -> None:
        """It has come to `position`; never moves back."""
        async with self._rows.connection() as connection:
            await connection.execute(
                "insert into followers (name, position) values (%s, %s) on conflict (name)"
                " do update set position = greatest(followers.position, excluded.position)",
                (name, position),
            )
