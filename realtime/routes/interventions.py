"""What the facilitator said: how members rate it."""

from litestar import Router, put
from litestar.params import JSONBody

from domain.ratings import Helped, RateIntervention
from realtime.routes.common import Asking, Body, Done, InHouse, PathId, done


class Rating(Body, frozen=True, kw_only=True):
    """Whether it helped; `withdrawn` takes one's answer back."""

    helped: Helped


@put("/rooms/{room:str}/interventions/{intervention:str}/rating")
async def rate(
    house: InHouse, access: Asking, room: PathId, intervention: PathId, data: JSONBody[Rating]
) -> Done:
    """Say whether something that the facilitator said in the room helped; the last answer counts."""
    wish = RateIntervention(room=room, intervention=intervention, helped=data.helped)
    return await done(house, access, wish)


ROUTER = Router("/", route_handlers=[rate], tags=["rooms"])
