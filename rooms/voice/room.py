"""The voices of one room: who is heard in whose slots, and whose turn it is."""

from collections.abc import Iterable

from rooms.voice.engine import VoiceListener
from rooms.voice.peer import Peer
from rooms.voice.rtp import Packet
from rooms.voice.slots import assign
from rooms.voice.turns import Ended, Mark, Started


class VoiceRoom:
    """All peers of a room, by person."""

    def __init__(self, room: str, listener: VoiceListener) -> None:
        self.peers: dict[str, Peer] = {}
        self._room = room
        self._listener = listener

    def add(self, peer: Peer) -> None:
        """A new peer; the person must have none here."""
        self.peers[peer.person] = peer
        self.bind()

    def remove(self, peer: Peer) -> None:
        """The peer is gone; its open turn ends."""
        del self.peers[peer.person]
        self.tell(peer, peer.speech.detector.close())
        self.bind()

    def mute(self, peer: Peer) -> None:
        """From now on the peer is neither forwarded nor measured."""
        peer.muted = True
        self.tell(peer, peer.speech.detector.close())
        self.bind()

    def sounded(self, peer: Peer, packet: Packet, now: int) -> None:
        """A packet of a person who may be heard: on to the listeners, and to the detector of turns."""
        for listener, slot in peer.audience:
            listener.send_rtp(slot, packet, now)
        if packet.level is not None:
            marks = peer.speech.detector.heard(now, packet.level)
            if marks:
                self.tell(peer, marks)

    def tick(self, now: int) -> None:
        """Time has passed: turns end without packets."""
        for peer in list(self.peers.values()):
            self.tell(peer, peer.speech.detector.tick(now))

    def tell(self, peer: Peer, marks: Iterable[Mark]) -> None:
        """Passes turns on to the listener, with their ids."""
        speech = peer.speech
        for mark in marks:
            match mark:
                case Started(at):
                    speech.turns += 1
                    speech.last = at
                    self.bind()
                    self._listener.speaking(self._room, peer.person, f"{peer.voice}-{speech.turns}", at)
                case Ended(started, ended):
                    turn = f"{peer.voice}-{speech.turns}"
                    self._listener.spoke(self._room, peer.person, turn, started, ended)

    def bind(self) -> None:
        """Puts speakers into slots, those who speak and who spoke last first, and says what changed."""
        speakers = [peer.person for peer in sorted(self.peers.values(), key=_importance) if peer.heard]
        for peer in self.peers.values():
            peer.audience = []
        for listener in self.peers.values():
            self._bind(listener, [person for person in speakers if person != listener.person])

    def _bind(self, listener: Peer, speakers: list[str]) -> None:
        people = assign([slot.person for slot in listener.slots], speakers)
        for slot, person in zip(listener.slots, people, strict=True):
            if slot.person != person:
                slot.person = person
                slot.stream.switch()
            if person is not None:
                self.peers[person].audience.append((listener, slot))
        content = tuple((slot.mid, slot.person) for slot in listener.slots)
        if content != listener.announced:
            listener.announced = content
            self._listener.slots(self._room, listener.person, content)


def _importance(peer: Peer) -> tuple[bool, int]:
    return (not peer.speech.detector.speaking, -peer.speech.last)
