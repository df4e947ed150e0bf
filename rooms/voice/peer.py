"""One person's voice connection: its keys, the stream it sends, the slots it receives."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass

import pylibsrtp

from rooms.voice import rtcp, rtp
from rooms.voice.counts import Dropped
from rooms.voice.dtls import DtlsClosed, DtlsFailed, DtlsServer, Identity
from rooms.voice.engine import Limits, May, SlotContent, Why
from rooms.voice.sdp import Line, Offer
from rooms.voice.speech import Speech
from rooms.voice.stun import Address, Credentials

REPORTS_EVERY = 2.0
LIVELY = 2.0
"""Seconds without a packet after which somebody else may take over a peer's address."""
LARGEST_PACKET = 1300
"""Bytes: what a slot's header and the encryption add must still fit."""
REPORTERS = 64
"""SRTCP state is kept for so many SSRCs of a peer at most."""


@dataclass
class Slot:
    """One of the lines on which a peer hears others."""

    mid: str
    stream: rtp.Outgoing
    person: str | None = None


@dataclass(frozen=True)
class Surroundings:
    """What a peer is given by its engine. `now` is in seconds, monotonic; `wall` in ms since the epoch."""

    send: Callable[[bytes, Address], None]
    revoke: Callable[[str], None]
    connected: Callable[["Peer"], None]
    sounded: Callable[["Peer", rtp.Packet, int], None]
    ended: Callable[["Peer", Why], None]
    now: Callable[[], float]
    wall: Callable[[], int]
    counts: dict[str, int]
    limits: Limits


class Peer:
    """An Endpoint of the port. What it makes of a packet goes to the functions in its surroundings."""

    def __init__(
        self, room: str, person: str, offer: Offer, identity: Identity, around: Surroundings, may: May
    ) -> None:
        self.voice = secrets.token_urlsafe(12)
        self.room, self.person, self.offer = room, person, offer
        self.may, self.silenced = may, False
        self.speech = Speech()
        self.announced: tuple[SlotContent, ...] | None = None
        self.audience: list[tuple[Peer, Slot]] = []
        self.address: Address | None = None
        self.addresses: list[Address] = []
        self.remote_ufrag = offer.ufrag
        self._around = around
        self._credentials = [Credentials()]
        self._dtls = DtlsServer(identity, offer.fingerprints)
        self._incoming = rtcp.Incoming()
        self._source = offer.source
        self._sources: set[int] = set(self._source.ssrcs) if self._source else set()
        self._reporters: set[int] = set()
        self._deadline = around.now() + around.limits.connect_within
        self._heard_at = self._report_at = around.now()
        self._second, self._this_second = 0, 0
        taken: set[int] = set()
        self._ssrc = _new_ssrc(taken)
        self.slots = [_slot(line, _new_ssrc(taken)) for line in offer.slots]

    @property
    def connected(self) -> bool:
        """Whether sound can flow."""
        return self._dtls.keys is not None

    @property
    def muted(self) -> bool:
        """Whether what is said is dropped."""
        return self.silenced or not self.may.speak

    @property
    def heard(self) -> bool:
        """Whether others may hear this person."""
        return self.connected and not self.muted and self._source is not None

    @property
    def newest(self) -> Credentials:
        """The credentials of the last offer or restart."""
        return self._credentials[-1]

    @property
    def ufrags(self) -> list[str]:
        """All that are valid now: two while a restart is under way."""
        return [credentials.ufrag for credentials in self._credentials]

    def restart(self, remote_ufrag: str) -> Credentials:
        """New credentials; the old ones are good until the new ones are used."""
        self.remote_ufrag = remote_ufrag
        for superseded in self._credentials[1:]:
            self._around.revoke(superseded.ufrag)
        self._credentials = [self._credentials[0], Credentials()]
        return self.newest

    def credentials(self, ufrag: str) -> Credentials:
        """Those with this ufrag, which must be valid."""
        return next(credentials for credentials in self._credentials if credentials.ufrag == ufrag)

    def reached(self, ufrag: str) -> None:
        """An authentic STUN request: the peer is there, and consents to be sent to."""
        self._alive()
        if len(self._credentials) > 1 and ufrag == self.newest.ufrag:
            self._around.revoke(self._credentials.pop(0).ufrag)

    def lively(self) -> bool:
        """Whether it was heard from just now."""
        return self._around.now() - self._heard_at < LIVELY

    def dtls_received(self, data: bytes) -> None:
        """A DTLS datagram: a step of the handshake, or goodbye."""
        before = self.connected
        try:
            self._send_all(self._dtls.receive(data))
        except DtlsClosed:
            self._around.ended(self, "left")
        except DtlsFailed as failed:
            self._around.ended(self, "failed")
            raise Dropped("dtls-failed") from failed
        if self.connected and not before:
            self._alive()
            self._around.connected(self)

    def srtp_received(self, data: bytes) -> None:
        """A protected RTP or RTCP packet."""
        if self._dtls.keys is None:
            raise Dropped("srtp-early")
        if rtp.is_rtcp(data):
            self._rtcp(data)
        else:
            self._rtp(data)

    def send_rtp(self, slot: Slot, packet: rtp.Packet, now: int) -> None:
        """Lets the person hear a packet in one of their slots."""
        if self._dtls.keys is None or self.address is None:
            return
        data = slot.stream.write(packet, now)
        if data is not None:
            self._around.send(self._dtls.keys.send.protect(data), self.address)
            self._around.counts["rtp-out"] += 1

    def look_after(self) -> Why | None:
        """To be called every so often: retransmits, reports; says whether the peer is gone."""
        now = self._around.now()
        if now > self._deadline:
            return "gone"
        try:
            self._send_all(self._dtls.retransmit())
        except DtlsFailed:
            return "failed"
        if self.connected and now >= self._report_at:
            self._report_at = now + REPORTS_EVERY
            self._send_reports()
        return None

    def close(self) -> None:
        """Says goodbye."""
        self._send_all(self._dtls.close())

    def _alive(self) -> None:
        self._heard_at = self._around.now()
        if self.connected:
            self._deadline = self._heard_at + self._around.limits.silent_for

    def _rtp(self, data: bytes) -> None:
        self._pace()
        ssrc = rtp.ssrc_of(data)
        if self._source is None or (self._sources and ssrc not in self._sources):
            raise Dropped("rtp-unknown-source")
        clear = self._unprotect(data)
        self._sources.add(ssrc)
        try:
            packet = rtp.parse(clear, self._source.level_id)
        except ValueError as broken:
            raise Dropped("rtp-malformed") from broken
        if packet.payload_type != self._source.payload_type:
            raise Dropped("rtp-other-codec")
        now = self._around.wall()
        self._around.counts["rtp-in"] += 1
        self._incoming.count(packet, now)
        if packet.payload and not self.muted:
            self._around.sounded(self, packet, now)

    def _rtcp(self, data: bytes) -> None:
        ssrc = int.from_bytes(data[4:8], "big")
        if ssrc not in self._reporters and len(self._reporters) >= REPORTERS:
            raise Dropped("rtp-unknown-source")
        clear = self._unprotect(data)
        self._reporters.add(ssrc)
        self._around.counts["rtcp-in"] += 1
        try:
            packets = rtcp.read(clear)
        except ValueError as broken:
            raise Dropped("rtcp-malformed") from broken
        now = self._around.wall()
        for packet in packets:
            if isinstance(packet, rtcp.RtcpSrPacket):
                self._incoming.sender_report(packet, now)

    def _unprotect(self, data: bytes) -> bytes:
        assert self._dtls.keys is not None
        if len(data) > LARGEST_PACKET:
            raise Dropped("rtp-malformed")
        session = self._dtls.keys.receive
        try:
            clear = session.unprotect_rtcp(data) if rtp.is_rtcp(data) else session.unprotect(data)
        except pylibsrtp.Error as error:
            raise Dropped("srtp-replayed" if "replay" in str(error) else "srtp-forged") from error
        self._alive()
        return clear

    def _pace(self) -> None:
        second = int(self._around.now())
        if second != self._second:
            self._second, self._this_second = second, 0
        self._this_second += 1
        if self._this_second > self._around.limits.packets_per_second:
            raise Dropped("rtp-too-fast")

    def _send_reports(self) -> None:
        if self.address is None or self._dtls.keys is None:
            return
        streams = [slot.stream for slot in self.slots if slot.person and slot.stream.packets]
        report = rtcp.reports(self._incoming, streams, self._ssrc, self._around.wall())
        self._around.send(self._dtls.keys.send.protect_rtcp(report), self.address)
        self._around.counts["rtcp-out"] += 1

    def _send_all(self, datagrams: list[bytes]) -> None:
        if self.address is not None:
            for datagram in datagrams:
                self._around.send(datagram, self.address)


def _slot(line: Line, ssrc: int) -> Slot:
    return Slot(line.mid, rtp.Outgoing(ssrc, line.payload_type, (line.mid_id, line.mid), line.level_id))


def _new_ssrc(taken: set[int]) -> int:
    while (ssrc := secrets.randbits(32)) in taken or ssrc == 0:
        pass
    taken.add(ssrc)
    return ssrc
