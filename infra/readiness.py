"""What a node waits for before it says that it is ready."""

import asyncio
from contextlib import suppress

from adapters.postgres_views import PostgresViews
from projections.catalogue import KEPT

OPENING = 5.0
"""Seconds after which a node opens though views are still being built: those who ask for them get 503."""
LOOK = 0.02


async def views_shown(views: PostgresViews) -> None:
    """Wait until every view is shown, as it is at once unless there is a long history to build it from."""
    with suppress(TimeoutError):
        async with asyncio.timeout(OPENING):
            while len(await views.heads(KEPT)) < len(KEPT):  # noqa: ASYNC110  others may build them
                await asyncio.sleep(LOOK)
