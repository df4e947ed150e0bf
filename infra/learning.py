"""What the command line does for learning: it fits parameters, and loads what was planned elsewhere."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import click

from adapters.postgres_log import PostgresLog
from domain.commands import ROUTES
from infra.embedded import reached
from infra.fitting import Fitting
from infra.logs import log_at
from infra.settings import Settings
from infra.wiring import new_id, utc_now
from realtime.perform import Performer


async def fit(settings: Settings, org: str) -> None:
    """Fit every skill of an organisation, and record the parameters."""
    async with opened(settings) as (log, performer):
        fitted = await Fitting(log, performer.perform, utc_now).fit(new_id(), org)
    click.echo(f"{fitted} skill{'' if fitted == 1 else 's'} fitted.")


@asynccontextmanager
async def opened(settings: Settings) -> AsyncGenerator[tuple[PostgresLog, Performer], None]:
    """The log that the settings lead to, and a way to record in it."""
    async with reached(settings) as where, log_at(where.postgres, settings) as log:
        yield log, Performer(log, ROUTES)
