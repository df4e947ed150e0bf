"""The part of the command line that is about persons and their keys."""

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import click

from infra import persons, rotation
from infra.settings import Settings

Run = Callable[[Callable[[Settings], Coroutine[Any, Any, None]]], None]
ORG = click.option("--org", help="Another organisation than LYCEUM_ORG.")


def add_commands(main: click.Group, run: Run) -> None:
    """Add the commands; `run` does work with the settings of this process."""

    @main.command()
    @click.argument("person")
    @click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
    @ORG
    def export(person: str, file: Path | None, org: str | None) -> None:  # pyright: ignore[reportUnusedFunction]
        """Write all that concerns PERSON as JSON, into FILE or on standard output: see docs/privacy.md."""
        run(lambda settings: persons.export(settings, person, org or settings.org, file))

    @main.command()
    @click.argument("person")
    @ORG
    @click.option("--yes", is_flag=True, help="Do not ask.")
    def erase(person: str, org: str | None, yes: bool) -> None:  # pyright: ignore[reportUnusedFunction]
        """Erase PERSON for good: what is personal of theirs can be read by nobody any more."""
        run(lambda settings: persons.erase(settings, person, org or settings.org, yes))

    @main.group()
    def keys() -> None:
        """The master keys, with which the keys of persons are wrapped; the house may run meanwhile."""

    @keys.command()
    def rotate() -> None:  # pyright: ignore[reportUnusedFunction]
        """Add a master key, and wrap the key of every person anew with it. The old one is kept."""
        run(rotation.rotate)

    @keys.command()
    def drop() -> None:  # pyright: ignore[reportUnusedFunction]
        """Take old master keys out of the file, once none of them is needed."""
        run(rotation.drop)

    @keys.command("list")
    def show() -> None:  # pyright: ignore[reportUnusedFunction]
        """Show each master key, and how many keys of persons it wraps."""
        run(rotation.show)
