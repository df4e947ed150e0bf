"""Teams."""

from litestar import Router, post
from litestar.params import JSONBody
from msgspec import Struct

from domain.identity import Title
from domain.teams import FormTeam, JoinTeam, LeaveTeam
from realtime.routes.common import Asking, Body, Done, Id, InHouse, PathId, done


class NewTeam(Body, frozen=True, kw_only=True):
    """A team to form. Give an id of your own, and a repeated request is harmless."""

    title: Title
    team: Id | None = None


class Formed(Struct, frozen=True, kw_only=True):
    """The team is there, and you are in it."""

    position: int
    team: str


@post("/teams")
async def form(house: InHouse, access: Asking, data: JSONBody[NewTeam]) -> Formed:
    """Form a team, and join it."""
    team = data.team or house.new_id()
    formed = await done(house, access, FormTeam(team=team, title=data.title))
    return Formed(position=formed.position, team=team)


@post("/teams/{team:str}/join", status_code=200)
async def join(house: InHouse, access: Asking, team: PathId) -> Done:
    """Join a team; whoever is in another leaves that first."""
    return await done(house, access, JoinTeam(team=team))


@post("/teams/{team:str}/leave", status_code=200)
async def leave(house: InHouse, access: Asking, team: PathId) -> Done:
    """Leave a team."""
    return await done(house, access, LeaveTeam(team=team))


ROUTER = Router("/", route_handlers=[form, join, leave], tags=["teams"])
