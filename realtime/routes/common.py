"""What every handler needs: who is asking, the way of a command, ids, at_least."""

from typing import Annotated, Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import PathParameter, QueryParameter
from msgspec import Meta, Struct

from domain.deciding import Command
from domain.errors import Refused
from domain.identity import ID_PATTERN
from realtime.access import Access, token_of
from realtime.allowance import Allowance
from realtime.house import House
from realtime.perform import Performed

InHouse = NamedDependency[House]
Asking = NamedDependency[Access]
InAllowance = NamedDependency[Allowance]
Id = Annotated[str, Meta(pattern=ID_PATTERN)]

# Litestar heeds what its own parameters say, and nothing that is said by `Meta` beside them.
PathId = Annotated[str, PathParameter(pattern=ID_PATTERN)]
QueryId = Annotated[str | None, QueryParameter(pattern=ID_PATTERN)]
Position = Annotated[int, QueryParameter(ge=0, le=2**62)]
Limit = Annotated[int, QueryParameter(ge=1, le=200)]
Cursor = Annotated[
    str,
    QueryParameter(max_length=200, pattern=r"^[^\x00]*$", description="`next` of the page before."),
]
TAKES = "takes"
"""The key in a handler's `opt` that says which media type it takes, if that is not JSON."""

ANSWERS = "answers"
"""The key in a handler's `opt` that says which struct it answers, if it sends that piece by piece."""


class Done(Struct, frozen=True, kw_only=True):
    """A command was performed, or had been before; `position` serves as `at_least` of a query."""

    position: int


class Body(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of a request. A field that we do not know is refused, not lost: it may be a misspelling."""


async def give_house(request: Request[Any, Any, Any]) -> House:
    """The ports of this process."""
    return request.app.state.house


async def give_allowance(request: Request[Any, Any, Any]) -> Allowance:
    """What each person may still ask for."""
    return request.app.state.allowance


async def give_access(request: Request[Any, Any, Any]) -> Access:
    """The claims of the request's token, as `must_be_known` found them."""
    return request.state.access


async def must_be_known(connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler) -> None:
    """A guard, so before anything else: whoever asks has a token, and does not ask too often."""
    house: House = connection.app.state.house
    token = token_of(connection.headers.get("authorization"), connection.query_params.get("token"))
    access = house.tokens.read(token)
    connection.app.state.allowance.spend(access)
    connection.state.access = access


async def perform(house: House, access: Access, command: Command) -> Performed:
    """Perform a command for whoever asks, and count it."""
    if room := getattr(command, "room", None):
        access.must_enter(room)
    name = str(command.__struct_config__.tag)
    try:
        performed = await house.performer.perform(command, access.context(house.clock()))
    except Refused:
        house.metrics.command(name, "refused")
        raise
    house.metrics.command(name, "done" if performed.events else "repeated")
    return performed


async def done(house: House, access: Access, command: Command) -> Done:
    """Perform a command and answer its position."""
    return Done(position=(await perform(house, access, command)).position)
