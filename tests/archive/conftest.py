"""A log with an archive."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.archive import Archive
from adapters.postgres_log import PostgresLog


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """An archive with nothing in it."""
    return Archive(tmp_path / "archive")


@pytest.fixture
async def log(postgres_url: str, archive: Archive) -> AsyncIterator[PostgresLog]:
    """An open, empty log that reads from the archive."""
    async with PostgresLog.opened(postgres_url, segments=archive) as opened:
        yield opened
