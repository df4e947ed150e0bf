"""Leaderboards, the pure part: what each event means to the boards, and what a board answers.

The boards are `xp`, one `skill-<skill>` for each skill, and `teams`, each with its seasons. Whoever has
not consented to leaderboards is counted and not listed. Points go to the team that the person is in at
that moment. Among equals, whoever got there first stands first.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Protocol

from msgspec import Struct

from domain.errors import Unknown
from domain.events import Event, Recorded
from domain.identity import ID_PATTERN
from domain.people import ConsentGiven, ConsentWithdrawn, PersonErased
from domain.practice import AnswerGiven
from domain.quests import QuestClaimed
from domain.teams import TeamJoined, TeamLeft
from projections.seasons import Seasons, seasons_at

XP, TEAMS = "xp", "teams"


class UnknownBoard(Unknown):
    """There is no such leaderboard."""


class Award(Struct, array_like=True, tag="award"):
    """Points for a person, in a skill or in none (""), the last of them at `position`."""

    org: str
    person: str
    skill: str
    points: int
    position: int
    seasons: Seasons


class Listing(Struct, array_like=True, tag="listing"):
    """A person wants to be listed, or wants it no longer."""

    org: str
    person: str
    listed: bool


class Membership(Struct, array_like=True, tag="membership"):
    """A person belongs to a team (and to no other), or belongs to it no longer."""

    org: str
    person: str
    team: str
    joined: bool


Operation = Award | Listing | Membership


class Entry(Struct, frozen=True):
    """One place on a board: competition rank (1, 2, 2, 4), the person or team, their points."""

    rank: int
    member: str
    points: int


class Page(Struct, frozen=True):
    """A part of a board. `total` is how many are listed, `counted` how many have points at all.

    `next` is the cursor for `after` that continues behind this page, None at the end.
    """

    board: str
    season: str
    total: int
    counted: int
    entries: tuple[Entry, ...]
    next: str | None


class BoardsUnavailable(Exception):
    """The leaderboards cannot be reached right now; they lose nothing by it."""


class Boards(Protocol):
    """What keeps the boards, and how far it has come. Implemented in `adapters/redis_boards.py`."""

    async def position(self) -> int:
        """The position up to which events are in the boards, 0 when they are empty."""
        ...

    async def apply(self, after: int, position: int, operations: Sequence[Operation]) -> bool:
        """Apply all and move from `after` to `position`, or do nothing and answer False if not there."""
        ...


def operations(batch: Iterable[Recorded]) -> list[Operation]:
    """What a batch means to the boards, with awards of the same kind added up.

    The result of applying it does not depend on how the log was cut into batches.
    """
    gathered = _Gathered()
    for recorded in batch:
        gathered.take(recorded)
    return gathered.operations


def boards_changed(changes: Iterable[Operation]) -> set[tuple[str, str]]:
    """The (organisation, board) pairs that may look different now; "*" stands for every board."""
    changed: set[tuple[str, str]] = set()
    for change in changes:
        match change:
            case Award(org=org, skill=skill):
                changed |= {(org, XP), (org, TEAMS)}
                if skill:
                    changed.add((org, board_of(skill)))
            case Listing(org=org):
                changed.add((org, "*"))
            case Membership():
                pass
    return changed


def board_of(skill: str) -> str:
    """The board of a skill."""
    return f"skill-{skill}"


def board(name: str) -> str:
    """The name itself if it can be a board's; raises `UnknownBoard`."""
    skill = name.removeprefix("skill-")
    if name in (XP, TEAMS) or (skill != name and re.fullmatch(ID_PATTERN, skill)):
        return name
    raise UnknownBoard


class _Gathered:
    """Operations in order; an award joins an earlier one of its kind unless the team has changed since."""

    def __init__(self) -> None:
        self.operations: list[Operation] = []
        self._awards: dict[tuple[str, str, str, str, int], Award] = {}
        self._moves: dict[tuple[str, str], int] = {}

    def take(self, recorded: Recorded) -> None:
        org = recorded.org
        match recorded.event:
            case AnswerGiven() as event:
                self._award(recorded, event.person, event.skill, event.xp)
            case QuestClaimed() as event:
                self._award(recorded, event.person, "", event.xp)
            case ConsentGiven(scope="leaderboard") | ConsentWithdrawn(scope="leaderboard") as event:
                self.operations.append(Listing(org, event.person, isinstance(event, ConsentGiven)))
            case PersonErased() as event:
                self.operations.append(Listing(org, event.person, listed=False))
            case TeamJoined() | TeamLeft() as event:
                joined = isinstance(event, TeamJoined)
                self._moves[org, event.person] = len(self.operations)
                self.operations.append(Membership(org, event.person, event.team, joined))
            case _:
                pass

    def _award(self, recorded: Recorded, person: str, skill: str, points: int) -> None:
        if points <= 0:
            return
        seasons = seasons_at(recorded.at)
        moved = self._moves.get((recorded.org, person), -1)
        key = (recorded.org, person, skill, seasons.day, moved)
        award = self._awards.get(key)
        if award is None:
            award = self._awards[key] = Award(recorded.org, person, skill, points, recorded.position, seasons)
            self.operations.append(award)
            return
        award.points += points
        award.position = recorded.position


READS: tuple[type[Event], ...] = (
    AnswerGiven,
    QuestClaimed,
    ConsentGiven,
    ConsentWithdrawn,
    PersonErased,
    TeamJoined,
    TeamLeft,
)
"""The events that mean anything to the boards."""
