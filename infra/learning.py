"""What the command line does for learning: it fits parameters, and loads what was planned elsewhere."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import click
import msgspec

from adapters.postgres_log import PostgresLog
from adapters.postgres_views import PostgresViews
from domain.commands import ROUTES
from domain.errors import Refused
from domain.identity import Title
from domain.paths import GATE, Gate, PublishPath, Steps
from infra.embedded import reached
from infra.fitting import Fitting
from infra.importing import BadLine, imports, lines_in
from infra.logs import log_at
from infra.persons import operator
from infra.settings import Settings
from infra.tasks import TaskFailed
from infra.wiring import new_id, utc_now
from projections.problems import PROBLEMS
from realtime.house import Views
from realtime.perform import Performer


class PathFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A path as a file has it; see `domain/paths.py`."""

    title: Title
    steps: Steps
    gate: Gate = GATE


async def fit(settings: Settings, org: str) -> None:
    """Fit every skill of an organisation, and record the parameters."""
    async with opened(settings) as (log, performer):
        fitted = await Fitting(log, performer.perform, utc_now).fit(new_id(), org)
    click.echo(f"{fitted} skill{'' if fitted == 1 else 's'} fitted.")


async def import_cards(settings: Settings, org: str, file: Path) -> None:
    """Go on with the cards of a file; raises `TaskFailed` before anything is recorded if a line is wrong."""
    async with opened(settings) as (log, performer):
        try:
            lines = lines_in(file)
            views = Views(PostgresViews(log.rows))
            named = list({line.problem: None for line in lines})
            problems = await views.many(PROBLEMS, org, named)
            commands = list(imports(lines, {name: each.skill for name, each in problems.items()}))
            for command in commands:
                await performer.perform(command, operator(org))
        except (BadLine, Refused, OSError) as error:
            raise TaskFailed(f"{file.name}: {error}") from error
    people = len({command.person for command in commands})
    click.echo(f"{len(lines)} cards of {people} {'person' if people == 1 else 'people'} imported.")


async def publish_path(settings: Settings, org: str, path: str, data: bytes) -> None:
    """Publish a path, or a new version of it; raises `TaskFailed` with what is wrong in the file."""
    async with opened(settings) as (_, performer):
        try:
            fields = msgspec.json.decode(data, type=PathFile)
            wanted = PublishPath(path=path, title=fields.title, steps=fields.steps, gate=fields.gate)
            command = msgspec.convert(msgspec.to_builtins(wanted), PublishPath)  # its name is an id
            performed = await performer.perform(command, operator(org))
        except (msgspec.MsgspecError, Refused) as error:
            raise TaskFailed(f"{path}: {error}") from error
    click.echo(f"{path} is published." if performed.events else f"{path} is as it was.")


@asynccontextmanager
async def opened(settings: Settings) -> AsyncGenerator[tuple[PostgresLog, Performer], None]:
    """The log that the settings lead to, and a way to record in it."""
    async with reached(settings) as where, log_at(where.postgres, settings) as log:
        yield log, Performer(log, ROUTES)
