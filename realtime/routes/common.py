"""What every handler needs: who is asking, the way of a command, ids, at_least."""

from typing import Annotated, Any

from litestar import Request
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from msgspec import Meta, Struct

from domain.deciding import Command
from domain.errors import Refused
from domain.identity import ID_PATTERN
from realtime.access import Access, token_of
from realtime.house import House
from realtime.perform import Performed

InHouse = NamedDependency[House]
Asking = NamedDependency[Access]
Id = Annotated[str, Meta(pattern=ID_PATTERN)]
PathId = FromPath[Id]
Position = Annotated[int, Meta(ge=0, le=2**62)]
Limit = Annotated[int, Meta(ge=1, le=200)]
Cursor = Annotated[str, Meta(max_length=200)]
OptionalId = FromQuery[Id | None]


class Done(Struct, frozen=True, kw_only=True):
    """A command was performed, or had been before; `position` serves as `at_least` of a query."""

    position: int


class Nothing(Struct, frozen=True):
    """A body without fields."""


async def give_house(request: Request[Any, Any, Any]) -> House:
    """The ports of this process."""
    return request.app.state.house


async def give_access(request: Request[Any, Any, Any]) -> Access:
    """The claims of the request's token."""
    house: House = request.app.state.house
    token = token_of(request.headers.get("authorization"), request.query_params.get("token"))
    return house.tokens.read(token)


async def perform(house: House, access: Access, command: Command) -> Performed:
    """Perform a command for whoever asks, and count it."""
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
