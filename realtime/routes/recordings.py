"""Recordings: turning them on and off, and the sound of those who agreed to it."""

import asyncio
from typing import Annotated

from litestar import Response, Router, delete, get, post
from litestar.openapi import ResponseSpec
from litestar.params import HeaderParameter, JSONBody
from msgspec import Struct

from domain.events import Query, about
from domain.identity import Millis
from domain.recording import (
    NoRoomForRecordings,
    Recording,
    SegmentKept,
    SegmentRemoved,
    StartRecording,
    StopRecording,
    UnknownSegment,
)
from realtime.house import House
from realtime.ranges import ranged
from realtime.routes.common import Asking, Body, Done, Id, InHouse, PathId, done
from realtime.watching import may_replay

OGG = "audio/ogg"
Range = Annotated[str | None, HeaderParameter(name="Range", max_length=100, description="One part of it.")]


class NewRecording(Body, frozen=True, kw_only=True):
    """A recording to start. Give an id of your own, and a repeated request is harmless."""

    recording: Id | None = None


class Segment(Struct, frozen=True, kw_only=True):
    """The sound of one person from `started` to `ended`, ms since the epoch; `size` is that of its file."""

    segment: str
    recording: str
    person: str
    name: str
    started: Millis
    ended: Millis
    codec: str
    size: int


class Recordings(Struct, frozen=True, kw_only=True):
    """What there is to be heard of a room, in the order in which it began; `on`: it is being recorded now."""

    room: str
    on: bool
    segments: tuple[Segment, ...]


@post("/rooms/{room:str}/recording")
async def start(house: InHouse, access: Asking, room: PathId, data: JSONBody[NewRecording]) -> Done:
    """Record the room: from now on, the sound of those in it who have agreed to it."""
    if await asyncio.to_thread(house.sounds.full):
        raise NoRoomForRecordings
    command = StartRecording(room=room, recording=data.recording or house.new_id())
    return await done(house, access, command)


@delete("/rooms/{room:str}/recording", status_code=200)
async def stop(house: InHouse, access: Asking, room: PathId) -> Done:
    """Record the room no longer."""
    return await done(house, access, StopRecording(room=room))


@get("/rooms/{room:str}/recordings")
async def recordings(house: InHouse, access: Asking, room: PathId) -> Recordings:
    """The segments of all that was recorded in the room, for whoever may see its past."""
    _, reading = await may_replay(house, access, room, "recordings")
    context = access.context(house.clock())
    state: Recording = await house.performer.look(StopRecording(room=room), context)
    found = await _segments(house, access.org, room)
    persons = list(dict.fromkeys(each.person for each in found))
    await reading.of(persons)
    known = await house.pasts.known(access.org, persons)
    shown = (_shown(each, known.name(each.person)) for each in found if each.person not in known.erased)
    return Recordings(room=room, on=state.on, segments=tuple(sorted(shown, key=lambda each: each.started)))


@get(
    "/rooms/{room:str}/recordings/{segment:str}",
    media_type=OGG,
    responses={
        206: ResponseSpec(None, description="The part that was asked for.", media_type=OGG),
        416: ResponseSpec(None, description="There is no such part."),
    },
)
async def segment(
    house: InHouse, access: Asking, room: PathId, segment: PathId, asked: Range = None
) -> Response[bytes]:
    """One person's sound, as Ogg Opus: whole, or a part of it."""
    _, reading = await may_replay(house, access, room, "recording")
    found = [each for each in await _segments(house, access.org, room) if each.segment == segment]
    if not found:
        raise UnknownSegment
    await reading.of([found[0].person])
    return ranged(await house.sounds.read(access.org, found[0].person, segment), asked, OGG)


async def _segments(house: House, org: str, room: str) -> list[SegmentKept]:
    """Those on record whose files were not removed since."""
    kept: dict[str, SegmentKept] = {}
    query = Query((about(f"room:{room}", SegmentKept, SegmentRemoved),))
    async for batch in house.log.read(query, org=org):
        for each in batch:
            if isinstance(event := each.event, SegmentKept):
                kept[event.segment] = event
            elif isinstance(event, SegmentRemoved):
                kept.pop(event.segment, None)
    return list(kept.values())


def _shown(kept: SegmentKept, name: str) -> Segment:
    return Segment(
        segment=kept.segment,
        recording=kept.recording,
        person=kept.person,
        name=name,
        started=kept.started,
        ended=kept.ended,
        codec=kept.codec,
        size=kept.size,
    )


ROUTER = Router("/", route_handlers=[start, stop, recordings, segment], tags=["recordings"])
