"""Voice: an SDP offer in, an answer out, as WHIP has it."""

from typing import Any, Literal

from litestar import Request, Response, Router, delete, get, patch, post
from litestar.datastructures import ResponseHeader
from litestar.openapi import ResponseSpec
from msgspec import Struct

from domain.errors import Invalid
from realtime.access import Access, OnlyForYourself
from realtime.house import House
from realtime.ice_servers import IceServer, links
from realtime.requests import StrictRequest
from realtime.routes.common import TAKES, Asking, InHouse, PathId
from realtime.speech import place
from realtime.watching import must_be_member
from rooms.voice.elsewhere import CarriedHere

SDP = "application/sdp"
FRAGMENT = "application/trickle-ice-sdpfrag"


class NotText(Invalid):
    """The body must be SDP, as UTF-8 text."""


class VoiceShown(Struct, frozen=True, kw_only=True):
    """What a client needs to know before it makes its offer."""

    carrier: Literal["here", "livekit"]
    """How to join: with an offer to `POST …/voice`, or with a pass from `POST …/voice/pass`."""
    ice_servers: list[IceServer]
    """For `RTCPeerConnection`; none if the deployment has none. Each answer has credentials of its own."""


@get("/rooms/{room:str}/voice", response_headers={"Cache-Control": "no-store"})
async def show_voice(house: InHouse, access: Asking, room: PathId) -> VoiceShown:
    """How to join: the TURN servers by which voice goes where UDP does not."""
    await must_be_member(house, access, room)
    if house.elsewhere is not None:
        return VoiceShown(carrier="livekit", ice_servers=[])
    return VoiceShown(carrier="here", ice_servers=house.ice_servers.of(access.org, access.sub))


class PassGiven(Struct, frozen=True, kw_only=True):
    """Where to join, and with what, within a minute: `room.connect(url, token)` of any LiveKit client."""

    url: str
    token: str


@post(
    "/rooms/{room:str}/voice/pass",
    response_headers=[ResponseHeader(name="Location", documentation_only=True)],
)
async def give_pass(house: InHouse, access: Asking, room: PathId) -> Response[PassGiven]:
    """Join by LiveKit, where the deployment carries voice so.

    Who may speak is said by the room's floor, and changes without a new pass. Whoever has not agreed to be
    heard may listen.
    """
    await must_be_member(house, access, room)
    if house.elsewhere is None:
        raise CarriedHere
    given = await house.voices.admit(access, room, house.elsewhere)
    headers = {"Location": f"/rooms/{room}/voice/{given.voice}", "Cache-Control": "no-store"}
    return Response(PassGiven(url=given.url, token=given.token), status_code=201, headers=headers)


@post("/livekit/events", status_code=204, include_in_schema=False)
async def hear_of_livekit(request: Request[Any, Any, Any], house: InHouse) -> None:
    """What the LiveKit server tells of its rooms, signed by it: nobody else is heard."""
    if house.elsewhere is None:
        raise CarriedHere
    await house.elsewhere.told(await request.body(), request.headers.get("authorization", ""))


@post(
    "/rooms/{room:str}/voice",
    media_type=SDP,
    opt={TAKES: SDP},
    response_headers=[
        ResponseHeader(name="Location", documentation_only=True),
        ResponseHeader(name="Link", documentation_only=True),
    ],
)
async def join_voice(
    request: Request[Any, Any, Any], house: InHouse, access: Asking, room: PathId
) -> Response[bytes]:
    """Be heard and hear: the body is an SDP offer, the answer an SDP answer.

    Who may speak is said by the room's floor, and changes without a new offer. Whoever has not agreed to be
    heard may listen, by an offer that sends nothing.
    """
    joined = await house.voices.join(access, room, await _text(request))
    headers = {"Location": f"/rooms/{room}/voice/{joined.voice}"}
    if servers := house.ice_servers.of(access.org, access.sub):
        headers |= {"Link": links(servers), "Cache-Control": "no-store"}
    return Response(joined.sdp.encode(), status_code=201, media_type=SDP, headers=headers)


@patch(
    "/rooms/{room:str}/voice/{voice:str}",
    media_type=FRAGMENT,
    opt={TAKES: FRAGMENT},
    responses={204: ResponseSpec(None, description="A candidate, noted.")},
)
async def restart_voice(
    request: Request[Any, Any, Any], house: InHouse, access: Asking, room: PathId, voice: PathId
) -> Response[bytes]:
    """Restart ICE after the network has changed: a fragment in, a fragment out."""
    await _must_be_own(house, access, room, voice)
    fragment = await house.media.restart(voice, await _text(request))
    if not fragment:
        return Response(b"", status_code=204, media_type=FRAGMENT)
    return Response(fragment.encode(), status_code=200, media_type=FRAGMENT)


@delete("/rooms/{room:str}/voice/{voice:str}", status_code=204)
async def leave_voice(house: InHouse, access: Asking, room: PathId, voice: PathId) -> None:
    """Be heard no longer, and hear no longer."""
    await _must_be_own(house, access, room, voice)
    await house.media.leave(voice)


async def _must_be_own(house: House, access: Access, room: str, voice: str) -> None:
    if await house.media.whose(voice) != (place(access.org, room), access.sub):
        raise OnlyForYourself


async def _text(request: Request[Any, Any, Any]) -> str:
    try:
        return (await request.body()).decode()
    except UnicodeDecodeError as error:
        raise NotText from error


ROUTER = Router(
    "/", route_handlers=[show_voice, join_voice, give_pass, restart_voice, leave_voice], tags=["voice"]
)

EVENTS = Router("/", route_handlers=[hear_of_livekit], request_class=StrictRequest)
"""For LiveKit, which has no token of ours and signs what it says."""
