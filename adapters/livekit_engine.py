"""Voice by LiveKit: it carries the media, and we say who may, hear who speaks, and end what must end."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from adapters.insisting import Insisting
from adapters.livekit_ears import Ears
from adapters.livekit_names import Names, Who, voice_of
from adapters.livekit_process import EarProcess
from adapters.livekit_room import LiveKitRoom, Voice
from adapters.livekit_rules import Rule, Rules
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
NOTHING = May(speak=False, show=False)


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
        self._rules = Rules()
        self._wall = 0
        self._insist = Insisting(LiveKitAway, lambda: self._count("livekit-away"))
        self.ear = EarProcess()
        self._ears = Ears(server, self.ear, partial(_Listening, self), self._lost, self._count)

    @property
    def voices(self) -> int:
        """How many voices there are, with those that are expected."""
        return len(self._voices)

    @property
    def waiting(self) -> int:
        """Requests that LiveKit has not answered yet."""
        return self._insist.waiting

    async def run(self) -> None:
        """Until cancelled. What goes on in LiveKit goes on; another node listens, or this one again."""
        try:
            async with self._server, asyncio.TaskGroup() as group:
                group.create_task(self._insist.run())
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
            self._remove(room, replaced.identity)
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
        self._rules.add(person, Rule(room, whole=True, at=self._next(), may=None))
        if voice := self._of(room, person):
            self._end(voice, "left")
            self._remove(room, voice.identity)
        self._insist.on(("all", room, person), partial(self._rule_all, room, person))

    async def permit(self, room: str, person: str, may: May) -> None:
        """See MediaEngine. Also of whom another node hears by now."""
        self._rules.add(person, Rule(room, whole=True, at=self._next(), may=may))
        self._insist.on(("all", room, person), partial(self._rule_all, room, person))
        if voice := self._of(room, person):
            self._rooms[room].permit(voice, may, silenced=voice.silenced)
            self._grant(room, voice.identity, NOTHING if voice.silenced else may)

    async def silence(self, scope: str, person: str) -> None:
        """See MediaEngine. Also of whom another node let in."""
        self._rules.add(person, Rule(scope, whole=False, at=self._next(), may=NOTHING))
        for name, room in self._rooms.items():
            if name.startswith(scope) and (voice := room.voices.get(person)):
                room.permit(voice, voice.may, silenced=True)
                self._grant(name, voice.identity, NOTHING)
        self._insist.on(("silence", scope, person), partial(self._silence_all, scope, person))

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
        if self._ears.hears(room):
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
        if who is None or self._ruled(room, identity, who):
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

    def _ruled(self, room: str, identity: str, who: Who) -> bool:
        """Does what was ruled since their pass was made; whether they may not be here."""
        rule = self._rules.since(room, who.person, who.at)
        if rule is None:
            return False
        if rule.may is None:
            self._remove(room, identity)
            return True
        self._grant(room, identity, rule.may)
        return False

    def _adopted(self, room: str, identity: str, who: Who) -> Voice | None:
        """The voice of a pass that another node made, or this one before it was started anew."""
        here = self._room(room)
        known = here.voices.get(who.person)
        if known is not None and known.at > who.at:
            self._remove(room, identity)
            return None
        if known is not None:
            self._end(known, "replaced")
            self._remove(room, known.identity)
        rule = self._rules.since(room, who.person, who.at)
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

    def _lost(self, room: str, for_good: bool) -> None:
        """Nothing is heard in the room for now, or another node has taken it over."""
        here = self._rooms.get(room)
        if here is None:
            return
        here.hush()
        if for_good:
            for voice in list(here.voices.values()):
                self._end(voice, "gone")

    def _remove(self, room: str, identity: str) -> None:
        self._insist.on((room, identity), partial(self._server.remove, room, identity))

    def _grant(self, room: str, identity: str, may: May) -> None:
        self._insist.on((room, identity), partial(self._server.permit, room, identity, may))

    async def _silence_all(self, scope: str, person: str) -> None:
        for room in await self._server.rooms():
            if room.startswith(scope):
                await self._rule_all(room, person)

    async def _rule_all(self, room: str, person: str) -> None:
        """What was ruled holds for whom another node let in, too."""
        for identity in await self._server.identities(room):
            who = self._names.read(room, identity)
            if who is not None and who.person == person and who.voice not in self._voices:
                self._ruled(room, identity, who)

    def _tick(self) -> None:
        now = self._now()
        self._rules.forget(now)
        for voice in list(self._voices.values()):
            if not voice.here and voice.at < now - EXPECTED:
                self._end(voice, "failed")
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


class _Listening:
    """An EarListener: what the ear of one room hears, on to the engine."""

    def __init__(self, engine: LiveKitEngine, room: str) -> None:
        self._engine, self._room = engine, room

    def came(self, identity: str) -> None:
        """Somebody is in the room."""
        self._engine.came(self._room, identity)

    def went(self, identity: str) -> None:
        """Somebody has left it."""
        self._engine.went(self._room, identity)

    def sounded(self, identity: str, level: int, samples: bytes) -> None:
        """20 ms of somebody."""
        self._engine.sounded(self._room, identity, level, samples)
