"""A recorder is killed at any point of its work: what was whole is on record once, and nothing else is."""

import asyncio
import os
import sys
import time
from pathlib import Path

import pytest

from infra.recorded import check_recordings
from tests.recording.given import ORG, kept
from tests.recording.given import recorder as made
from tests.recording.spoken import decoded, pitch
from tests.recording.test_recorder import on_record, until

POINTS = ("named", "begun", "half", "whole", "done", "told", "kept")
ON_RECORD = POINTS[2:]


async def killed(*arguments: str) -> list[str]:
    """The points at which processes were killed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.recording.killed", *arguments), stdout=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(60):
        printed, _ = await process.communicate()
    return printed.decode().split()


async def test_wherever_a_recorder_is_killed_what_was_whole_is_on_record_once(
    private, postgres_url, voices, sounds, tmp_path: Path
):
    keys = str(tmp_path / "master-keys.json")
    assert await killed(postgres_url, keys, str(tmp_path), *POINTS) == [*POINTS]
    for draft in sounds.folder.glob("*/*/*.new"):
        os.utime(draft, (time.time() - 3600, time.time() - 3600))
    async with asyncio.TaskGroup() as group:
        running = group.create_task(made(private, voices, sounds).run())
        await on_record(private, len(ON_RECORD))
        await until(lambda: {path.suffix for path in sounds.folder.glob("*/*/*")} == {".sound"})
        running.cancel()
    segments = await kept(private)
    assert sorted(each.person for each in segments) == sorted(ON_RECORD)
    assert sorted(sounds.names()) == sorted((ORG, point, f"s-{point}") for point in ON_RECORD)
    assert await check_recordings(private, sounds, lambda *_: None) == []
    for each in segments:
        # What was not in a file yet is lost.
        least, most = (100, 3999) if each.person == "half" else (4000, 4000)
        assert least <= each.ended - each.started <= most, each.person
        heard = decoded(await sounds.read(ORG, each.person, each.segment))
        assert pitch(heard, 0 if each.person == "half" else 1500) == pytest.approx(400, abs=30)


async def test_a_draft_of_just_now_is_somebody_elses_work(sounds):
    draft = sounds.folder / ORG / "ada" / "s1.new"
    draft.parent.mkdir(parents=True)
    draft.touch()
    assert [found async for found in sounds.leftovers()] == []
    assert draft.exists()
