"""A fresh token for somebody who is at a board already."""

import asyncio

from domain.errors import Refused
from realtime.access import Access, TokenExpired, Unauthenticated
from realtime.house import House
from realtime.sockets.door import Entered
from realtime.sockets.session import UNAUTHENTICATED, refusal_of
from rooms.board.hocuspocus import ASK_FOR_TOKEN
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


class Reminder:
    """Asks for a fresh token so many seconds before one expires; halfway, if it lasts no longer."""

    def __init__(self, notice: float) -> None:
        self._notice = notice
        self._timer: asyncio.TimerHandle | None = None

    def set(self, here: Entered, transport: Transport) -> None:
        """Ask in time for this token."""
        self.cancel()
        loop = asyncio.get_running_loop()
        left = here.expiry.when() - loop.time()
        self._timer = loop.call_later(left - min(self._notice, left / 2), transport.send, ASK_FOR_TOKEN)

    def cancel(self) -> None:
        """Ask no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _who(access: Access) -> tuple[str, str, str]:
    return access.org, access.sub, access.role
