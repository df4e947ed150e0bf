"""A log whose personal fields are encrypted."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.key_vault import KeyVault
from adapters.master_keys import MasterKeys
from adapters.postgres_log import PostgresLog


@pytest.fixture
def masters(tmp_path: Path) -> MasterKeys:
    return MasterKeys.made(tmp_path / "master-keys.json")


@pytest.fixture
async def private(postgres_url: str, masters: MasterKeys) -> AsyncIterator[PostgresLog]:
    """An open, empty log with a vault."""
    async with PostgresLog.opened(postgres_url, lambda rows: KeyVault(rows, masters)) as log:
        yield log


@pytest.fixture
async def elsewhere(
    postgres_url: str, masters: MasterKeys, private: PostgresLog
) -> AsyncIterator[PostgresLog]:
    """The same log on another node."""
    async with PostgresLog.opened(postgres_url, lambda rows: KeyVault(rows, masters)) as log:
        yield log
