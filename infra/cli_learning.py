"""The part of the command line that is about what learners know and do next."""

from pathlib import Path

import click

from infra import learning
from infra.cli_persons import ORG, Run


def add_commands(main: click.Group, run: Run) -> None:
    """Add the commands; `run` does work with the settings of this process."""

    @main.command()
    @ORG
    def fit(org: str | None) -> None:  # pyright: ignore[reportUnusedFunction]
        """Fit the parameters of mastery to all answers in the log; a house in use does so every night."""
        run(lambda settings: learning.fit(settings, org or settings.org))

    @main.command("import-reviews")
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @ORG
    def import_reviews(file: Path, org: str | None) -> None:  # pyright: ignore[reportUnusedFunction]
        """Go on with cards of SM-2 from FILE, a CSV: person, problem, reviewed, interval, ease, lapses."""
        run(lambda settings: learning.import_cards(settings, org or settings.org, file))

    @main.command("publish-path")
    @click.argument("path")
    @click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
    @ORG
    def publish_path(path: str, file: Path, org: str | None) -> None:  # pyright: ignore[reportUnusedFunction]
        """Publish PATH, skills in an order that can be learned, from FILE, a JSON: title, steps, gate."""
        data = file.read_bytes()
        run(lambda settings: learning.publish_path(settings, org or settings.org, path, data))
