"""A fresh token for somebody who is at a board already."""

import asyncio

from domain.errors import Refused
from realtime.access import Access, TokenExpired, Unauthenticated
from realtime.house import House
from realtime.sockets.door import Entered
from realtime.sockets.session import UNAUTHENTICATED, refusal_of
from rooms.board.transport import Transport


class OtherPerson(Unauthenticated):
    """A fresh token must be of the same person in the same role."""


def renewed(house: House, here: Entered, token: str | None, transport: Transport) -> Entered:
    """They stay until this token expires, unless the one they have lasts as long. Raises `Refusal`."""
    try:
        access = house.tokens.read(token)
        access.must_enter(here.connection.board.room)
        if _who(access) != _who(here.access):
            raise OtherPerson
    except Refused as refused:
        house.metrics.refused("board", refused.code)
        raise refusal_of(refused) from refused
    if access.exp <= here.access.exp:
        return here
    here.expiry.cancel()
    left = access.exp - house.clock().timestamp()
    loop = asyncio.get_running_loop()
    expiry = loop.call_later(left, transport.close, UNAUTHENTICATED, str(TokenExpired()))
    return here._replace(access=access, expiry=expiry)


def _who(access: Access) -> tuple[str, str, str]:
    return access.org, access.sub, access.role
