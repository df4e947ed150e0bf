"""What a room has on beside plain voice: transcripts, and the facilitator's own voice."""

from litestar import Router, get, post
from litestar.params import JSONBody
from msgspec import Struct

from domain.aloud import Aloud, SetFacilitatorVoice
from domain.errors import Refused
from domain.transcripts import SetTranscripts, Transcripts
from realtime.routes.common import Asking, Body, Done, InHouse, PathId, done
from realtime.watching import must_watch


class NoRecogniser(Refused):
    """Nothing here can write speech down: no recogniser is set up."""


class NoSynthesiser(Refused):
    """Nothing here can speak: no synthesiser is set up."""


class Switch(Body, frozen=True, kw_only=True):
    """On or off."""

    on: bool


class Spoken(Struct, frozen=True, kw_only=True):
    """Whether speech is written down in the room, and whether the facilitator speaks in it."""

    transcripts: bool
    facilitator_voice: bool


@get("/rooms/{room:str}/spoken")
async def get_spoken(house: InHouse, access: Asking, room: PathId) -> Spoken:
    """What the room has on; it shows nobody."""
    await must_watch(house, access, room)
    context = access.context(house.clock())
    transcripts: Transcripts = await house.performer.look(SetTranscripts(room=room, on=True), context)
    aloud: Aloud = await house.performer.look(SetFacilitatorVoice(room=room, on=True), context)
    return Spoken(transcripts=transcripts.on, facilitator_voice=aloud.on)


@post("/rooms/{room:str}/transcripts", status_code=200)
async def set_transcripts(house: InHouse, access: Asking, room: PathId, data: JSONBody[Switch]) -> Done:
    """Write down what is said in the room, of those who agreed to it, or no longer. For tutors."""
    if data.on and not house.recognises:
        raise NoRecogniser
    return await done(house, access, SetTranscripts(room=room, on=data.on))


@post("/rooms/{room:str}/facilitator-voice", status_code=200)
async def set_facilitator_voice(house: InHouse, access: Asking, room: PathId, data: JSONBody[Switch]) -> Done:
    """Have the facilitator say its words aloud in the room, or no longer. For tutors."""
    if data.on and not house.synthesises:
        raise NoSynthesiser
    return await done(house, access, SetFacilitatorVoice(room=room, on=data.on))


ROUTER = Router("/", route_handlers=[get_spoken, set_transcripts, set_facilitator_voice], tags=["rooms"])
