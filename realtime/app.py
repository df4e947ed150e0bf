"""The ASGI application."""

from typing import Any

from litestar import Litestar, Request, Router
from litestar.config.cors import CORSConfig
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import ValidationException

from realtime import openapi, problems
from realtime.allowance import Allowance
from realtime.feed import Feed
from realtime.house import House
from realtime.progress import AT_LEAST, NotThereYet
from realtime.requests import StrictRequest
from realtime.routes import (
    audit,
    board,
    board_history,
    board_rights,
    company,
    credentials,
    dynamics,
    facilitator,
    feed,
    floor,
    help,
    interventions,
    leaderboards,
    lessons,
    mastery,
    model_calls,
    office_hours,
    people,
    plan,
    practice,
    proofs,
    public_credentials,
    recordings,
    reviews,
    rooms,
    scratchpad,
    spoken,
    system,
    teams,
    tutors,
    voice,
)
from realtime.routes.common import give_access, give_allowance, give_house, must_be_known

BODY = 256 * 1024
"""Bytes of a request's body, at most."""

KNOWN = (
    people.ROUTER,
    rooms.ROUTER,
    board_history.ROUTER,
    board_rights.ROUTER,
    scratchpad.ROUTER,
    feed.ROUTER,
    voice.ROUTER,
    recordings.ROUTER,
    floor.ROUTER,
    spoken.ROUTER,
    interventions.ROUTER,
    dynamics.ROUTER,
    facilitator.ROUTER,
    help.ROUTER,
    practice.ROUTER,
    mastery.ROUTER,
    reviews.ROUTER,
    plan.ROUTER,
    company.ROUTER,
    leaderboards.ROUTER,
    teams.ROUTER,
    lessons.ROUTER,
    tutors.ROUTER,
    credentials.ROUTER,
    office_hours.ROUTER,
    audit.ROUTER,
    model_calls.ROUTER,
    proofs.ROUTER,
)
"""The surfaces for those who have a token."""


async def read_own_writes(request: Request[Any, Any, Any]) -> None:
    """`?at_least=N` waits until the views have come to position N."""
    given = request.query_params.get("at_least")
    if given is None:
        return
    if not (given.isascii() and given.isdigit() and len(given) < 19):
        raise ValidationException("at_least must be a position")
    house: House = request.app.state.house
    if int(given) > await house.log.head():
        raise NotThereYet  # at once: nobody has read such a position
    if "/leaderboards/" in request.url.path:
        await house.progress.wait("boards", int(given), house.leaderboards.position)
    await house.progress.wait("views", int(given), house.views.position)
    AT_LEAST.set(int(given))  # a view that is being built may lag behind the others


def application(house: House, watched: Feed) -> Litestar:
    """The application over one house."""
    known = Router("/", route_handlers=KNOWN, guards=[must_be_known], request_class=StrictRequest)
    return Litestar(
        route_handlers=[
            known,
            system.ROUTER,
            plan.OPEN,
            public_credentials.ROUTER,
            voice.EVENTS,
            board.board,
            board.boards,
            system.pages(house.web),
        ],
        dependencies={
            "house": Provide(give_house),
            "access": Provide(give_access),
            "allowance": Provide(give_allowance),
        },
        before_request=read_own_writes,
        exception_handlers=problems.handlers(house.metrics),
        request_max_body_size=BODY,
        cors_config=CORSConfig(
            allow_origins=["*"],
            allow_headers=["Authorization", "Content-Type"],
            expose_headers=["Location", "Link"],
        ),
        openapi_config=openapi.configuration(),
        logging_config=None,
        state=State({"house": house, "feed": watched, "allowance": Allowance(house.clock)}),
    )
