"""Erasing a person: their key is destroyed, and every process forgets what it has read of theirs."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence

from adapters.key_vault import KeyVault
from adapters.postgres_followers import PostgresFollowers
from adapters.postgres_log import PostgresLog
from adapters.postgres_views import PostgresViews
from adapters.sound_files import SoundFiles
from adapters.stored import Row
from domain.catalogue import decode, owner
from domain.events import EVERYTHING, type_of
from domain.people import PersonErased
from projections.catalogue import KEPT
from realtime.perform import Performer

NAME = "erasing"
ERASING = type_of(PersonErased)
MARK = 1000
"""Events after which it is written down how far the keys have been seen to."""


class Erasing:
    """Destroys the key of everybody who was erased, should whoever erased them have been stopped before.

    What was recorded of them, and cannot be read any more, is removed."""

    def __init__(
        self,
        log: PostgresLog,
        followers: PostgresFollowers,
        vault: KeyVault,
        views: PostgresViews,
        sounds: SoundFiles,
    ) -> None:
        self._log = log
        self._followers = followers
        self._vault = vault
        self._views = views
        self._sounds = sounds
        self._marked = 0

    async def catch_up(self) -> None:
        """See to all who were erased until now."""
        head, after = await self._log.head(), await self._position()
        async for rows in self._log.rows.read(EVERYTHING, org=None, after=after, upto=head):
            await self._see_to(rows)

    async def run(self) -> None:
        """Follow until cancelled. Keys are destroyed once, whoever comes first."""
        async for rows in self._log.follow_rows(await self._position()):
            await self._see_to(rows)

    async def _position(self) -> int:
        self._marked = await self._followers.position(NAME)
        return self._marked

    async def _see_to(self, rows: Sequence[Row]) -> None:
        gone = list(erased_in(rows))
        for org, person in gone:
            await self._vault.destroy(org, person)
            await asyncio.to_thread(self._sounds.forget, org, person)
        if gone:
            await self._views.hide_older(KEPT)
        position = rows[-1].position
        if gone or position - self._marked >= MARK:
            await self._followers.moved(NAME, position)
            self._marked = position


class Forgetting:
    """Makes this process forget everybody who is erased from `position` on."""

    def __init__(self, log: PostgresLog, vault: KeyVault, performer: Performer, position: int) -> None:
        self._log = log
        self._vault = vault
        self._performer = performer
        self.position = position
        """Everybody who was erased up to here is forgotten."""

    async def run(self) -> None:
        """Follow until cancelled, from where it had come to."""
        async for rows in self._log.follow_rows(self.position):
            self.forget(erased_in(rows))
            self.position = rows[-1].position

    def forget(self, persons: Iterable[tuple[str, str]]) -> None:
        """Have nothing in memory that these (organisation, person) have written, nor their names."""
        gone = list(persons)
        for org, person in gone:
            self._vault.forget(org, person)  # first, or it would be read again
        if gone:
            self._log.forget()
            self._performer.forget()


def erased_in(rows: Iterable[Row]) -> Iterator[tuple[str, str]]:
    """Who is erased by these rows, as (organisation, person)."""
    for row in rows:
        if row.type == ERASING:
            yield row.org, owner(decode(row.type, row.data))
