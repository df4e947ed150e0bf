"""For auditors: every call to a model, and what they cost."""

from collections.abc import AsyncGenerator, AsyncIterator
from datetime import datetime
from typing import Annotated

import msgspec
from litestar import Router, get
from litestar.params import QueryParameter
from litestar.response import Stream

from realtime.model_calls import ModelCall, calls
from realtime.model_costs import ModelCosts, costs
from realtime.reading import Reading, must_audit
from realtime.routes.audit import BadInstant
from realtime.routes.common import ANSWERS, Asking, InHouse, Position, QueryId

LINES = "application/x-ndjson"
Many = Annotated[int, QueryParameter(ge=1, le=10_000)]
Rooms = Annotated[int, QueryParameter(ge=0, le=1000, description="Rooms, those called in last first.")]
InstantText = Annotated[str | None, QueryParameter(max_length=40, description="An instant as of RFC 3339.")]


@get("/audit/model-calls", media_type=LINES, opt={ANSWERS: ModelCall})
async def model_calls(
    house: InHouse, access: Asking, after: Position = 0, limit: Many = 1000, room: QueryId = None
) -> Stream:
    """Every call to a model in order, one JSON object a line; ask on with `after` = the last `position`."""
    reading = must_audit(house, access, "model-calls", " ".join(filter(None, (room, f"after {after}"))))
    found = calls(house.log, access.org, house.prices, after, await house.log.head(), room)
    lines = _lines(found, limit, reading)
    first = await anext(lines, b"")  # what cannot be recorded is refused, before anything is sent
    return Stream(_chained(first, lines), media_type=LINES)


@get("/audit/model-costs")
async def model_costs(
    house: InHouse,
    access: Asking,
    since: InstantText = None,
    until: InstantText = None,
    limit: Rooms = 200,
    room: QueryId = None,
) -> ModelCosts:
    """What calls to models came to at list price: in all, for each room, and by the hour together."""
    must_audit(house, access, "model-costs")
    first, last = _instant(since), _instant(until) or house.clock()
    return await costs(house.log, access.org, house.prices, (first, last), limit, room)


async def _lines(
    found: AsyncIterator[list[ModelCall]], limit: int, reading: Reading
) -> AsyncGenerator[bytes, None]:
    left = limit
    async for some in found:
        shown = some[:left]
        await reading.of(call.person for call in shown if call.person)
        yield b"".join(msgspec.json.encode(call) + b"\n" for call in shown)
        left -= len(shown)
        if left <= 0:
            return


async def _chained(first: bytes, rest: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
    yield first
    async for lines in rest:
        yield lines


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        found = msgspec.convert(text.replace(" ", "+"), datetime)
    except msgspec.ValidationError as error:
        raise BadInstant from error
    if found.tzinfo is None:
        raise BadInstant
    return found


ROUTER = Router("/", route_handlers=[model_calls, model_costs], tags=["audit"])
