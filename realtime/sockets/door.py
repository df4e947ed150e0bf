"""The door to a board: who may come in, and whether to write or to read."""

import asyncio
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from domain.boards import BoardState, Right, Rule, SetBoardRight, may_write, writes_all, writes_some
from domain.errors import LogUnavailable, Refused
from domain.identity import ID_PATTERN
from domain.rooms import NotInTheRoom, UnknownRoom
from projections.participation import PARTICIPATION, Participation
from realtime.access import Access, TokenExpired
from realtime.house import House
from realtime.sockets.session import OVERLOADED, UNAUTHENTICATED, Refusal, refusal_of
from realtime.watching import Standing, looking, must_be_watching, standing_in
from rooms.board.closing import Closing
from rooms.board.connection import Connection
from rooms.board.transport import Transport


@dataclass(frozen=True)
class Pen:
    """What somebody may do on a board."""

    writes: bool
    rules: dict[Rule, Right] | None = None
    """What is said about parts, if anything is that concerns them."""
    person: str = ""

    @property
    def on(self) -> Callable[[str], bool] | None:
        """Whether they may write on the part of that name; None if on all."""
        return None if self.rules is None else partial(may_write, self.rules, self.person)


class Entered(NamedTuple):
    """Somebody at a board, for as long as their token is good."""

    access: Access
    connection: Connection
    expiry: asyncio.TimerHandle

    def leave(self) -> None:
        """The socket is closed."""
        self.expiry.cancel()
        self.connection.closed()


async def entered(house: House, token: str | None, room: str, transport: Transport) -> Entered:
    """Let somebody in, and close their socket when their token expires. Raises `Refusal`."""
    try:
        access, connection = await _enter(house, token, room, transport)
    except (Refused, Closing) as refused:
        if isinstance(refused, Refused):
            house.metrics.refused("board", refused.code)
        raise refusal_of(refused) from refused
    except LogUnavailable as error:
        raise Refusal(OVERLOADED, "The log is not available right now.") from error
    left = access.exp - house.clock().timestamp()
    loop = asyncio.get_running_loop()
    expiry = loop.call_later(left, transport.close, UNAUTHENTICATED, str(TokenExpired()))
    return Entered(access, connection, expiry)


async def _enter(
    house: House, token: str | None, room: str, transport: Transport
) -> tuple[Access, Connection]:
    access = house.tokens.read(token)
    if not re.match(ID_PATTERN, room):
        raise UnknownRoom
    async with house.boards.admission.turn():
        return access, await _opened(house, access, room, transport)


async def _opened(house: House, access: Access, room: str, transport: Transport) -> Connection:
    drops = house.boards.drops
    found, pen = await _place(house, access, room)
    await _tell_of_reading(house, access, room, found)
    connection = await house.boards.open(
        access.org, room, transport, access.sub, writes=pen.writes, on=pen.on
    )
    try:
        # Whoever was shown out while the board was loading was not there yet.
        if drops != house.boards.drops and (await _place(house, access, room))[1] != pen:
            raise NotInTheRoom
    except BaseException:
        connection.closed()
        raise
    return connection


async def _place(house: House, access: Access, room: str) -> tuple[Standing, Pen]:
    """How somebody stands to the room, and what they may do on its board. Raises `Refused`."""
    access.must_enter(room)
    context = access.context(house.clock())
    with suppress(Refused):
        found, pen = _seat(await house.standings.of(room, context), access, room)
        if pen == Pen(writes=True):
            return found, pen
    # Whoever may not is asked about in the log: they may have joined a moment ago.
    return _seat(await house.performer.look(SetBoardRight(room=room), context), access, room)


def _seat(state: BoardState, access: Access, room: str) -> tuple[Standing, Pen]:
    """Members write, as far as nobody has said otherwise."""
    found = standing_in(state.room, access, room)
    must_be_watching(found, access)
    if (
        not found.member
        or found.closed
        or access.role == "auditor"
        or not writes_some(state.rules, access.sub)
    ):
        return found, Pen(writes=False)
    if writes_all(state.rules, access.sub):
        return found, Pen(writes=True)
    return found, Pen(writes=True, rules=dict(state.rules), person=access.sub)


async def _tell_of_reading(house: House, access: Access, room: str, found: Standing) -> None:
    """Whoever was ever in the room may have written on its board."""
    reading = looking(house, access, room, found, "board")
    if reading.recorded:
        state = await house.views.get(PARTICIPATION, access.org, room) or Participation()
        await reading.of([*state.people, *found.members])
