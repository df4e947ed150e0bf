"""The part of the command line that is about the facilitator's policies."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import msgspec

from domain.events import Instant
from infra import rehearsing
from infra.policies import read_policy, shown_policy
from infra.rehearsing import Part, Rehearsing
from infra.settings import Settings

Run = Callable[[Callable[[Settings], Coroutine[Any, Any, None]]], None]
End = Callable[[Callable[[], Coroutine[Any, Any, None]]], None]
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


class InstantOption(click.ParamType[datetime]):
    """An instant as of RFC 3339, or a date: its beginning, in UTC."""

    name = "instant"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """The instant that was given."""
        try:
            if isinstance(value, str) and len(value) == len("2026-11-21"):
                return datetime.fromisoformat(value).replace(tzinfo=UTC)
            return msgspec.convert(value, Instant)
        except ValueError:
            self.fail(f"{value!r} is no instant such as 2026-11-21 or 2026-11-21T09:30:00Z", param, ctx)


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What was asked for."""

    policy: Path | None
    in_force: Path | None
    rooms: tuple[str, ...]
    rttm: tuple[Path, ...]
    since: datetime | None
    until: datetime | None
    org: str | None
    names: bool
    as_json: bool
    example: bool

    async def show_example(self) -> None:
        """The policy that was given, or the standard one, to be changed."""
        click.echo(shown_policy(read_policy(self.in_force)))

    async def show_in_force(self, settings: Settings) -> None:
        """The policy by which a room was watched last."""
        await rehearsing.show_in_force(settings, self._part(settings))

    async def over_timelines(self) -> None:
        """Who spoke when, from files."""
        rehearsing.over_timelines(self._work(), self.rttm)

    async def over_rooms(self, settings: Settings) -> None:
        """What the log has of rooms."""
        await rehearsing.over_rooms(settings, self._work(), self._part(settings))

    def _part(self, settings: Settings) -> Part:
        return Part(self.org or settings.org, self.rooms, self.since, self.until)

    def _work(self) -> Rehearsing:
        in_force = read_policy(self.in_force) if self.in_force else None
        return Rehearsing(read_policy(self.policy), in_force, names=self.names, as_json=self.as_json)


def add_commands(main: click.Group, run: Run, end: End) -> None:
    """Add the commands; `run` does work with the settings of this process, `end` does without."""

    @main.command()
    @click.option("--policy", type=FILE, help="The policy to rehearse, a JSON or TOML file.")
    @click.option("--in-force", type=FILE, help="The policy in force, if the log does not say it.")
    @click.option("--room", "rooms", multiple=True, help="This room, or these; all of them without.")
    @click.option("--rttm", multiple=True, type=FILE, help="Who spoke when, instead of rooms.")
    @click.option("--since", type=InstantOption(), help="As if it had come into force then.")
    @click.option("--until", type=InstantOption(), help="And no further than this.")
    @click.option("--org", help="Another organisation than LYCEUM_ORG.")
    @click.option("--names", is_flag=True, help="Names for pseudonyms; that you saw them goes on record.")
    @click.option("--json", "as_json", is_flag=True, help="One JSON document.")
    @click.option("--example", is_flag=True, help="Print the standard policy, or the one of a --room.")
    def rehearse(**given: Any) -> None:  # pyright: ignore[reportUnusedFunction]
        """Run a policy of the facilitator over what happened, and show what it would have said.

        In virtual time, from the log alone: no model is asked, nobody is told, and without --names
        nothing is written. See docs/how-to/rehearse-a-policy.md.
        """
        wish = Wish(**given)
        if wish.example and wish.rooms:
            run(wish.show_in_force)
        elif wish.example:
            end(wish.show_example)
        elif wish.policy is None:
            raise click.UsageError("Say which --policy, or print one to begin with: --example.")
        elif wish.rttm and (wish.rooms or wish.since or wish.until or wish.org):
            raise click.UsageError("A timeline has no rooms, instants or organisations: --rttm goes alone.")
        elif wish.rttm:
            end(wish.over_timelines)
        else:
            run(wish.over_rooms)
