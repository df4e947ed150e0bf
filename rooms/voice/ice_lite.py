"""The media engine of one node: ICE-lite on one UDP port, Opus passed through."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

from rooms.voice import answer
from rooms.voice.clock import Clock
from rooms.voice.counts import new_counts
from rooms.voice.dtls import Identity
from rooms.voice.engine import (
    USUAL,
    Hear,
    Joined,
    Limits,
    May,
    SlotContent,
    Speaker,
    SpeakerIsThere,
    UnknownVoice,
    VoiceIsFull,
    VoiceListener,
    Why,
)
from rooms.voice.peer import Peer, Surroundings
from rooms.voice.room import VoiceRoom
from rooms.voice.sdp import Offer, read_fragment, read_offer
from rooms.voice.transport import Port, hosts

TICK = 0.1
"""Seconds: how late a turn's end, a retransmission or a peer's death may be noticed."""


class IceLiteEngine:
    """A MediaEngine. `run` must be running; the other methods wait until its socket is open."""

    def __init__(
        self,
        host: str,
        port: int,
        addresses: Sequence[str],
        listener: VoiceListener,
        clock: Callable[[], datetime],
        limits: Limits | None = None,
    ) -> None:
        """Port 0 takes any free one; `addresses` are the IP addresses at which clients reach `host`."""
        self.counts = new_counts()
        self.limits = limits or Limits()
        self._bind = (host, port)
        self._addresses = tuple(addresses)
        self._listener = listener
        self._clock = Clock(clock)
        self._identity = Identity()
        self._port = Port(self.counts, self._clock)
        self._opened = asyncio.Event()
        self._voices: dict[str, Peer] = {}
        self._rooms: dict[str, VoiceRoom] = {}
        self._around = Surroundings(
            revoke=self._port.revoke,
            connected=self._connected,
            ended=self._end,
            clock=self._clock,
            counts=self.counts,
            limits=self.limits,
        )

    @property
    def port(self) -> int:
        """The UDP port. Only after `opened`."""
        return self._port.number

    @property
    def voices(self) -> int:
        """How many voice connections there are."""
        return len(self._voices)

    async def opened(self) -> int:
        """Waits until the socket is open; gives its port."""
        await self._opened.wait()
        return self.port

    async def run(self) -> None:
        """Serves until cancelled; then every peer is told goodbye. Raises OSError if the port is taken."""
        host, port = self._bind
        self._port.open(hosts(host, self._addresses), port)
        self._opened.set()
        try:
            while True:
                await asyncio.sleep(TICK)
                self._tick()
        finally:
            self._opened.clear()
            for peer in list(self._voices.values()):
                self._end(peer, "stopped")
            self._port.close()

    async def join(self, room: str, person: str, sdp: str, *, may: May = USUAL) -> Joined:
        """See MediaEngine."""
        await self.opened()
        offer = read_offer(sdp, self.limits)
        self._clock.read()
        return self._join(room, person, offer, may)

    async def restart(self, voice: str, fragment: str) -> str:
        """See MediaEngine."""
        await self.opened()
        peer = self._peer(voice)
        ufrag = read_fragment(fragment, self.limits)
        if ufrag == peer.remote_ufrag:
            return ""
        credentials = peer.restart(ufrag)
        self._port.admit(credentials.ufrag, peer)
        return answer.fragment(peer.offer, self._here(), credentials)

    async def leave(self, voice: str) -> None:
        """See MediaEngine."""
        peer = self._voices.get(voice)
        if peer is not None:
            self._end(peer, "left")

    async def expel(self, room: str, person: str) -> None:
        """See MediaEngine."""
        peer = self._of(room, person)
        if peer is not None:
            self._end(peer, "left")

    async def silence(self, scope: str, person: str) -> None:
        """See MediaEngine."""
        for name, room in self._rooms.items():
            if name.startswith(scope) and (peer := room.peers.get(person)):
                room.silence(peer)

    async def permit(self, room: str, person: str, may: May) -> None:
        """See MediaEngine."""
        peer = self._of(room, person)
        if peer is not None:
            self._rooms[room].permit(peer, may)

    def tap(self, room: str, person: str, hear: Hear) -> Callable[[], None]:
        """See MediaEngine."""
        self._room(room).tap(person, hear)

        def end() -> None:
            if here := self._rooms.get(room):
                here.untap(person, hear)
                self._forget_idle(room)

        return end

    def speaker(self, room: str, person: str) -> Speaker:
        """See MediaEngine."""
        here = self._rooms.get(room)
        if here and (person in here.peers or person in here.speakers):
            raise SpeakerIsThere
        return self._room(room).speaker(person)

    async def whose(self, voice: str) -> tuple[str, str]:
        """The room and the person of a voice. Raises UnknownVoice."""
        peer = self._peer(voice)
        return peer.room, peer.person

    async def slots(self, room: str, person: str) -> Sequence[SlotContent]:
        """What this listener's slots hold now; nothing for somebody without a voice here."""
        peer = self._of(room, person)
        return () if peer is None else peer.content()

    def _join(self, room: str, person: str, offer: Offer, may: May) -> Joined:
        replaced = self._of(room, person)
        here = self._rooms.get(room)
        full = here is not None and len(here.peers) >= self.limits.peers_per_room
        if replaced is None and full:
            raise VoiceIsFull
        if replaced is None and len(self._voices) >= self.limits.peers:
            raise VoiceIsFull("This node carries as many voices as it may.")
        if replaced is not None:
            self._end(replaced, "replaced")
        there = self._room(room)
        peer = Peer(room, person, offer, self._identity, self._around, there.sounded, may)
        self._voices[peer.voice] = peer
        self._port.admit(peer.newest.ufrag, peer)
        there.add(peer)
        ssrcs = {slot.mid: slot.stream.ssrc for slot in peer.slots}
        return Joined(peer.voice, answer.answer(offer, self._here(), peer.newest, ssrcs, self.limits))

    def _room(self, name: str) -> VoiceRoom:
        if name not in self._rooms:
            self._rooms[name] = VoiceRoom(name, self._listener, self._clock, self.limits)
        return self._rooms[name]

    def _forget_idle(self, name: str) -> None:
        if self._rooms[name].idle:
            del self._rooms[name]

    def _here(self) -> answer.Here:
        return answer.Here(self._identity.fingerprint, answer.candidates(self._addresses, self.port))

    def _peer(self, voice: str) -> Peer:
        peer = self._voices.get(voice)
        if peer is None:
            raise UnknownVoice
        return peer

    def _of(self, room: str, person: str) -> Peer | None:
        here = self._rooms.get(room)
        return here.peers.get(person) if here else None

    def _connected(self, peer: Peer) -> None:
        self._rooms[peer.room].bind()

    def _end(self, peer: Peer, why: Why) -> None:
        if self._voices.pop(peer.voice, None) is None:
            return
        peer.close()
        self._port.forget(peer, peer.ufrags)
        room = self._rooms[peer.room]
        room.remove(peer)
        self._forget_idle(peer.room)
        self._listener.left(peer.room, peer.person, peer.voice, why)

    def _tick(self) -> None:
        now = self._clock.read()
        for peer in list(self._voices.values()):
            why = peer.look_after()
            if why is not None:
                self._end(peer, why)
            elif peer.shows_otherwise():
                self._rooms[peer.room].bind()
        for name, room in list(self._rooms.items()):
            room.tick(now)
            self._forget_idle(name)
