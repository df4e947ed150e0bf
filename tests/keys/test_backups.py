"""A backup as the deployment's page makes it: no name and no word in the clear, whole again when restored."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from adapters.key_vault import KeyVault
from adapters.master_keys import BadKeyFile, MasterKeys
from adapters.postgres_log import PostgresLog
from adapters.postgres_views import PostgresViews
from domain.catalogue import ERASED
from domain.people import PersonRegistered
from domain.rooms import MessageSent
from infra.embedded.programs import postgres_programs
from projections.catalogue import KEPT
from projections.folding import Folder
from tests.conftest import PROJECT
from tests.log.given import by, events
from tests.views.counting import built

NAME = PersonRegistered(person="ada", name="Ada Quillfeather", role="student")
SAID = MessageSent(room="algebra", person="ada", message="m1", text="the zebra crossed at noon")
PAGE = PROJECT / "docs" / "how-to" / "run-a-deployment.md"


def left_out() -> str:
    """What the page leaves out."""
    found = re.search(r"--exclude-table-data='([^']+)'", PAGE.read_text())
    assert found
    return found[1]


@pytest.fixture
def backup(postgres_url: str, tmp_path: Path) -> Callable[[], Path]:
    def dump() -> Path:
        file = tmp_path / "lyceum.dump"
        options = ["--format=custom", "--compress=none", f"--exclude-table-data={left_out()}"]
        command = [postgres_programs() / "pg_dump", *options, f"--file={file}", postgres_url]
        subprocess.run(command, check=True)
        return file

    return dump


@pytest.fixture
def restored(postgres_url: str, databases: psycopg.Connection):
    """A database made from a backup; dropped at the end."""
    name = "restored_" + postgres_url.rpartition("/")[2].partition("?")[0]
    url = re.sub(r"/test_\d+\?", f"/{name}?", postgres_url)

    def restore(file: Path) -> str:
        databases.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        subprocess.run([postgres_programs() / "pg_restore", f"--dbname={url}", file], check=True)
        return url

    yield restore
    databases.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


async def fold(log: PostgresLog) -> dict[str, bytes]:
    """Fold the views from nothing; the row of the person's name, and that of the room."""
    views = PostgresViews(log.rows)
    folder = Folder(views, KEPT, await built(views, *KEPT))
    async for batch in log.read(after=folder.position):
        await folder.fold(batch)
    people = await views.many("people", "school", ["ada"])
    rooms = await views.many("room", "school", ["algebra"])
    return {**people.rows, **rooms.rows}


async def test_it_holds_no_name_and_no_word_and_is_whole_again_when_restored(
    private: PostgresLog, masters: MasterKeys, backup, restored
):
    await private.append([NAME, SAID], by())
    before = await fold(private)
    assert NAME.name.encode() in before["ada"]
    assert SAID.text.encode() in before["algebra"]
    file = backup()
    assert b"algebra" in file.read_bytes()
    assert NAME.name.encode() not in file.read_bytes()
    assert SAID.text.encode() not in file.read_bytes()
    async with PostgresLog.opened(restored(file), lambda rows: KeyVault(rows, masters)) as log:
        assert await events(log) == [NAME, SAID]
        assert await fold(log) == before


async def test_one_that_is_older_than_an_erasure_is_beyond_reach_once_its_master_key_is_dropped(
    private: PostgresLog, masters: MasterKeys, backup, restored, tmp_path
):
    key_file = tmp_path / "master-keys.json"
    await private.append([NAME, SAID], by())
    url = restored(backup())
    await private.vault.destroy("school", "ada")
    async with PostgresLog.opened(url, lambda rows: KeyVault(rows, masters)) as log:
        assert await events(log) == [NAME, SAID]
    new = masters.add()
    await private.vault.wrap_anew(lambda *_: None)
    masters.keep_only(new)
    async with PostgresLog.opened(url, lambda rows: KeyVault(rows, MasterKeys(key_file))) as log:
        with pytest.raises(BadKeyFile):
            await events(log)
    private.forget()
    assert [getattr(each, "text", ERASED) for each in await events(private)] == [ERASED, ERASED]
