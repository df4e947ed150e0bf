"""The tables of the seal."""

import pytest

from adapters.postgres_log import PostgresLog
from adapters.postgres_seal import PostgresSeal


@pytest.fixture
async def seal(log: PostgresLog) -> PostgresSeal:
    return await PostgresSeal.opened(log.rows)
