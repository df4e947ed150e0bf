"""Whoever was erased is forgotten: by the key, by every process, and by what stands in its memory."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.key_vault import KeyVault
from adapters.postgres_followers import PostgresFollowers
from adapters.postgres_log import PostgresLog
from adapters.postgres_views import PostgresViews
from adapters.sound_files import SoundFiles
from domain.catalogue import ERASED
from domain.commands import ROUTES
from domain.erasure import ErasePerson
from domain.events import Context
from domain.people import GiveConsent, Register
from infra import upkeep
from infra.forgetting import Erasing, Forgetting, erased_in
from projections.catalogue import KEPT
from projections.folding import Folder
from projections.people import PEOPLE
from projections.room import ROOM
from realtime.perform import Performer
from tests.log.given import by, events, followed, said
from tests.views.counting import built

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def context(actor: str = "root", role="admin") -> Context:
    return Context(org="school", actor=actor, role=role, at=NOON)


class Process:
    """What one process has of the house."""

    def __init__(self, log: PostgresLog) -> None:
        assert isinstance(log.vault, KeyVault)
        self.log = log
        self.vault = log.vault
        self.performer = Performer(log, ROUTES)
        self.forgetting = Forgetting(log, log.vault, self.performer, 0)
        sounds = SoundFiles(Path("none"), log.vault, most=0)
        self.erasing = Erasing(log, PostgresFollowers(log.rows), log.vault, PostgresViews(log.rows), sounds)

    async def name_in_memory(self, person: str) -> str | None:
        """The name as decisions of this process have it."""
        state = await self.performer.look(GiveConsent(scope="voice"), context(person))
        return state.name

    async def texts(self) -> list[str]:
        """What this process reads in the log, by query and by following."""
        found = [getattr(e, "text", None) or getattr(e, "name", None) for e in await events(self.log)]
        live = await followed(self.log.follow(), len(found))
        assert [getattr(e.event, "text", None) or getattr(e.event, "name", None) for e in live] == found
        return [text for text in found if text]

    async def forgets(self) -> None:
        """It reads on in the log, and forgets."""
        self.forgetting.forget(erased_in(await self.log.rows.page(self.forgetting.position)))


@pytest.fixture
async def here(private: PostgresLog) -> Process:
    process = Process(private)
    for person in ("ada", "ben"):
        await process.performer.perform(Register(person=person, name=person.title()), context())
        await private.append([said("m1", person=person)], by(person))
    return process


async def test_until_the_key_is_destroyed_whoever_has_read_of_it_reads_nothing_all_the_same(here: Process):
    assert await here.texts() == ["Ada", "…", "Ben", "…"]
    await here.performer.perform(ErasePerson(person="ada"), context())
    here.log.forget()
    await followed(here.log.follow(4), 1)
    assert await here.texts() == [ERASED, ERASED, "Ben", "…"]


async def test_another_process_forgets_what_it_has_in_memory(here: Process, elsewhere: PostgresLog):
    there = Process(elsewhere)
    assert await there.texts() == ["Ada", "…", "Ben", "…"]
    assert await there.name_in_memory("ada") == "Ada"
    await here.performer.perform(ErasePerson(person="ada"), context())
    await here.vault.destroy("school", "ada")
    await there.forgets()
    assert await there.texts() == [ERASED, ERASED, "Ben", "…"]
    assert (await there.name_in_memory("ada"), await there.name_in_memory("ben")) == (ERASED, "Ben")


async def test_a_key_that_whoever_erased_had_no_time_to_destroy_is_destroyed(
    here: Process, elsewhere: PostgresLog, tmp_path: Path
):
    await here.performer.perform(ErasePerson(person="ada"), context())  # and is killed now
    there = Process(elsewhere)
    assert sum((await there.vault.wrapped()).values()) == 2
    await there.erasing.catch_up()
    assert sum((await there.vault.wrapped()).values()) == 1
    await there.erasing.catch_up()
    assert await there.texts() == [ERASED, ERASED, "Ben", "…"]


async def rows_of(log: PostgresLog) -> bytes:
    async with log.rows.connection() as connection:
        cursor = await connection.execute("select state from view_rows", binary=True)
        return b"".join(row[0] for row in await cursor.fetchall())


async def test_views_equal_a_rebuild_before_during_and_after(here: Process, elsewhere: PostgresLog, masters):
    there = Process(elsewhere)
    views = PostgresViews(there.log.rows)
    folder = Folder(views, KEPT, await built(views, *KEPT))

    async def whole() -> bool:
        async for batch in there.log.read(after=folder.position):
            await folder.fold(batch)
        fresh = PostgresLog(there.log.rows, KeyVault(there.log.rows, masters))
        found = [await upkeep.compare(fresh, views, view, lambda *_: None) for view in KEPT]
        return not any(found)

    assert await whole()
    assert b"Ada" in await rows_of(there.log)
    await here.performer.perform(ErasePerson(person="ada"), context())
    assert await whole()
    assert b"Ada" not in await rows_of(there.log)
    await here.vault.destroy("school", "ada")
    await there.forgets()
    assert await whole()
    row = (await views.many(ROOM.name, "school", ["algebra"])).rows
    assert b"Ben" in await rows_of(there.log)
    assert ERASED.encode() in row["algebra"]
    assert ERASED.encode() in (await views.many(PEOPLE.name, "school", ["ada"])).rows["ada"]
