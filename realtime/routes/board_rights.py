"""Rights on a room's board: what is said, and saying it."""

from litestar import Router, get, post
from litestar.params import JSONBody
from msgspec import Struct

from domain.boards import BoardState, Part, Right, SetBoardRight
from realtime.routes.common import Asking, Body, Done, Id, InHouse, PathId, done
from realtime.watching import looking, must_watch


class NewRight(Body, frozen=True, kw_only=True):
    """What a person, or everybody in the room, may do on a part of the board, or on all of it."""

    right: Right | None
    person: Id | None = None
    part: Part | None = None


class BoardRule(Struct, frozen=True, kw_only=True):
    """One thing that was said. What is said of a person goes before what is said of a part."""

    person: str | None
    part: str | None
    right: Right


class BoardRights(Struct, frozen=True, kw_only=True):
    """All that was said; where nothing is, members write, and all others read."""

    rules: tuple[BoardRule, ...]


@post("/rooms/{room:str}/board/rights", status_code=200)
async def set_right(house: InHouse, access: Asking, room: PathId, data: JSONBody[NewRight]) -> Done:
    """Say what somebody may do on the board; null takes back what was said. Open sockets follow at once."""
    command = SetBoardRight(room=room, person=data.person, part=data.part, right=data.right)
    return await done(house, access, command)


@get("/rooms/{room:str}/board/rights")
async def get_rights(house: InHouse, access: Asking, room: PathId) -> BoardRights:
    """What was said about rights on the board."""
    found = await must_watch(house, access, room)
    state: BoardState = await house.performer.look(SetBoardRight(room=room), access.context(house.clock()))
    rules = [BoardRule(person=who, part=part, right=right) for (who, part), right in state.rules.items()]
    reading = looking(house, access, room, found, "board-rights")
    await reading.of(rule.person for rule in rules if rule.person is not None)
    return BoardRights(rules=tuple(rules))


ROUTER = Router("/", route_handlers=[set_right, get_rights], tags=["rooms"])
