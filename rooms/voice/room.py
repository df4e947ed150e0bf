"""One room's voices and pictures: who is in whose slots, and whose turn it is."""

from collections.abc import Iterable, Sequence

from rooms.voice.clock import Clock
from rooms.voice.downlink import Slot
from rooms.voice.engine import Hear, Limits, May, VoiceListener
from rooms.voice.peer import Peer
from rooms.voice.rtp import Packet
from rooms.voice.slots import Claim, assign
from rooms.voice.source import Source
from rooms.voice.speaker import VirtualSpeaker
from rooms.voice.turns import Ended, Mark, Started

RANKED_EVERY = 500
"""Milliseconds between two looks at who is loudest, where there are more voices than slots."""


class VoiceRoom:
    """All of a room, by person: those with a transport, and speakers without."""

    def __init__(self, room: str, listener: VoiceListener, clock: Clock, limits: Limits) -> None:
        self.peers: dict[str, Peer] = {}
        self.speakers: dict[str, VirtualSpeaker] = {}
        self._taps: dict[str, tuple[Hear, ...]] = {}
        self._room = room
        self._listener = listener
        self._clock = clock
        self._limits = limits
        self._ranked_at = 0
        self._voices: Sequence[Source] = ()
        self._crowded = False
        """Whether somebody has fewer slots than there are others."""

    @property
    def idle(self) -> bool:
        """Whether nobody is here, nobody is expected, and the room may be forgotten."""
        return not (self.peers or self.speakers or self._taps)

    def add(self, peer: Peer) -> None:
        """A new peer; the person must have none here."""
        self.peers[peer.person] = peer
        self._give_taps(peer.person)
        self.bind()

    def remove(self, peer: Peer) -> None:
        """The peer is gone; its open turn ends."""
        del self.peers[peer.person]
        self._fall_silent(peer.uplinks)
        self.bind()

    def speaker(self, person: str) -> VirtualSpeaker:
        """A new speaker; the person must have no voice here."""
        speaker = VirtualSpeaker(person, self._clock, self.sounded, self._closed)
        self.speakers[person] = speaker
        self._give_taps(person)
        self.bind()
        return speaker

    def tap(self, person: str, hear: Hear) -> None:
        """The function is given every packet of the person's voice that may be forwarded."""
        self._taps[person] = (*self._taps.get(person, ()), hear)
        self._give_taps(person)

    def untap(self, person: str, hear: Hear) -> None:
        """The function is given no more."""
        left = tuple(one for one in self._taps.pop(person, ()) if one is not hear)
        if left:
            self._taps[person] = left
        self._give_taps(person)

    def silence(self, peer: Peer) -> None:
        """From now on the peer is neither forwarded nor measured, whatever it is permitted."""
        peer.silence()
        self._fall_silent(peer.uplinks)
        self.bind()

    def permit(self, peer: Peer, may: May) -> None:
        """From now on the peer may do this."""
        peer.permit(may)
        self._fall_silent(source for source in peer.uplinks if not source.live)
        self.bind()

    def sounded(self, source: Source, packet: Packet, now: int) -> None:
        """A packet that may be forwarded: on to the listeners, and to the detector of turns."""
        source.fan.send(packet, now)
        for hear in source.taps:
            hear(packet, now)
        level = packet.level
        if level is not None:
            marks = source.speech.heard(now, level)
            if marks:
                self.tell(source, marks)

    def tick(self, now: int) -> None:
        """Time has passed: turns end without packets, pictures come and go, others are louder."""
        for source in self._voices:
            marks = source.speech.tick(now)
            if marks:
                self.tell(source, marks)
        if self._crowded and now - self._ranked_at >= RANKED_EVERY:
            self._ranked_at = now
            self.bind()

    def tell(self, source: Source, marks: Iterable[Mark]) -> None:
        """Passes turns on to the listener, with their ids."""
        speech = source.speech
        for mark in marks:
            match mark:
                case Started(at):
                    speech.turns += 1
                    speech.last = at
                    self.bind()
                    turn = f"{source.voice}-{speech.turns}"
                    self._listener.speaking(self._room, source.person, turn, at)
                case Ended(started, ended):
                    turn = f"{source.voice}-{speech.turns}"
                    self._listener.spoke(self._room, source.person, turn, started, ended)

    def bind(self) -> None:
        """Puts sources into slots, and says what changed."""
        self._voices = voices = self._sources("voice")
        self._crowded = any(len(voices) - 1 > len(peer.sounding) > 0 for peer in self.peers.values())
        pictures = self._pictures()
        for listener in self.peers.values():
            self._bind(listener.sounding, self._ranked(listener, voices))
            self._bind(listener.showing, [one for one in pictures if one.person != listener.person])
            content = tuple(listener.content())
            if content != listener.announced:
                listener.announced = content
                self._listener.slots(self._room, listener.person, content)
        self._fan_out()

    def _bind(self, slots: Sequence[Slot], wanted: Sequence[Source]) -> None:
        for slot, source in zip(slots, assign([slot.source for slot in slots], wanted), strict=True):
            if slot.source is not source:
                slot.bind(source, self._clock.ms)

    def _fan_out(self) -> None:
        """Every source's packets go to the slots that it is in."""
        sources = [*self._voices, *self._sources("camera"), *self._sources("screen")]
        found: dict[Source, list[Slot]] = {source: [] for source in sources}
        for peer in self.peers.values():
            for slot in peer.slots:
                if slot.source is not None:
                    found[slot.source].append(slot)
        for source, slots in found.items():
            source.fan.put(slots)

    def _ranked(self, listener: Peer, voices: Sequence[Source]) -> list[Source]:
        """Whom the listener may hear, the most important first."""
        others = [source for source in voices if source.live and source.person != listener.person]
        since = {slot.source: slot.since for slot in listener.sounding}
        now = self._clock.ms

        def rank(source: Source) -> tuple[bool, bool, int, int]:
            speech = source.speech
            return Claim(speech.speaking, since.get(source), speech.level, speech.last).rank(now)

        return sorted(others, key=rank) if len(others) > len(listener.sounding) else others

    def _pictures(self) -> list[Source]:
        """Screens before cameras, those that came first before others, no more than the room may have."""
        screens = [source for source in self._sources("screen") if source.live]
        cameras = [source for source in self._sources("camera") if source.live]
        return [
            *sorted(screens, key=_began)[: self._limits.screens_per_room],
            *sorted(cameras, key=_began)[: self._limits.cameras_per_room],
        ]

    def _sources(self, what: str) -> list[Source]:
        found: list[Source] = [
            one for peer in self.peers.values() for one in peer.uplinks if one.what == what
        ]
        return [*self.speakers.values(), *found] if what == "voice" else found

    def _fall_silent(self, sources: Iterable[Source]) -> None:
        for source in sources:
            self.tell(source, source.speech.close())

    def _give_taps(self, person: str) -> None:
        for source in self._sources("voice"):
            if source.person == person:
                source.taps = self._taps.get(person, ())

    def _closed(self, speaker: VirtualSpeaker) -> None:
        if self.speakers.get(speaker.person) is speaker:
            del self.speakers[speaker.person]
        self._fall_silent([speaker])
        self.bind()


def _began(source: Source) -> int:
    return source.began
