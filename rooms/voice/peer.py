"""One person's voice connection: its keys, the lines it sends on, the slots it receives."""

import secrets
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from rooms.voice import rtp, srtp
from rooms.voice.clock import Clock
from rooms.voice.counts import Dropped
from rooms.voice.downlink import Slot
from rooms.voice.dtls import DtlsClosed, DtlsFailed, DtlsServer, Identity
from rooms.voice.engine import Limits, May, SlotContent, What, Why
from rooms.voice.link import Link
from rooms.voice.reporting import Reporting
from rooms.voice.sdp import Offer
from rooms.voice.source import Sounded
from rooms.voice.srtp import SrtpFailed
from rooms.voice.stun import Address, Credentials
from rooms.voice.uplink import Uplink, Wiring

REPORTS_EVERY = 2.0
LIVELY = 2.0
"""Seconds without a packet after which somebody else may take over a peer's address."""
EMPTY: dict[str, What] = {"audio": "voice", "video": "camera"}
"""What an empty slot of each kind holds nobody's of."""
LARGEST_PACKET = 1300
"""Bytes: what a slot's header and the encryption add must still fit."""


@dataclass(frozen=True)
class Surroundings:
    """What a peer is given by its engine."""

    revoke: Callable[[str], None]
    connected: Callable[["Peer"], None]
    ended: Callable[["Peer", Why], None]
    clock: Clock
    counts: dict[str, int]
    limits: Limits


class Peer:
    """An Endpoint of the port. What may be forwarded goes to `sounded`."""

    __slots__ = (
        "_allowance",
        "_around",
        "_by_ssrc",
        "_clock",
        "_credentials",
        "_dtls",
        "_heard_at",
        "_inward",
        "_link",
        "_may",
        "_paced_at",
        "_rate",
        "_report_at",
        "_reporting",
        "_silence",
        "_silenced",
        "_ticking",
        "_watched",
        "addresses",
        "announced",
        "offer",
        "person",
        "remote_ufrag",
        "room",
        "showing",
        "slots",
        "sounding",
        "uplinks",
        "voice",
    )

    def __init__(
        self,
        room: str,
        person: str,
        offer: Offer,
        identity: Identity,
        around: Surroundings,
        sounded: Sounded,
        may: May,
    ) -> None:
        self.voice = secrets.token_urlsafe(12)
        self.room, self.person, self.offer = room, person, offer
        self.announced: tuple[SlotContent, ...] | None = None
        self.addresses: list[Address] = []
        self.remote_ufrag = offer.ufrag
        self._around, self._clock = around, around.clock
        self._may, self._silenced = may, False
        self._credentials = [Credentials()]
        self._dtls = DtlsServer(identity, offer.fingerprints)
        self._link = Link(around.counts)
        self._heard_at = self._report_at = self._paced_at = self._clock.at
        self._silence = around.limits.connect_within
        self._inward: srtp.Handle = None
        ssrcs = _new_ssrcs()
        ssrc = next(ssrcs)
        self.slots = [Slot(line, next(ssrcs), self._link) for line in offer.slots]
        self.sounding = [slot for slot in self.slots if slot.kind == "audio"]
        self.showing = [slot for slot in self.slots if slot.kind == "video"]
        self._ticking = [slot for slot in self.slots if slot.ticks]
        wiring = Wiring(ssrc, self._clock, around.counts, sounded, self._link.send_rtcp)
        self.uplinks = [Uplink(self.voice, person, line, wiring) for line in offer.sources]
        self._watched = [uplink for uplink in self.uplinks if uplink.line.nack or uplink.what != "voice"]
        self._reporting = Reporting(ssrc, self.uplinks, self.slots, self._link, self._clock)
        self._by_ssrc = {_raw(ssrc): uplink for uplink in self.uplinks for ssrc in uplink.line.ssrcs}
        self._rate = around.limits.packets_per_second
        if any(uplink.what != "voice" for uplink in self.uplinks):
            self._rate += around.limits.picture_packets_per_second
        self._allowance = float(self._rate)
        self._refresh()

    @property
    def address(self) -> Address | None:
        """Where packets go."""
        return self._link.address if self._link.moved else None

    @property
    def connected(self) -> bool:
        """Whether sound can flow."""
        return self._link.open

    @property
    def newest(self) -> Credentials:
        """The credentials of the last offer or restart."""
        return self._credentials[-1]

    @property
    def ufrags(self) -> list[str]:
        """All that are valid now: two while a restart is under way."""
        return [credentials.ufrag for credentials in self._credentials]

    def content(self) -> list[SlotContent]:
        """What the slots hold."""
        return [_content(slot) for slot in self.slots]

    def restart(self, remote_ufrag: str) -> Credentials:
        """New credentials; the old ones are good until the new ones are used."""
        self.remote_ufrag = remote_ufrag
        for superseded in self._credentials[1:]:
            self._around.revoke(superseded.ufrag)
        self._credentials = [self._credentials[0], Credentials()]
        return self.newest

    def permit(self, may: May) -> None:
        """From now on the person may do this."""
        self._may = may
        self._refresh()

    def silence(self) -> None:
        """From now on the person is not forwarded, whatever is permitted."""
        self._silenced = True
        self._refresh()

    def credentials(self, ufrag: str) -> Credentials:
        """Those with this ufrag, which must be valid."""
        return next(credentials for credentials in self._credentials if credentials.ufrag == ufrag)

    def move(self, address: Address, by: socket.socket) -> None:
        """From now on packets go to this address, by this socket."""
        self._link.move(address, by)

    def reached(self, ufrag: str) -> None:
        """An authentic STUN request: the peer is there, and consents to be sent to."""
        if self.connected:
            self._heard_at = self._clock.at
        if len(self._credentials) > 1 and ufrag == self.newest.ufrag:
            self._around.revoke(self._credentials.pop(0).ufrag)

    def lively(self) -> bool:
        """Whether it was heard from just now."""
        return self._clock.at - self._heard_at < LIVELY

    def dtls_received(self, data: bytes) -> None:
        """A DTLS datagram: a step of the handshake, or goodbye."""
        try:
            self._link.send_all(self._dtls.receive(data))
        except DtlsClosed:
            self._around.ended(self, "left")
        except DtlsFailed as failed:
            self._around.ended(self, "failed")
            raise Dropped("dtls-failed") from failed
        if self._dtls.keys is not None and not self.connected:
            self._link.use(self._dtls.keys)
            self._inward = self._dtls.keys.inward
            self._heard_at, self._silence = self._clock.at, self._around.limits.silent_for
            self._refresh()
            self._around.connected(self)

    def srtp_received(self, data: bytes) -> None:
        """A protected RTP or RTCP packet."""
        if self._inward is None:
            raise Dropped("srtp-early")
        self._allowance -= 1
        if self._allowance < 0:
            raise Dropped("rtp-too-fast")
        if not 12 <= len(data) <= LARGEST_PACKET:
            raise Dropped("rtp-malformed")
        if 192 <= data[1] <= 223:
            self._rtcp(data)
            return
        uplink = self._by_ssrc.get(data[8:12])
        if uplink is None and all(one.line.ssrcs for one in self.uplinks):
            raise Dropped("rtp-unknown-source")
        try:
            clear = srtp.unprotect(self._inward, data)
        except SrtpFailed as failed:
            raise Dropped("srtp-replayed" if failed.replayed else "srtp-forged") from failed
        self._heard_at = self._clock.at
        if uplink is None:
            uplink = self._adopt(clear)
        uplink.received(clear, self._reporting.round_trip)

    def look_after(self) -> Why | None:
        """To be called every so often: retransmits, reports; says whether the peer is gone."""
        now = self._clock.at
        if now - self._heard_at > self._silence:
            return "gone"
        self._allowance = min(self._rate, self._allowance + (now - self._paced_at) * self._rate)
        self._paced_at = now
        if not self.connected:
            return self._retransmit()
        for slot in self._ticking:
            slot.tick()
        if now >= self._report_at:
            self._report_at = now + REPORTS_EVERY
            self._reporting.send()
        return None

    def shows_otherwise(self) -> bool:
        """To be called every so often: whether a camera or a screen went on or off."""
        changed = [uplink for uplink in self._watched if uplink.look_after()]
        for uplink in changed:
            uplink.live, uplink.began = uplink.shown, self._clock.ms
        return bool(changed)

    def close(self) -> None:
        """Says goodbye."""
        self._link.send_all(self._dtls.close())

    def _refresh(self) -> None:
        """Who may do what, or who is there, has changed."""
        for uplink in self.uplinks:
            allowed = self._may.speak if uplink.what == "voice" else self._may.show
            uplink.permitted = allowed and not self._silenced
            if uplink.what == "voice":
                uplink.live = uplink.permitted and self.connected
            else:
                uplink.live = uplink.shown = uplink.shown and uplink.permitted

    def _adopt(self, clear: bytes) -> Uplink:
        """An authentic packet of a stream that the offer did not name: its line is in the packet."""
        free = [uplink for uplink in self.uplinks if uplink.incoming.ssrc is None and not uplink.line.ssrcs]
        for uplink in free:
            named = rtp.mid(clear, uplink.line.mid_id)
            if named == uplink.line.mid or (named is None and clear[1] & 0x7F == uplink.line.payload_type):
                self._by_ssrc[clear[8:12]] = uplink
                return uplink
        raise Dropped("rtp-unknown-source")

    def _rtcp(self, data: bytes) -> None:
        self._reporting.expect(data)
        try:
            clear = srtp.unprotect_rtcp(self._inward, data)
        except SrtpFailed as failed:
            raise Dropped("srtp-replayed" if failed.replayed else "srtp-forged") from failed
        self._heard_at = self._clock.at
        self._reporting.received(clear)

    def _retransmit(self) -> Why | None:
        try:
            self._link.send_all(self._dtls.retransmit())
        except DtlsFailed:
            return "failed"
        return None


def _content(slot: Slot) -> SlotContent:
    source = slot.source
    if source is not None:
        return SlotContent(slot.mid, source.person, source.what)
    return SlotContent(slot.mid, None, EMPTY[slot.kind])


def _raw(ssrc: int) -> bytes:
    return ssrc.to_bytes(4, "big")


def _new_ssrcs() -> Iterator[int]:
    taken: set[int] = {0}
    while True:
        if (ssrc := secrets.randbits(32)) not in taken:
            taken.add(ssrc)
            yield ssrc
