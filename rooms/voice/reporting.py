"""RTCP with one peer: what it reports and asks for, and what it is told."""

from collections.abc import Sequence

from aiortc.rtp import AnyRtcpPacket, RtcpPsfbPacket, RtcpRrPacket, RtcpRtpfbPacket, RtcpSrPacket

from rooms.voice import rtcp
from rooms.voice.clock import Clock
from rooms.voice.counts import Dropped
from rooms.voice.downlink import Slot
from rooms.voice.link import Link
from rooms.voice.uplink import Uplink

REPORTERS = 64
"""SRTCP state is kept for so many SSRCs of a peer at most."""
ASKED_AGAIN = 128
"""Numbers of lost packets that are read in one report."""


class Reporting:
    """`round_trip` is in ms, as the peer's last report has it; 0 before there was one."""

    def __init__(
        self, ssrc: int, uplinks: Sequence[Uplink], slots: Sequence[Slot], link: Link, clock: Clock
    ) -> None:
        """`ssrc` is who reports while nothing is sent."""
        self.round_trip = 0
        self._ssrc, self._link, self._clock = ssrc, link, clock
        self._uplinks, self._slots = uplinks, slots
        self._reporters: set[int] = set()

    def expect(self, data: bytes) -> None:
        """Before a protected packet is opened: raises Dropped if it is one of too many reporters."""
        ssrc = int.from_bytes(data[4:8], "big")
        if ssrc not in self._reporters and len(self._reporters) >= REPORTERS:
            raise Dropped("rtp-unknown-source")

    def received(self, clear: bytes) -> None:
        """An authentic compound packet. Raises Dropped."""
        self._reporters.add(int.from_bytes(clear[4:8], "big"))
        self._link.counts["rtcp-in"] += 1
        try:
            packets = rtcp.read(clear)
        except ValueError as broken:
            raise Dropped("rtcp-malformed") from broken
        for packet in packets:
            self._take(packet)

    def send(self) -> None:
        """Tells what was sent and received so far."""
        for slot in self._slots:
            slot.settle()
        streams = [slot.stream for slot in self._slots if slot.source and slot.stream.packets]
        incoming = [uplink.incoming for uplink in self._uplinks]
        self._link.send_rtcp(rtcp.reports(incoming, streams, self._ssrc, self._clock.ms))

    def _take(self, packet: AnyRtcpPacket) -> None:
        match packet:
            case RtcpSrPacket():
                for uplink in self._uplinks:
                    uplink.incoming.sender_report(packet, self._clock.ms)
                self._measure(packet)
            case RtcpRrPacket():
                self._measure(packet)
            case RtcpRtpfbPacket(fmt=rtcp.NACK):
                self._send_again(packet)
            case RtcpPsfbPacket():
                self._refresh(packet)
            case _:
                pass

    def _measure(self, packet: RtcpSrPacket | RtcpRrPacket) -> None:
        for report in packet.reports:
            found = rtcp.round_trip(report, self._clock.ms)
            if found is not None:
                self.round_trip = found

    def _send_again(self, packet: RtcpRtpfbPacket) -> None:
        for slot in self._slots:
            if slot.stream.ssrc == packet.media_ssrc:
                self._link.counts["nack-in"] += len(packet.lost)
                for number in packet.lost[:ASKED_AGAIN]:
                    slot.resend(number)

    def _refresh(self, packet: RtcpPsfbPacket) -> None:
        asked = rtcp.wants_keyframe(packet)
        for slot in self._slots:
            if slot.stream.ssrc in asked and slot.source is not None:
                slot.source.want_keyframe()
