"""What a room has on beside plain voice: transcripts, text to the model, and the facilitator's own voice."""

from litestar import Router, get, post
from litestar.params import JSONBody
from msgspec import Struct

from domain.aloud import Aloud, SetFacilitatorVoice
from domain.errors import Refused
from domain.text_to_model import SetTextToModel, TextToModel
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
    """Whether speech is written down, text is shown to the model, and the facilitator speaks."""

    transcripts: bool
    text_to_model: bool
    facilitator_voice: bool


@get("/rooms/{room:str}/spoken")
async def get_spoken(house: InHouse, access: Asking, room: PathId) -> Spoken:
    """What the room has on; it shows nobody."""
    await must_watch(house, access, room)
    context = access.context(house.clock())
    transcripts: Transcripts = await house.performer.look(SetTranscripts(room=room, on=True), context)
    aloud: Aloud = await house.performer.look(SetFacilitatorVoice(room=room, on=True), context)
    model: TextToModel = await house.performer.look(SetTextToModel(room=room, on=True), context)
    return Spoken(transcripts=transcripts.on, text_to_model=model.on, facilitator_voice=aloud.on)


@post("/rooms/{room:str}/transcripts", status_code=200)
async def set_transcripts(house: InHouse, access: Asking, room: PathId, data: JSONBody[Switch]) -> Done:
    """Write down what is said in the room, of those who agreed to it, or no longer. For tutors."""
    if data.on and not house.recognises:
        raise NoRecogniser
    return await done(house, access, SetTranscripts(room=room, on=data.on))


@post("/rooms/{room:str}/text-to-model", status_code=200)
async def set_text_to_model(house: InHouse, access: Asking, room: PathId, data: JSONBody[Switch]) -> Done:
    """Show the room's latest lines to the model, of those who agreed to it, or no longer. For tutors."""
    return await done(house, access, SetTextToModel(room=room, on=data.on))


@post("/rooms/{room:str}/facilitator-voice", status_code=200)
async def set_facilitator_voice(house: InHouse, access: Asking, room: PathId, data: JSONBody[Switch]) -> Done:
    """Have the facilitator say its words aloud in the room, or no longer. For tutors."""
    if data.on and not house.synthesises:
        raise NoSynthesiser
    return await done(house, access, SetFacilitatorVoice(room=room, on=data.on))


ROUTER = Router(
    "/",
    route_handlers=[get_spoken, set_transcripts, set_text_to_model, set_facilitator_voice],
    tags=["rooms"],
)
