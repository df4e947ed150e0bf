"""Ways back on a live board: an edit by the server in somebody's name, which is done when the log has it."""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from domain.boards import BoardState, SetBoardRight, may_write, writes_all
from domain.errors import Forbidden, LogUnavailable, Refused
from domain.events import Query, about
from domain.rooms import BoardEdited, NotInTheRoom, RoomIsClosed, UnknownRoom
from realtime.access import Access
from realtime.house import House
from realtime.hub import FellBehind, Listener
from rooms.board import wire
from rooms.board.closing import Closing, Overloaded, Restarting
from rooms.board.document import Document
from rooms.past.pasts import Pasts
from rooms.past.restoring import caught_up, client_of
from rooms.past.room import RoomHistory

PATIENCE = 10.0
"""Seconds that an edit is waited for on its way to the log."""
LOOK = 1.0
"""Seconds after which the log is looked at again, though nothing was heard."""
COME_BACK = (Overloaded.code, Restarting.code)


class NotOnThisBoard(Forbidden):
    """You may not write on these parts of the board."""


class BoardRefuses(Refused):
    """The board did not take this edit."""


class Way(NamedTuple):
    """A way back: the name of the edit, the parts it may touch, and what makes the update by a client id."""

    edit: str
    parts: tuple[str, ...]
    make: Callable[[RoomHistory, int, tuple[str, ...]], bytes]


async def go_back(house: House, access: Access, room: str, way: Way) -> int:
    """Edit the board; answers the position of the edit, be it that it had been made before.

    Raises `Refused`, and `LogUnavailable` if it is not known to be in the log: repeat it with the same name.
    """
    on = await _may_write_on(house, access, room)
    parts = tuple(part for part in way.parts if on is None or on(part))
    if not parts:
        raise NotOnThisBoard
    await _all_recorded(house, access.org, room)
    history = await Pasts(house.log).of(access.org, room)  # its own: what is live will be added to it
    client = client_of(f"{room} {way.edit}", history.board, access.sub)
    if history.board.authors.known(client):
        return history.board.inserted(client, 0)

    def make(document: Document) -> bytes:
        if client in document.clocks:  # made before, and on its way to the log
            return wire.NOTHING
        caught_up(history.board, document)
        return way.make(history, client, parts)

    with house.hub.listening(("room", access.org, room)) as listener:
        await _edit(house, access, room, make, on)
        return await _recorded(house, access.org, room, client, history.last, listener)


async def _may_write_on(house: House, access: Access, room: str) -> Callable[[str], bool] | None:
    """Members may, where they may write; the host and the staff everywhere. None stands for every part."""
    access.must_enter(room)
    look = house.performer.look(SetBoardRight(room=room), access.context(house.clock()))
    state: BoardState = await look
    if state.room.opened is None:
        raise UnknownRoom
    if state.room.closed:
        raise RoomIsClosed
    if access.role in ("tutor", "admin") or access.sub == state.room.opened.host:
        return None
    if access.role == "auditor" or access.sub not in state.room.members(room):
        raise NotInTheRoom
    return None if writes_all(state.rules, access.sub) else partial(may_write, state.rules, access.sub)


async def _all_recorded(house: House, org: str, room: str) -> None:
    """Wait until the log has what was just written: what it does not have is by nobody in particular."""
    try:
        async with asyncio.timeout(PATIENCE):
            with house.hub.listening(("room", org, room)) as listener:
                unsaved = {id(run): run for run in house.boards.hurry(org, room)}
                while any(id(run) in unsaved for run in house.boards.hurry(org, room)):
                    await listener.next(LOOK)
    except (TimeoutError, FellBehind) as error:
        raise LogUnavailable from error


async def _edit(
    house: House,
    access: Access,
    room: str,
    make: Callable[[Document], bytes],
    on: Callable[[str], bool] | None,
) -> None:
    try:
        await house.boards.edit(access.org, room, access.sub, make, on=on)
    except Closing as closing:
        if closing.code in COME_BACK:
            raise LogUnavailable from closing
        raise BoardRefuses(closing.reason) from closing


async def _recorded(house: House, org: str, room: str, client: int, after: int, listener: Listener) -> int:
    """The position of the event in which this client id begins."""
    query = Query((about(f"room:{room}", BoardEdited),))
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                async for batch in house.log.read(query, after=after, org=org):
                    for recorded in batch:
                        after = recorded.position
                        if isinstance(recorded.event, BoardEdited) and _is_in(client, recorded.event):
                            return recorded.position
                await listener.next(LOOK)
    except (TimeoutError, FellBehind) as error:
        raise LogUnavailable from error


def _is_in(client: int, edited: BoardEdited) -> bool:
    return any(run.client == client for run in edited.runs)
