"""Leaderboards."""

from typing import Annotated

from litestar import Router, get
from litestar.params import PathParameter, QueryParameter
from msgspec import Struct

from projections.leaderboards import TEAMS as TEAM_BOARD
from projections.leaderboards import board as board_named
from projections.seasons import season as season_named
from projections.teams import TEAMS
from realtime.house import House
from realtime.routes.common import Asking, Cursor, InHouse, Limit, QueryId

Season = Annotated[
    str,
    QueryParameter(
        max_length=16, description="day, week, month, all; or a past one: 2026-11-21, 2026-W47, 2026-11."
    ),
]
BoardPath = Annotated[str, PathParameter(max_length=80, description="xp, teams or skill-<skill>.")]


class Place(Struct, frozen=True, kw_only=True):
    """One place; equal points share a rank."""

    rank: int
    person: str
    name: str
    points: int


class Leaderboard(Struct, frozen=True, kw_only=True):
    """A page of a board; ask on with `after` = `next`. `total` is how many are listed."""

    board: str
    season: str
    total: int
    entries: tuple[Place, ...]
    next: str | None


async def leaderboard_page(
    house: House,
    org: str,
    board: str,
    season: str,
    *,
    limit: int = 20,
    after: str | None = None,
    around: str | None = None,
) -> Leaderboard:
    """A page with names; raises `UnknownBoard`, `UnknownSeason`, `BadCursor`."""
    board, season = board_named(board), season_named(season, house.clock())
    page = await house.leaderboards.page(org, board, season, limit=limit, after=after, around=around)
    members = [entry.member for entry in page.entries]
    if board == TEAM_BOARD:
        names = {team: s.title for team, s in (await house.views.many(TEAMS, org, members)).items()}
    else:
        names = await house.views.names(org, members)
    return Leaderboard(
        board=board,
        season=season,
        total=page.total,
        entries=tuple(
            Place(rank=e.rank, person=e.member, name=names.get(e.member, e.member), points=e.points)
            for e in page.entries
        ),
        next=page.next,
    )


@get("/leaderboards/{board:str}")
async def leaderboard(
    house: InHouse,
    access: Asking,
    board: BoardPath,
    season: Season = "week",
    limit: Limit = 20,
    after: Cursor = "",
    around: QueryId = None,
) -> Leaderboard:
    """The top of a board, what comes behind `after`, or the places around somebody."""
    return await leaderboard_page(
        house, access.org, board, season, limit=limit, after=after or None, around=around
    )


ROUTER = Router("/", route_handlers=[leaderboard], tags=["leaderboards"])
