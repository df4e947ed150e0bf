"""Voice by LiveKit: it carries the media, and we say who may, hear who speaks, and end what must end."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

from adapters.livekit_ears import Ears
from adapters.livekit_names import Names, Who, voice_of
from adapters.livekit_process import EarProcess
from adapters.livekit_room import LiveKitRoom, Voice
from adapters.livekit_ruling import NOTHING, Ruling
from adapters.livekit_server import SERVES, LiveKitAway, LiveKitServer
from rooms.voice.elsewhere import CarriedElsewhere, NotFromLiveKit, Pass
from rooms.voice.engine import (
    USUAL,
    Hear,
    Joined,
    Limits,
    May,
    SlotContent,
    Speaker,
    UnknownVoice,
    VoiceIsFull,
    VoiceListener,
    Why,
)

TICK = 0.1
"""Seconds: how late a turn's end may be noticed."""
EXPECTED = int(SERVES.total_seconds() * 1000) + 10_000
"""Milliseconds after which somebody who has a pass and does not come is not expected any more."""
LINGER = 30_000
"""Milliseconds for which we listen in a room that nobody is in."""
COUNTED = ("livekit-away", "livekit-event-refused", "ear-lost", "ear-heard", "ear-stranger")


class LiveKitEngine:
    """A MediaEngine, and an Elsewhere. `run` must be running."""

    def __init__(
        self,
        server: LiveKitServer,
        names: Names,
        listener: VoiceListener,
        clock: Callable[[], datetime],
        limits: Limits | None = None,
    ) -> None:
        self.counts: dict[str, int] = dict.fromkeys(COUNTED, 0)
        self.limits = limits or Limits()
        self._server, self._names, self._listener, self._clock = server, names, listener, clock
        self._voices: dict[str, Voice] = {}
        self._rooms: dict[str, LiveKitRoom] = {}
        self._idle: dict[str, int] = {}
        self._wall = 0
        self._ruling = Ruling(server, names, lambda: self._count("livekit-away"))
        self.ear = EarProcess()
        self._ears = Ears(server, self.ear, self, self._ours, self._lost, self._count)

    @property
    def voices(self) -> int:
        """How many voices there are, with those that are expected."""
        return len(self._voices)

    async def run(self) -> None:
        """Until cancelled. What goes on in LiveKit goes on; another node listens, or this one again."""
        try:
            async with self._server, asyncio.TaskGroup() as group:
                group.create_task(self._ruling.run())
                group.create_task(self.ear.run())
                group.create_task(self._ears.run())
                while True:
                    await asyncio.sleep(TICK)
                    self._tick()
        finally:
            for voice in list(self._voices.values()):
                self._end(voice, "stopped")

    async def admit(self, room: str, person: str, *, may: May) -> Pass:
        """See Elsewhere."""
        here = self._room(room)
        replaced = here.voices.get(person)
        full = len(here.voices) >= self.limits.peers_per_room or len(self._voices) >= self.limits.peers
        if replaced is None and full:
            raise VoiceIsFull
        if replaced is not None:
            self._end(replaced, "replaced")
            self._ruling.remove(room, replaced.identity)
        at = self._next()
        identity = self._names.of(room, person, at)
        voice = Voice(voice_of(identity), room, person, may, identity, at)
        self._add(voice)
        return Pass(voice.voice, self._server.url, self._server.token(room, identity, may))

    async def told(self, body: bytes, authorization: str) -> None:
        """See Elsewhere. What the ear hears as well is told twice, and done once."""
        try:
            event = self._server.event(body, authorization)
        except NotFromLiveKit:
            self._count("livekit-event-refused")
            raise
        room, identity = event.room.name, event.participant.identity
        match event.event:
            case "participant_joined":
                self.came(room, identity)
            case "participant_left" | "participant_connection_aborted":
                self.went(room, identity)
            case _:
                pass

    async def join(self, room: str, person: str, sdp: str, *, may: May = USUAL) -> Joined:
        """See MediaEngine. Raises CarriedElsewhere, always: people join there, with a pass."""
        raise CarriedElsewhere

    async def restart(self, voice: str, fragment: str) -> str:
        """See MediaEngine. Raises CarriedElsewhere: its clients do so by themselves."""
        self._voice(voice)
        raise CarriedElsewhere

    async def leave(self, voice: str) -> None:
        """See MediaEngine."""
        if found := self._voices.get(voice):
            await self.expel(found.room, found.person)

    async def expel(self, room: str, person: str) -> None:
        """See MediaEngine. Also of whom another node let in."""
        self._ruling.here(room, person, self._next(), None)
        if voice := self._of(room, person):
            self._end(voice, "left")
            self._ruling.remove(room, voice.identity)

    async def permit(self, room: str, person: str, may: May) -> None:
        """See MediaEngine. Also of whom another node hears by now."""
        voice = self._of(room, person)
        silenced = voice is not None and voice.silenced
        self._ruling.here(room, person, self._next(), NOTHING if silenced else may)
        if voice is not None:
            self._rooms[room].permit(voice, may, silenced=silenced)

    async def silence(self, scope: str, person: str) -> None:
        """See MediaEngine. Also of whom another node let in."""
        self._ruling.silence(scope, person, self._next())
        for name, room in self._rooms.items():
            if name.startswith(scope) and (voice := room.voices.get(person)):
                room.permit(voice, voice.may, silenced=True)
                self._ruling.grant(name, voice.identity, NOTHING)

    def tap(self, room: str, person: str, hear: Hear) -> Callable[[], None]:
        """See MediaEngine. What was heard is encoded anew, as LiveKit's SDK gives it decoded."""
        return self._room(room).tap(person, hear)

    def speaker(self, room: str, person: str) -> Speaker:
        """See MediaEngine. Raises CarriedElsewhere: nobody speaks there without joining."""
        raise CarriedElsewhere

    async def whose(self, voice: str) -> tuple[str, str]:
        """The room and the person of a voice. Raises UnknownVoice."""
        found = self._voice(voice)
        return found.room, found.person

    async def slots(self, room: str, person: str) -> Sequence[SlotContent]:
        """Who may be heard, their identities in LiveKit as mids; nothing for somebody without a voice."""
        if self._of(room, person) is None:
            return ()
        if room in self._ears.hearing:
            return self._rooms[room].slots(person)
        try:
            identities = await self._server.identities(room)
        except LiveKitAway:
            return ()
        found = [(identity, self._names.read(room, identity)) for identity in sorted(identities)]
        return [SlotContent(identity, who.person) for identity, who in found if who and who.person != person]

    def came(self, room: str, identity: str) -> None:
        """Somebody is in the LiveKit room: by a pass of this node, or of another."""
        who = self._names.read(room, identity)
        if who is None or not self._ruling.holds(room, identity, who):
            return
        voice = self._voices.get(who.voice) or self._adopted(room, identity, who)
        if voice is not None and not voice.here:
            self._rooms[room].arrived(voice)

    def went(self, room: str, identity: str) -> None:
        """Somebody has left the LiveKit room."""
        here = self._rooms.get(room)
        if here is not None and (voice := here.present.get(identity)):
            self._end(voice, "left")

    def sounded(self, room: str, identity: str, level: int, samples: bytes) -> None:
        """20 ms of somebody were heard."""
        here = self._rooms.get(room)
        if here is None or identity not in here.present:
            self._count("ear-stranger")
            return
        self._count("ear-heard")
        here.sounded(here.present[identity], level, samples, self._now())

    def _adopted(self, room: str, identity: str, who: Who) -> Voice | None:
        """The voice of a pass that another node made, or this one before it was started anew."""
        here = self._room(room)
        known = here.voices.get(who.person)
        if known is not None and known.at > who.at:
            self._ruling.remove(room, identity)
            return None
        if known is not None:
            self._end(known, "replaced")
            self._ruling.remove(room, known.identity)
        rule = self._ruling.since(room, who.person, who.at)
        # What it may do since, the node knows that let it in; LiveKit lets nothing else through.
        may = rule.may if rule and rule.may else May(speak=True, show=True)
        voice = Voice(who.voice, room, who.person, may, identity, who.at)
        self._add(voice)
        return voice

    def _add(self, voice: Voice) -> None:
        self._voices[voice.voice] = voice
        self._room(voice.room).add(voice)
        self._ears.listen(voice.room)

    def _room(self, name: str) -> LiveKitRoom:
        if name not in self._rooms:
            self._rooms[name] = LiveKitRoom(name, self._listener)
        return self._rooms[name]

    def _voice(self, voice: str) -> Voice:
        if voice not in self._voices:
            raise UnknownVoice
        return self._voices[voice]

    def _of(self, room: str, person: str) -> Voice | None:
        here = self._rooms.get(room)
        return here.voices.get(person) if here else None

    def _end(self, voice: Voice, why: Why) -> None:
        del self._voices[voice.voice]
        self._rooms[voice.room].remove(voice, why)

    def _ours(self, room: str, identity: str) -> bool:
        return self._names.read(room, identity) is not None

    def _lost(self, room: str, for_good: bool) -> None:
        """Nothing is heard in the room for now, or another node has taken it over."""
        here = self._rooms.get(room)
        if here is None:
            return
        here.hush()
        if for_good:
            for voice in list(here.voices.values()):
                self._end(voice, "gone")

    def _tick(self) -> None:
        now = self._now()
        self._ruling.forget(now)
        for voice in list(self._voices.values()):
            heard = voice.room in self._ears.hearing
            if heard and not voice.here and voice.at < now - EXPECTED:
                self._end(voice, "failed")
        for name in self._ears.hearing - self._rooms.keys():
            self._room(name)
        for name, room in list(self._rooms.items()):
            room.tick(now)
            if not room.idle:
                self._idle.pop(name, None)
            elif self._idle.setdefault(name, now) < now - LINGER:
                del self._rooms[name], self._idle[name]
                self._ears.leave(name)

    def _count(self, what: str) -> None:
        self.counts[what] += 1

    def _now(self) -> int:
        # A clock that is set back must not turn speech back.
        self._wall = max(self._wall, int(self._clock().timestamp() * 1000))
        return self._wall

    def _next(self) -> int:
        """Now, and later than any time before: what came first can be told."""
        self._wall = max(self._wall + 1, self._now())
        return self._wall
