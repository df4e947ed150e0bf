"""Snapshots of boards in PostgreSQL, the last one of each."""

import asyncio
import logging

from adapters.postgres_rows import PostgresRows
from rooms.board.loading import Kept
from rooms.board.snapshot import Snapshot, packed, unpacked

logger = logging.getLogger(__name__)

LOAD = b"select data from board_snapshots where org = %s and room = %s"
KEEP = b"""
insert into board_snapshots as kept (org, room, position, data) values (%s, %s, %s, %s)
on conflict (org, room) do update set position = excluded.position, data = excluded.data
where kept.position <= excluded.position
"""


class PostgresSnapshots:
    """Implements `rooms.board.loading.Snapshots`."""

    def __init__(self, rows: PostgresRows) -> None:
        self._rows = rows

    async def load(self, org: str, room: str) -> Kept | None:
        """See `Snapshots.load`."""
        async with self._rows.connection() as connection:
            cursor = await connection.execute(LOAD, (org, room), binary=True)
            row = await cursor.fetchone()
        if row is None:
            return None
        snapshot = unpacked(row[0])
        if snapshot is None:
            logger.warning("the snapshot of the board of room %s cannot be read; the log is", room)
            return None
        return Kept(snapshot, len(row[0]))

    async def keep(self, org: str, room: str, snapshot: Snapshot) -> int:
        """See `Snapshots.keep`."""
        data = await asyncio.to_thread(packed, snapshot)
        async with self._rows.connection() as connection:
            await connection.execute(KEEP, (org, room, snapshot.position, data))
        return len(data)
