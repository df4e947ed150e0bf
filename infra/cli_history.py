"""The part of the command line that is about the past, and what is folded from it."""

from collections.abc import Callable, Coroutine
from typing import Any

import click

from infra import replaying, tasks
from infra.playing import Pace
from infra.settings import Settings
from projections.catalogue import KEPT, VIEWS

Run = Callable[[Callable[[Settings], Coroutine[Any, Any, None]]], None]
POSITION = click.IntRange(1, 2**62)


def add_commands(main: click.Group, run: Run) -> None:
    """Add the commands; `run` does work with the settings of this process."""

    @main.command()
    @click.argument("room")
    @click.option(
        "--speed",
        type=click.FloatRange(0, 1000),
        default=0.0,
        help="Play so many times as fast as it was; 0 prints all at once.",
    )
    @click.option(
        "--longest-pause",
        type=click.FloatRange(0),
        default=float("inf"),
        help="Wait no longer than so many seconds for the next event.",
    )
    @click.option("--from", "first", type=POSITION, default=1, help="Begin at this position.")
    @click.option("--upto", type=POSITION, help="End with this position.")
    @click.option("--at", help="Print the room as it was at a position or an instant instead.")
    @click.option("--org", help="Another organisation than LYCEUM_ORG.")
    def replay(  # pyright: ignore[reportUnusedFunction]
        room: str,
        speed: float,
        longest_pause: float,
        first: int,
        upto: int | None,
        at: str | None,
        org: str | None,
    ) -> None:
        """Print what happened in ROOM, in order, from the log alone. Ctrl-C ends it."""

        async def work(settings: Settings) -> None:
            if at is not None:
                await replaying.show(settings, room, org or settings.org, at)
            else:
                part = replaying.Part(room, org or settings.org, first, upto)
                await replaying.replay(settings, part, Pace(speed, longest_pause))

        run(work)

    @main.command()
    @click.argument("view", type=click.Choice([view.name for view in VIEWS]))
    @click.argument("key")
    @click.option("--at", help="As it was at a position or an instant; now if it is not given.")
    @click.option("--org", help="Another organisation than LYCEUM_ORG.")
    def view(  # pyright: ignore[reportUnusedFunction]
        view: str, key: str, at: str | None, org: str | None
    ) -> None:
        """Print the row KEY of VIEW, folded from the log alone."""
        run(lambda settings: replaying.show_row(settings, view, key, org or settings.org, at))

    @main.command()
    @click.argument("view", required=False, type=click.Choice([view.name for view in KEPT]))
    @click.option("--all", "every", is_flag=True, help="Every view, one after the other.")
    def rebuild(view: str | None, every: bool) -> None:  # pyright: ignore[reportUnusedFunction]
        """Fold VIEW anew beside the one that is shown, compare them, then show the new one."""
        if (view is None) is not every:
            raise click.UsageError("Name a VIEW, or say --all.")
        chosen = [each for each in KEPT if every or each.name == view]
        run(lambda settings: tasks.rebuild(settings, chosen))
