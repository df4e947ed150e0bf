"""`lyceum export-log` and `lyceum verify`, as an auditor runs them."""

import asyncio
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner

from infra.cli import main
from tests.house import RunningHouse
from tests.realtime.guests import guests
from tests.seal.test_api_proofs import checkpoint_from, said

SOUND = "Every event is as it was sealed: none was altered, removed, inserted or swapped."


def alone(*words: str | Path, status: int = 0) -> str:
    """Run `lyceum` where no setting makes sense, and so none can have been looked at."""
    nonsense = {"LYCEUM_PORT": "no port", "LYCEUM_POSTGRES": "no database"}
    result = CliRunner(env=nonsense).invoke(main, [str(word) for word in words])
    assert result.exit_code == status, result.output
    return result.output


@pytest.fixture
def command(house: RunningHouse):
    """Run `lyceum` on the home of the house."""

    def run(*words: str | Path, status: int = 0) -> str:
        return RunningHouse(house.home, house.environment, tuple(map(str, words))).run(status=status)

    return run


async def test_an_export_is_verified_with_nothing_but_its_files_and_what_was_kept(house, command, tmp_path):
    folder, kept, key = tmp_path / "export", tmp_path / "kept", tmp_path / "key"
    async with guests(house, kim="auditor") as (kim,):
        position = await said(kim)
        await checkpoint_from(kim, position)
        kept.write_text((await kim.http.get("/audit/checkpoint")).text)
        key.write_text((await kim.http.get("/audit/key")).text)
    assert f" events are in {folder}." in command("export-log", folder)
    await asyncio.to_thread(verified_alone, folder, kept, key, position)


def verified_alone(folder: Path, kept: Path, key: Path, position: int) -> None:
    text = alone("verify", "--checkpoint", kept, "--key", key, folder)
    assert SOUND in text
    assert "kept elsewhere" not in text
    assert SOUND in alone("verify", "--key", key.read_text().strip(), folder)
    assert "give a --checkpoint and a --key kept elsewhere" in alone("verify", folder)
    events = folder / "events.ndjson"
    lines = events.read_bytes().splitlines(keepends=True)
    events.write_bytes(b"".join([*lines[: position - 1], lines[0], *lines[position:]]))
    named = alone("verify", "--checkpoint", kept, "--key", key, folder, status=1)
    assert f"position {position}: the event was altered" in named


async def test_an_event_that_was_altered_in_the_running_house_is_named(house, command, tmp_path):
    async with guests(house, kim="auditor") as (kim,):
        position = await said(kim)
        await checkpoint_from(kim, position)
        (tmp_path / "kept").write_text((await kim.http.get("/audit/checkpoint")).text)
        flip = "update events set record = set_byte(record, 5, get_byte(record, 5) # %s) where position = %s"
        with psycopg.connect(house.environment["LYCEUM_POSTGRES"], autocommit=True) as connection:
            connection.execute(flip, (1, position))
            refused = await kim.refused("GET", f"/audit/proof/{position}")
            named = command("verify", "--checkpoint", tmp_path / "kept", status=1)
            connection.execute(flip, (1, position))
    assert refused == (409, "not-provable")
    assert f"position {position}: the event was altered" in named


def test_what_is_no_export_no_key_and_no_checkpoint_is_said_to_be_none(tmp_path):
    assert "is no export of a log" in alone("verify", tmp_path, status=1)
    (tmp_path / "events.ndjson").touch()
    (tmp_path / "leaves.txt").touch()
    assert "key of the export cannot be read" in alone("verify", tmp_path, status=1)
    assert "This is no verifier key" in alone("verify", "--key", "nonsense", tmp_path, status=1)
