"""A log with keys, a recorder that runs, and what it is given to hear."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.postgres_log import PostgresLog
from adapters.sound_files import SoundFiles
from rooms.recording import recorder as recorders
from rooms.recording.recorder import Recorder
from tests.keys.conftest import elsewhere, masters, private
from tests.recording.given import Voices, files
from tests.recording.given import recorder as made

__all__ = ["elsewhere", "masters", "private"]


@pytest.fixture
def voices() -> Voices:
    return Voices()


@pytest.fixture
def sounds(private: PostgresLog, tmp_path: Path) -> SoundFiles:
    return files(private, tmp_path)


@pytest.fixture
async def recorder(
    private: PostgresLog, voices: Voices, sounds: SoundFiles, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Recorder]:
    """It runs until the end of the test; `stopped` ends it sooner."""
    monkeypatch.setattr(recorders, "BEAT", 0.01)
    recorder = made(private, voices, sounds)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(recorder.run())
        yield recorder
        running.cancel()
