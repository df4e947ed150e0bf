"""What the facilitator said: why it did, and how those rate it who were there."""

from litestar import Router, get, put
from litestar.params import JSONBody

from domain.ratings import Helped, RateIntervention
from realtime.explaining import Explained, explained
from realtime.routes.common import Asking, Body, Done, InHouse, PathId, done
from realtime.watching import looking, must_watch


class Rating(Body, frozen=True, kw_only=True):
    """Whether it helped; `withdrawn` takes one's answer back."""

    helped: Helped


@get("/rooms/{room:str}/interventions/{intervention:str}")
async def why(house: InHouse, access: Asking, room: PathId, intervention: PathId) -> Explained:
    """Why the facilitator said something: the rule, the evidence, and all that was used."""
    found = await must_watch(house, access, room)
    answer = await explained(house.log, access.org, room, intervention)
    await looking(house, access, room, found, "intervention").of([answer.person])
    return answer


@put("/rooms/{room:str}/interventions/{intervention:str}/rating")
async def rate(
    house: InHouse, access: Asking, room: PathId, intervention: PathId, data: JSONBody[Rating]
) -> Done:
    """Say whether something that the facilitator said in the room helped; the last answer counts."""
    wish = RateIntervention(room=room, intervention=intervention, helped=data.helped)
    return await done(house, access, wish)


ROUTER = Router("/", route_handlers=[why, rate], tags=["rooms"])
