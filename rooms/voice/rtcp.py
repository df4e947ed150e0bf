"""RTCP: receiver and sender reports, minimal and valid; aiortc has the structures."""

import struct
from collections.abc import Sequence

from aiortc.rtp import (
    AnyRtcpPacket,
    RtcpPacket,
    RtcpReceiverInfo,
    RtcpRrPacket,
    RtcpSdesPacket,
    RtcpSenderInfo,
    RtcpSourceInfo,
    RtcpSrPacket,
    clamp_packets_lost,
)

from rooms.voice.rtp import CLOCK, TICKS, WHOLE, Outgoing, Packet

CNAME = "lyceum"
SDES_CNAME = 1
NTP_EPOCH = 2_208_988_800_000
"""Milliseconds from 1900, where NTP begins, to 1970."""
MOST_RECENT = 3000
"""A sequence number further ahead than this is a restart of the stream, not a loss (RFC 3550, A.1)."""


def ntp(now: int) -> int:
    """Milliseconds since the Unix epoch as a 64-bit NTP time."""
    seconds, ms = divmod(now + NTP_EPOCH, 1000)
    return seconds << 32 | (ms << 32) // 1000


def read(data: bytes) -> list[AnyRtcpPacket]:
    """Reads a compound packet. Raises ValueError."""
    try:
        return RtcpPacket.parse(data)
    except (struct.error, IndexError) as broken:
        raise ValueError(str(broken)) from broken


class Incoming:
    """What a receiver report says about the stream that a person sends."""

    def __init__(self) -> None:
        self.ssrc: int | None = None
        self._first, self._highest, self._received = 0, 0, 0
        self._expected_before, self._received_before = 0, 0
        self._transit, self._jitter = 0, 0
        self._sender_time, self._sender_at = 0, 0

    def count(self, packet: Packet, now: int) -> None:
        """A packet arrived at `now` (ms)."""
        transit = now * CLOCK - packet.timestamp
        ahead = (packet.sequence - self._highest) & WHOLE
        if packet.ssrc != self.ssrc or MOST_RECENT < ahead < WHOLE - MOST_RECENT:
            self._restart(packet, transit)
        elif ahead < MOST_RECENT:
            self._highest += ahead
        self._received += 1
        change = abs((transit - self._transit + (1 << 31)) % (1 << 32) - (1 << 31))
        self._transit = transit
        self._jitter += change - ((self._jitter + 8) >> 4)

    def sender_report(self, report: RtcpSrPacket, now: int) -> None:
        """Remembers the sender's clock, so that it can work out the round trip."""
        if report.ssrc == self.ssrc:
            self._sender_time = report.sender_info.ntp_timestamp >> 16 & TICKS
            self._sender_at = now

    def report(self, now: int) -> list[RtcpReceiverInfo]:
        """The report block, none before anything was received."""
        if self.ssrc is None:
            return []
        expected = self._highest - self._first + 1
        due = expected - self._expected_before
        missed = due - (self._received - self._received_before)
        self._expected_before, self._received_before = expected, self._received
        return [
            RtcpReceiverInfo(
                ssrc=self.ssrc,
                fraction_lost=min(255, max(0, (missed << 8) // due)) if due > 0 else 0,
                packets_lost=clamp_packets_lost(expected - self._received),
                highest_sequence=self._highest & TICKS,
                jitter=min(TICKS, self._jitter >> 4),
                lsr=self._sender_time,
                dlsr=min(TICKS, (now - self._sender_at) * 65536 // 1000) if self._sender_time else 0,
            )
        ]

    def _restart(self, packet: Packet, transit: int) -> None:
        self.ssrc = packet.ssrc
        self._first = self._highest = packet.sequence
        self._received = self._expected_before = self._received_before = 0
        self._transit, self._jitter = transit, 0


def reports(incoming: Incoming, outgoing: Sequence[Outgoing], ssrc: int, now: int) -> bytes:
    """One compound packet: a sender report for each stream in use, what is received, our name.

    `ssrc` is who reports while nothing is sent.
    """
    received = incoming.report(now)
    parts: list[bytes] = []
    for stream in outgoing:
        info = RtcpSenderInfo(
            ntp_timestamp=ntp(now),
            rtp_timestamp=stream.clock(now),
            packet_count=stream.packets & TICKS,
            octet_count=stream.octets & TICKS,
        )
        parts.append(bytes(RtcpSrPacket(ssrc=stream.ssrc, sender_info=info, reports=received)))
        received, ssrc = [], stream.ssrc
    if not parts:
        parts.append(bytes(RtcpRrPacket(ssrc=ssrc, reports=received)))
    name = RtcpSourceInfo(ssrc=ssrc, items=[(SDES_CNAME, CNAME.encode())])
    return b"".join(parts) + bytes(RtcpSdesPacket(chunks=[name]))
