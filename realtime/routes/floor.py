"""The floor of a room: stage or everybody, raised hands, who speaks, who is muted, who may show something."""

from litestar import Router, delete, post, put
from litestar.params import JSONBody

from domain.floor import (
    AllowShowing,
    EndShowing,
    GiveFloor,
    LowerHand,
    Mode,
    Mute,
    RaiseHand,
    SetFloorMode,
    TakeFloor,
    Unmute,
)
from realtime.access import OnlyForYourself
from realtime.routes.common import Asking, Body, Done, InHouse, PathId, done


class NewMode(Body, frozen=True, kw_only=True):
    """`open`: everybody may speak. `stage`: those who lead the room, and whoever they give the floor."""

    mode: Mode


@post("/rooms/{room:str}/floor", status_code=200)
async def set_mode(house: InHouse, access: Asking, room: PathId, data: JSONBody[NewMode]) -> Done:
    """Let everybody speak, or make a stage: for the room's host and the staff."""
    return await done(house, access, SetFloorMode(room=room, mode=data.mode))


@put("/rooms/{room:str}/floor/hands/{person:str}")
async def raise_hand(house: InHouse, access: Asking, room: PathId, person: PathId) -> Done:
    """Ask to speak; for oneself."""
    if person != access.sub:
        raise OnlyForYourself
    return await done(house, access, RaiseHand(room=room))


@delete("/rooms/{room:str}/floor/hands/{person:str}", status_code=200)
async def lower_hand(house: InHouse, access: Asking, room: PathId, person: PathId) -> Done:
    """Lower a hand: one's own, or as who leads the room anybody's."""
    return await done(house, access, LowerHand(room=room, person=person))


@put("/rooms/{room:str}/floor/speakers/{person:str}")
async def give_floor(house: InHouse, access: Asking, room: PathId, person: PathId) -> Done:
    """Let a person speak: their hand goes down, and they are muted no longer. Their microphone is theirs."""
    return await done(house, access, GiveFloor(room=room, person=person))


@delete("/rooms/{room:str}/floor/speakers/{person:str}", status_code=200)
async def take_floor(house: InHouse, access: Asking, room: PathId, person: PathId) -> Done:
    """Take the floor back from a person, or give it back."""
    return await done(house, access, TakeFloor(room=room, person=person))


@put("/rooms/{room:str}/floor/muted/{person:str}")
async def mute(house: InHouse, access: Asking, room: PathId, person: PathId) -> Done:
    """Let a person not be heard, whatever the mode, until somebody who leads the room unmutes them."""
    return await done(house, access, Mute(room=room, person=person))


@delete("/rooms/{room:str}/floor/muted/{person:str}", status_code=200)
async def unmute(house: InHouse, access: Asking, room: PathId, person: PathId) -> Done:
    """Let a person be heard again, where the mode lets them."""
    return await done(house, access, Unmute(room=room, person=person))


@put("/rooms/{room:str}/floor/showing/{person:str}")
async def allow_showing(house: InHouse, access: Asking, room: PathId, person: PathId) -> Done:
    """Let a person show their camera or their screen to the room; a few at a time."""
    return await done(house, access, AllowShowing(room=room, person=person))


@delete("/rooms/{room:str}/floor/showing/{person:str}", status_code=200)
async def end_showing(house: InHouse, access: Asking, room: PathId, person: PathId) -> Done:
    """Let a person show nothing any more; everybody may end their own."""
    return await done(house, access, EndShowing(room=room, person=person))


ROUTER = Router(
    "/",
    route_handlers=[
        set_mode,
        raise_hand,
        lower_hand,
        give_floor,
        take_floor,
        mute,
        unmute,
        allow_showing,
        end_showing,
    ],
    tags=["voice"],
)
