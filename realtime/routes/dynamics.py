"""How a room works together, for tutors; for each of its members, their own part."""

from litestar import Router, get

from realtime.dynamics import ShownDynamics, shown_all, shown_own
from realtime.routes.common import Asking, InHouse, PathId
from realtime.watching import WATCHING, looking, must_watch
from rooms.facilitator.picture import millis


@get("/rooms/{room:str}/dynamics")
async def dynamics(house: InHouse, access: Asking, room: PathId) -> ShownDynamics:
    """Figures over the last three minutes, ten, and an hour, and what the facilitator decided and held back.

    Tutors see all of it; a student, also one whose room it is, sees their own part and the group's.
    """
    found = await must_watch(house, access, room)
    known = await house.dynamics.of(access.org, room)
    now = millis(house.clock())
    if access.role not in WATCHING:
        return shown_own(known, now, access.sub, await house.views.names(access.org, [access.sub]))
    people = {*known.picture.members, *(decision.person for decision in known.decisions.values())}
    await looking(house, access, room, found, "dynamics").of(people)
    tutors = await house.dynamics.tutors(known)
    return shown_all(known, now, tutors, await house.views.names(access.org, list(people)))


ROUTER = Router("/", route_handlers=[dynamics], tags=["rooms"])
