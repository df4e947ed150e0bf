"""The command line: `lyceum`."""

import asyncio
import gc
import logging
import signal
import sys
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import click
import msgspec
import uvloop

from adapters.nats_bus import BusUnavailable
from domain.errors import LogUnavailable
from domain.events import Role
from infra import cli_history, cli_learning, cli_persons, cli_policies, demo, tasks
from infra.documents import write_documents
from infra.embedded import EmbeddedError
from infra.policies import read_policy
from infra.serving import PortTaken
from infra.settings import ROLES, VARIABLES, Settings, SettingsInvalid
from infra.wiring import running, utc_now
from realtime.access import Tokens
from rooms.facilitator.policy import InvalidPolicy, Policy
from rooms.facilitator.timelines import InvalidTimeline

EXPECTED = (
    SettingsInvalid,
    EmbeddedError,
    LogUnavailable,
    BusUnavailable,
    PortTaken,
    InvalidPolicy,
    InvalidTimeline,
    tasks.TaskFailed,
)
"""Errors that are told in a sentence, without a traceback."""

GARBAGE = (50_000, 20, 50)
"""Objects made before Python looks for circles: a batch of events makes thousands, and no circle. To look
through all of them takes so long that somebody would notice."""

Work = Callable[[Settings], Coroutine[Any, Any, None]]


def _environment() -> str:
    """The settings, as a section of the help text."""
    lines = ["\b", "Settings (environment variables):"]
    for variable in VARIABLES:
        default = f" [{variable.default}]" if variable.default else ""
        lines.append(f"  {variable.name:<30}{variable.help}{default}")
    return "\n".join(lines)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120})
def main() -> None:
    """Lyceum: an event-sourced, real-time backend for live learning."""


POLICY = click.option(
    "--policy",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The facilitator's policy, a JSON or TOML file; see docs/facilitator.md.",
)


@main.command(epilog=_environment())
@POLICY
@click.option("--demo/--no-demo", "furnished", default=True, help="Open a demo room, and print its links.")
def up(policy: Path | None, furnished: bool) -> None:
    """Start everything on this machine, until Ctrl-C.

    PostgreSQL, NATS and Redis are started too, unless their URLs are set.
    """
    _run(lambda settings: _serve(settings, read_policy(policy), furnished))


@main.command(epilog=_environment())
@POLICY
@click.option("--roles", help=f"What this node does: {' or '.join(ROLES)}, or both with a comma between.")
def serve(policy: Path | None, roles: str | None) -> None:
    """Run one node of a deployment, until SIGTERM."""

    async def work(settings: Settings) -> None:
        chosen = settings
        if roles:
            wanted = tuple(roles.split(","))
            if not set(wanted) <= set(ROLES):
                raise tasks.TaskFailed(f"--roles takes {', '.join(ROLES)}")
            chosen = msgspec.structs.replace(settings, roles=wanted)
        await _serve(chosen, read_policy(policy), False)

    _run(work)


@main.command()
@click.argument("person")
@click.argument("role", type=click.Choice(get_args(Role)))
@click.option("--room", help="Open this room only.")
@click.option("--org", help="Another organisation than LYCEUM_ORG.")
@click.option("--hours", type=click.FloatRange(0.01, 8760), default=12.0, show_default=True)
def token(person: str, role: Role, room: str | None, org: str | None, hours: float) -> None:
    """Print a token for PERSON, an id, with ROLE."""

    async def work(settings: Settings) -> None:
        tokens = Tokens(settings.secret(), utc_now, settings.org)
        try:
            made = tokens.make(person, role, org=org, room=room, lasts=timedelta(hours=hours))
        except msgspec.ValidationError as error:
            raise tasks.TaskFailed(f"ids are letters, digits, - and _, up to 64 of them ({error})") from error
        click.echo(made)

    _run(work)


@main.command()
@click.option("--older-than", "days", type=click.FloatRange(0, 36500), required=True, metavar="DAYS")
@click.option("--dry-run", is_flag=True, help="Only say what would be moved.")
def archive(days: float, dry_run: bool) -> None:
    """Move events of rooms that were closed more than DAYS ago into compressed files, out of the database.

    Whatever reads the log reads them from there. It works beside a running house; whatever stops it,
    run it again. See docs/archive.md.
    """
    now = utc_now()
    _run(lambda settings: tasks.archive(settings, now - timedelta(days=days), now, dry_run))


@main.command()
@click.option("--tutors", type=click.IntRange(1, 10_000), default=100, show_default=True)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed makes the same lessons.")
@click.option("--org", default="simulated", show_default=True, help="An organisation that holds nothing.")
@click.option("--until", type=click.DateTime(), help="The end of the ninety days, UTC; midnight if none.")
def simulate(tutors: int, seed: int, org: str, until: datetime | None) -> None:
    """Write simulated tutors and their lessons of ninety days into an organisation of their own.

    Each event says that it was simulated, by its actor and its cause. An organisation that holds anything
    already is refused.
    """
    end = (until or utc_now().replace(hour=0, minute=0, second=0, microsecond=0)).replace(tzinfo=UTC)
    _run(lambda settings: tasks.simulate(settings, org, tutors, seed, end))


@main.command("export-log")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def export_log(folder: Path) -> None:
    """Write the log, as far as it is sealed, into FOLDER, to be checked by anybody: see docs/audit.md."""
    _run(lambda settings: tasks.export(settings, folder))


@main.command()
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option(
    "--checkpoint",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A checkpoint that was kept elsewhere; the log must go on from it.",
)
@click.option("--key", help="The key that checkpoints must be signed with, or a file with it.")
def verify(folder: Path | None, checkpoint: Path | None, key: str | None) -> None:
    """Prove that the log is as it was sealed, and name the first event that is not.

    With a FOLDER that `export-log` has written this needs nothing but its files. Without one it reads the
    running log, and proves too that positions are dense, every event decodes, and every view equals one
    rebuilt from nothing.
    """
    if folder is None:
        _run(lambda settings: tasks.verify(settings, checkpoint, key))
    else:
        _end(lambda: tasks.verify_export(folder, checkpoint, key))


@main.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), default=Path("docs"))
def docs(folder: Path) -> None:
    """Write the event catalogue, OpenAPI and AsyncAPI into FOLDER."""
    for path in write_documents(folder):
        click.echo(path)


def _run(work: Work) -> None:
    """Run with the settings of this process."""

    async def configured() -> None:
        settings = Settings.from_process()
        logging.basicConfig(
            level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
        )
        await work(settings)

    _end(configured)


def _end(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run to the end on uvloop; what can be expected to go wrong is told in a sentence."""
    gc.set_threshold(*GARBAGE)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(work())
    except KeyboardInterrupt:
        sys.exit(130)
    except EXPECTED as error:
        raise click.ClickException(str(error)) from error
    except BaseExceptionGroup as group:
        expected, other = group.split(EXPECTED)
        if expected is None or other is not None:
            raise
        raise click.ClickException("; ".join(str(e) for e in _leaves(expected))) from group


def _leaves(group: BaseExceptionGroup[Any]) -> list[BaseException]:
    return [
        leaf
        for error in group.exceptions
        for leaf in (_leaves(error) if isinstance(error, BaseExceptionGroup) else [error])  # pyright: ignore
    ]


async def _serve(settings: Settings, policy: Policy, furnished: bool) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    async with running(settings, policy=policy) as node:
        if furnished and node.url:
            await demo.furnish(node.foundations.performer, settings.org, utc_now)
            click.echo(f"Lyceum is at {node.url}. The demo room, in a window or profile for each person:\n")
            for who, link in demo.links(node.url, node.tokens):
                click.echo(f"  {who}\n  {link}\n")
        click.echo(f"Ready{f' at {node.url}' if node.url else ''}. Stop with Ctrl-C.")
        sys.stdout.flush()
        gc.collect()
        gc.freeze()  # what is here now stays, and need not be looked through again
        await stopped.wait()
        click.echo("Stopping.")


cli_history.add_commands(main, _run)
cli_learning.add_commands(main, _run)
cli_persons.add_commands(main, _run)
cli_policies.add_commands(main, _run, _end)

if __name__ == "__main__":
    main()
