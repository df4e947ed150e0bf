"""The voices of one room: who is heard in whose slots, and whose turn it is."""

from collections.abc import Callable, Iterable

from rooms.voice.engine import Hear, May, SlotContent, VoiceListener
from rooms.voice.peer import Peer
from rooms.voice.rtp import Packet
from rooms.voice.slots import assign
from rooms.voice.speaker import VirtualSpeaker
from rooms.voice.turns import Ended, Mark, Started

Voice = Peer | VirtualSpeaker


class VoiceRoom:
    """All voices of a room, by person: those with a transport, and those without."""

    def __init__(self, room: str, listener: VoiceListener, wall: Callable[[], int]) -> None:
        self.peers: dict[str, Peer] = {}
        self.speakers: dict[str, VirtualSpeaker] = {}
        self._taps: dict[str, tuple[Hear, ...]] = {}
        self._room = room
        self._listener = listener
        self._wall = wall

    @property
    def idle(self) -> bool:
        """Whether nobody is here, nobody is expected, and the room may be forgotten."""
        return not (self.peers or self.speakers or self._taps)

    def add(self, peer: Peer) -> None:
        """A new peer; the person must have none here."""
        self.peers[peer.person] = peer
        self.bind()

    def remove(self, peer: Peer) -> None:
        """The peer is gone; its open turn ends."""
        del self.peers[peer.person]
        self.tell(peer, peer.speech.detector.close())
        self.bind()

    def speaker(self, person: str) -> VirtualSpeaker:
        """A new speaker; the person must have no voice here."""
        self.speakers[person] = VirtualSpeaker(person, self.sounded, self._fallen_silent, self._wall)
        self.bind()
        return self.speakers[person]

    def tap(self, person: str, hear: Hear) -> None:
        """The function is given every packet of the person that may be forwarded."""
        self._taps[person] = (*self._taps.get(person, ()), hear)

    def untap(self, person: str, hear: Hear) -> None:
        """The function is given no more."""
        left = tuple(one for one in self._taps.pop(person, ()) if one is not hear)
        if left:
            self._taps[person] = left

    def silence(self, peer: Peer) -> None:
        """From now on the peer is neither forwarded nor measured, whatever it is permitted."""
        peer.silenced = True
        self.permit(peer, peer.may)

    def permit(self, peer: Peer, may: May) -> None:
        """From now on the peer may do this."""
        peer.may = may
        if peer.muted:
            self.tell(peer, peer.speech.detector.close())
        self.bind()

    def sounded(self, voice: Voice, packet: Packet, now: int) -> None:
        """A packet of a person who may be heard: on to the listeners, and to the detector of turns."""
        for listener, slot in voice.audience:
            listener.send_rtp(slot, packet, now)
        for hear in self._taps.get(voice.person, ()):
            hear(packet, now)
        if packet.level is not None:
            marks = voice.speech.detector.heard(now, packet.level)
            if marks:
                self.tell(voice, marks)

    def tick(self, now: int) -> None:
        """Time has passed: turns end without packets."""
        for voice in (*self.peers.values(), *self.speakers.values()):
            self.tell(voice, voice.speech.detector.tick(now))

    def tell(self, voice: Voice, marks: Iterable[Mark]) -> None:
        """Passes turns on to the listener, with their ids."""
        speech = voice.speech
        for mark in marks:
            match mark:
                case Started(at):
                    speech.turns += 1
                    speech.last = at
                    self.bind()
                    self._listener.speaking(self._room, voice.person, f"{voice.voice}-{speech.turns}", at)
                case Ended(started, ended):
                    turn = f"{voice.voice}-{speech.turns}"
                    self._listener.spoke(self._room, voice.person, turn, started, ended)

    def bind(self) -> None:
        """Puts speakers into slots, those who speak and who spoke last first, and says what changed."""
        voices: dict[str, Voice] = {**self.speakers, **self.peers}
        speakers = [voice.person for voice in sorted(voices.values(), key=_importance) if voice.heard]
        for voice in voices.values():
            voice.audience = []
        for listener in self.peers.values():
            self._bind(listener, [person for person in speakers if person != listener.person], voices)

    def _bind(self, listener: Peer, speakers: list[str], voices: dict[str, Voice]) -> None:
        people = assign([slot.person for slot in listener.slots], speakers)
        for slot, person in zip(listener.slots, people, strict=True):
            if slot.person != person:
                slot.person = person
                slot.stream.switch()
            if person is not None:
                voices[person].audience.append((listener, slot))
        content = tuple(SlotContent(slot.mid, slot.person) for slot in listener.slots)
        if content != listener.announced:
            listener.announced = content
            self._listener.slots(self._room, listener.person, content)

    def _fallen_silent(self, speaker: VirtualSpeaker) -> None:
        if self.speakers.get(speaker.person) is speaker:
            del self.speakers[speaker.person]
        self.tell(speaker, speaker.speech.detector.close())
        self.bind()


def _importance(voice: Voice) -> tuple[bool, int]:
    return (not voice.speech.detector.speaking, -voice.speech.last)
