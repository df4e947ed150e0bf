"""Views on a real log."""

import pytest

from adapters.postgres_log import PostgresLog
from adapters.postgres_views import PostgresViews


@pytest.fixture
def store(log: PostgresLog) -> PostgresViews:
    return PostgresViews(log.rows)
