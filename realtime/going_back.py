"""Ways back on a live board: an edit by the server in somebody's name, recorded as a whole or not at all.

It is made from what the log has, and written there at once; every board that is open hears of it by the log,
like any that another node has written. So a kill leaves all of it or nothing, and it may be as large as a
board may be. What people write meanwhile is merged with it.
"""

import asyncio
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from domain.boards import BoardRightSet, BoardState, SetBoardRight, may_write, writes_all
from domain.errors import BoundaryMoved, Forbidden, LogUnavailable, Refused
from domain.events import Boundary, Query, about
from domain.rooms import BoardEdited, NotInTheRoom, RoomClosed, RoomIsClosed, RoomLeft, Run, UnknownRoom
from realtime.access import Access
from realtime.house import House
from realtime.hub import FellBehind
from rooms.board.closing import Closing, Full, Overloaded, Restarting
from rooms.board.gathering import parts as in_events
from rooms.board.limits import DEFAULTS
from rooms.past.pasts import Pasts
from rooms.past.restoring import Goal, client_of, drafted
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
    """A way back: the name of the edit, the parts it may touch, and what is to come of them."""

    edit: str
    parts: tuple[str, ...]
    goal: Callable[[RoomHistory], Goal]


async def go_back(house: House, access: Access, room: str, way: Way) -> int:
    """Edit the board; answers the position at which all of it is in the log, though it had been made before.

    Raises `Refused`, and `LogUnavailable` if it is not known to be in the log: repeat it with the same name.
    """
    await _may_touch(house, access, room, way)
    await _all_recorded(house, access.org, room)
    while True:
        history = await Pasts(house.log).of(access.org, room)  # nobody adds to it while a thread reads it
        made = _Making(house, access, room, way, history)
        if (position := await made.recorded()) is not None:
            return position


class _Making:
    """An edit that is made from one reading of the room's history."""

    def __init__(self, house: House, access: Access, room: str, way: Way, history: RoomHistory) -> None:
        self._house = house
        self._access = access
        self._room = room
        self._way = way
        self._history = history
        self._name = f"{room} {way.edit}"
        self._client = client_of(self._name, history.board, access.sub)

    async def recorded(self) -> int | None:
        """The position at which it is in the log; None if what somebody may do has changed meanwhile."""
        if self._history.board.authors.known(self._client):
            return self._history.board.inserted(self._client, 0)
        parts = await _may_touch(self._house, self._access, self._room, self._way)
        runs = await asyncio.to_thread(self._drafted, parts)
        await self._must_fit(runs)
        events = [BoardEdited(room=self._room, runs=each) for each in in_events(runs, DEFAULTS.event_size)]
        context = self._access.context(self._house.clock())
        after = self._history.last
        while True:
            try:
                return await self._house.log.append(events, context, Boundary(_changes(self._room), after))
            except BoundaryMoved:
                made, after = await self._made_meanwhile(after)
            if made is not None:
                return made
            if await _may_touch(self._house, self._access, self._room, self._way) != parts:
                return None

    def _drafted(self, parts: tuple[str, ...]) -> list[Run]:
        goal = self._way.goal(self._history)
        return drafted(self._history.board, goal, self._name, self._access.sub, parts)

    async def _must_fit(self, runs: list[Run]) -> None:
        try:
            if not await self._house.boards.takes(self._access.org, self._room, runs):
                raise BoardRefuses(Full().reason)
        except Closing as closing:
            if closing.code in COME_BACK:
                raise LogUnavailable from closing
            raise BoardRefuses(closing.reason) from closing

    async def _made_meanwhile(self, after: int) -> tuple[int | None, int]:
        """Where somebody else has made this very edit, and up to where that is known."""
        found: int | None = None
        async for batch in self._house.log.read(_changes(self._room), after=after, org=self._access.org):
            for recorded in batch:
                after = recorded.position
                if isinstance(recorded.event, BoardEdited) and _ends(self._client, recorded.event):
                    found = recorded.position
        return found, after


def _ends(client: int, edited: BoardEdited) -> bool:
    """Whether the last run of the edit that has this client id is in here."""
    return edited.runs[-1].client == client and edited.runs[-1].update[0] > 0


def _changes(room: str) -> Query:
    """What an edit stands on, and what may forbid it."""
    return Query((about(f"room:{room}", BoardEdited, BoardRightSet, RoomClosed, RoomLeft),))


async def _may_touch(house: House, access: Access, room: str, way: Way) -> tuple[str, ...]:
    """The parts that the edit may touch. Raises `Refused` if there are none."""
    on = await _may_write_on(house, access, room)
    parts = tuple(part for part in way.parts if on is None or on(part))
    if not parts:
        raise NotOnThisBoard
    return parts


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
