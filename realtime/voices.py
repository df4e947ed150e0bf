"""Those with a voice: each joins with what the floor lets them do, and is held to it as the log goes on."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from domain.errors import Forbidden, Refused
from domain.events import Recorded
from domain.floor import (
    FloorGiven,
    FloorModeSet,
    FloorTaken,
    PersonMuted,
    PersonUnmuted,
    RaiseHand,
    ShowingAllowed,
    ShowingEnded,
)
from domain.moderating import FloorState, may_show, may_speak
from domain.people import ConsentWithdrawn, GiveConsent, Person, PersonErased
from domain.rooms import NotInTheRoom, RoomClosed, RoomLeft, UnknownRoom
from realtime.access import Access
from realtime.perform import Performer
from realtime.speech import place
from rooms.voice.elsewhere import Elsewhere, Pass
from rooms.voice.engine import Joined, May, MediaEngine

T = TypeVar("T")
RIGHTS = (
    *(FloorModeSet, FloorGiven, FloorTaken, PersonMuted, PersonUnmuted),
    *(ShowingAllowed, ShowingEnded),
)
"""What changes who may be heard and seen; a raised hand does not."""


class NoConsent(Forbidden):
    """You have not consented to being heard in rooms. An offer that sends nothing is welcome all the same."""


@dataclass
class Voice:
    """A voice that joined by this node: whose it is, whether they agreed to be heard, what they may do."""

    access: Access
    agreed: bool
    may: May


def sends(sdp: str) -> bool:
    """Whether an offer has a line on which its client would send."""
    lines = sdp.replace("\r", "").split("\nm=")[1:]
    return any("\na=recvonly" not in line and "\na=inactive" not in line for line in lines)


class Voices:
    """Who joined by this node, by organisation and room: none but members, since leaving a room ends it."""

    def __init__(self, performer: Performer, media: MediaEngine, clock: Callable[[], datetime]) -> None:
        self._performer = performer
        self._media = media
        self._clock = clock
        self._joined: dict[tuple[str, str], dict[str, Voice]] = {}
        self._changes = 0

    async def join(self, access: Access, room: str, sdp: str) -> Joined:
        """Join a member's voice. Whoever has not agreed to be heard listens.

        Raises UnknownRoom, NotInTheRoom, NoConsent, and what `MediaEngine.join` raises.
        """

        async def enter(may: May, agreed: bool) -> Joined:
            if not agreed and sends(sdp):
                raise NoConsent
            return await self._media.join(place(access.org, room), access.sub, sdp, may=may)

        return await self._let_in(access, room, enter)

    async def admit(self, access: Access, room: str, by: Elsewhere) -> Pass:
        """A member's pass to where voice is carried; whoever has not agreed to be heard listens there.

        Raises UnknownRoom, NotInTheRoom, and what `Elsewhere.admit` raises.
        """

        async def enter(may: May, agreed: bool) -> Pass:
            return await by.admit(place(access.org, room), access.sub, may=may)

        return await self._let_in(access, room, enter)

    async def _let_in(self, access: Access, room: str, enter: Callable[[May, bool], Awaitable[T]]) -> T:
        """Enter with the rights of now, and be held to those that came meanwhile.

        They are looked up again in the log once the voice is there: the node that carries it may have come to
        what ended a right before there was a voice, and this node may not have come to it yet.
        """
        access.must_enter(room)
        may, agreed = await self._rights(access, room)
        joined = await enter(may, agreed)
        voice = Voice(access, agreed, may)
        self._joined.setdefault((access.org, room), {})[access.sub] = voice
        try:
            await self._settle(voice, room)
        except BaseException:  # nobody is heard whose rights could not be looked up
            await self._put_out(voice, room)
            raise
        return joined

    async def saw(self, recorded: Recorded) -> None:
        """The feed has come to this event."""
        org, event = recorded.org, recorded.event
        match event:
            case RoomLeft():
                self._changes += 1
                self._forget(org, event.room, event.person)
            case RoomClosed():
                self._changes += 1
                self._joined.pop((org, event.room), None)
            case ConsentWithdrawn(scope="voice") | PersonErased():
                self._changes += 1
                self._disagreed(org, event.person)
            case _ if isinstance(event, RIGHTS):
                self._changes += 1
                await self._hold(org, event.room)
            case _:
                pass

    async def _rights(self, access: Access, room: str) -> tuple[May, bool]:
        """What a person may do now, and whether they agreed to be heard. Raises as `join`."""
        floor = await self._floor(access, room)
        if access.sub not in floor.room.members(room):
            raise NotInTheRoom
        context = access.context(self._clock())
        person: Person = await self._performer.look(GiveConsent(scope="voice"), context)
        agreed = "voice" in person.consents
        return allowed(floor, access, agreed=agreed), agreed

    async def _floor(self, access: Access, room: str) -> FloorState:
        floor: FloorState = await self._performer.look(RaiseHand(room=room), access.context(self._clock()))
        if floor.room.opened is None:
            raise UnknownRoom
        return floor

    async def _settle(self, voice: Voice, room: str) -> None:
        """Hold a voice to the rights of now. Raises NotInTheRoom, UnknownRoom."""
        before, now = -1, voice.may
        while before != self._changes:  # what was looked up may be from before
            before = self._changes
            now, voice.agreed = await self._rights(voice.access, room)
        await self._permit(voice, room, now)

    async def _put_out(self, voice: Voice, room: str) -> None:
        org, who = voice.access.org, voice.access.sub
        if self._joined.get((org, room), {}).get(who) is voice:
            self._forget(org, room, who)
        with suppress(Refused):
            await self._media.expel(place(org, room), who)

    async def _hold(self, org: str, room: str) -> None:
        """Hold all who joined in a room to its floor."""
        voices = tuple(self._joined.get((org, room), {}).values())
        if not voices:
            return
        floor = await self._floor(voices[0].access, room)
        for voice in voices:
            await self._permit(voice, room, allowed(floor, voice.access, agreed=voice.agreed))

    async def _permit(self, voice: Voice, room: str, now: May) -> None:
        if now != voice.may:
            await self._media.permit(place(voice.access.org, room), voice.access.sub, now)
            voice.may = now

    def _forget(self, org: str, room: str, person: str) -> None:
        voices = self._joined.get((org, room), {})
        voices.pop(person, None)
        if not voices:
            self._joined.pop((org, room), None)

    def _disagreed(self, org: str, person: str) -> None:
        for (where, _), voices in self._joined.items():
            if where == org and person in voices:
                voices[person].agreed = False


def allowed(floor: FloorState, access: Access, *, agreed: bool) -> May:
    """What a member may do: nothing but hear without having agreed to be heard."""
    return May(
        speak=agreed and may_speak(floor, access.sub, access.role),
        show=agreed and may_show(floor, access.sub),
    )
