"""The scratchpad of a room's board: what its lines come to."""

import asyncio
from typing import Annotated

from litestar import Router, post
from litestar.params import JSONBody
from msgspec import Meta, Struct

from domain.errors import Invalid
from domain.rooms import NotInTheRoom
from realtime.routes.common import Asking, Body, InHouse, PathId
from realtime.watching import standing
from rooms.scratchpad.mathematics import LINE
from rooms.scratchpad.scratchpad import CHARACTERS, LINES, Result, worked_out

Line = Annotated[str, Meta(max_length=4 * LINE)]


class Lines(Body, frozen=True, kw_only=True):
    """The lines of a scratchpad, from the first on: each may use what stands above it."""

    lines: Annotated[tuple[Line, ...], Meta(max_length=LINES)]


class Results(Struct, frozen=True, kw_only=True):
    """A result for each line, in the same order."""

    results: tuple[Result, ...]


class ScratchpadTooLong(Invalid):
    """A scratchpad holds at most 4000 characters."""


@post("/rooms/{room:str}/scratchpad", status_code=200)
async def work_out(house: InHouse, access: Asking, room: PathId, data: JSONBody[Lines]) -> Results:
    """Work out the lines of a scratchpad; nothing is recorded. For those in the room."""
    if not (await standing(house, access, room)).member:
        raise NotInTheRoom
    if sum(map(len, data.lines)) > CHARACTERS:
        raise ScratchpadTooLong
    # Bounded, but up to some tens of milliseconds: others are not to wait for it.
    return Results(results=await asyncio.to_thread(worked_out, data.lines))


ROUTER = Router("/", route_handlers=[work_out], tags=["rooms"])
