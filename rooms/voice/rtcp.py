"""RTCP: reports and requests, minimal and valid; aiortc reads what comes."""

import struct
from collections.abc import Sequence

from aiortc.rtp import (
    AnyRtcpPacket,
    RtcpPacket,
    RtcpPsfbPacket,
    RtcpReceiverInfo,
    RtcpRtpfbPacket,
    RtcpSrPacket,
)

from rooms.voice.rtp import CLOCK, HALF, TICKS, WHOLE, Outgoing, Packet

NACK, PLI, FIR = 1, 1, 4
"""Formats of transport and of payload feedback (RFC 4585, 5104)."""
SENDER_REPORT, RECEIVER_REPORT = 200, 201
NTP_EPOCH = 2_208_988_800_000
"""Milliseconds from 1900, where NTP begins, to 1970."""
MOST_RECENT = 3000
"""A sequence number further ahead than this is a restart of the stream, not a loss (RFC 3550, A.1)."""
LOST = 1 << 23
SIGN = 1 << 31

CNAME = "lyceum"
SENT = struct.Struct("!BBHLQLLL")
RECEIVED = struct.Struct("!BBHL")
BLOCK = struct.Struct("!LLLLLL")
NAME = struct.Struct("!BBHLBB")


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


def round_trip(report: RtcpReceiverInfo, now: int) -> int | None:
    """Milliseconds to the peer and back, by its report on what we send."""
    if not report.lsr:
        return None
    units = ((ntp(now) >> 16) - report.lsr - report.dlsr) & TICKS
    return units * 1000 >> 16 if units < 1 << 22 else None


class Incoming:
    """What a receiver report says about a stream that a person sends."""

    __slots__ = (
        "_clock_rate",
        "_expected_before",
        "_first",
        "_highest",
        "_jitter",
        "_received",
        "_received_before",
        "_sender_at",
        "_sender_time",
        "_transit",
        "ssrc",
    )

    def __init__(self, clock_rate: int = CLOCK) -> None:
        """`clock_rate` in ticks a millisecond."""
        self.ssrc: int | None = None
        self._clock_rate = clock_rate
        self._first, self._highest, self._received = 0, 0, 0
        self._expected_before, self._received_before = 0, 0
        self._transit, self._jitter = 0, 0
        self._sender_time, self._sender_at = 0, 0

    def count(self, packet: Packet, now: int) -> int:
        """A packet arrived at `now` (ms). Gives how many numbers are missing just before it."""
        _, _, sequence, timestamp, ssrc, _, _ = packet
        transit = now * self._clock_rate - timestamp
        ahead = (sequence - self._highest) & WHOLE
        if ssrc != self.ssrc or MOST_RECENT < ahead < WHOLE - MOST_RECENT:
            self._restart(packet, transit)
            ahead = 0
        elif ahead < HALF:
            self._highest += ahead
        else:
            ahead = 0
        self._received += 1
        change = abs((transit - self._transit + SIGN & TICKS) - SIGN)
        self._transit = transit
        self._jitter += change - ((self._jitter + 8) >> 4)
        return ahead - 1 if ahead else 0

    def sender_report(self, report: RtcpSrPacket, now: int) -> None:
        """Remembers the sender's clock, so that it can work out the round trip."""
        if report.ssrc == self.ssrc:
            self._sender_time = report.sender_info.ntp_timestamp >> 16 & TICKS
            self._sender_at = now

    def report(self, now: int) -> bytes:
        """The report block, none before anything was received."""
        if self.ssrc is None:
            return b""
        expected = self._highest - self._first + 1
        due = expected - self._expected_before
        missed = due - (self._received - self._received_before)
        self._expected_before, self._received_before = expected, self._received
        fraction = min(255, max(0, (missed << 8) // due)) if due > 0 else 0
        lost = min(LOST - 1, max(-LOST, expected - self._received)) & 0xFFFFFF
        since = min(TICKS, (now - self._sender_at) * 65536 // 1000) if self._sender_time else 0
        return BLOCK.pack(
            self.ssrc,
            fraction << 24 | lost,
            self._highest & TICKS,
            min(TICKS, self._jitter >> 4),
            self._sender_time,
            since,
        )

    def _restart(self, packet: Packet, transit: int) -> None:
        self.ssrc = packet.ssrc
        self._first = self._highest = packet.sequence
        self._received = self._expected_before = self._received_before = 0
        self._transit, self._jitter = transit, 0


def reports(incoming: Sequence[Incoming], outgoing: Sequence[Outgoing], ssrc: int, now: int) -> bytes:
    """One compound packet: a sender report for each stream in use, what is received, our name.

    `ssrc` is who reports while nothing is sent.
    """
    blocks = b"".join(one.report(now) for one in incoming)
    parts: list[bytes] = []
    for stream in outgoing:
        parts.append(_sender_report(stream, blocks, now))
        blocks, ssrc = b"", stream.ssrc
    if not parts:
        length = (RECEIVED.size + len(blocks)) // 4 - 1
        parts.append(RECEIVED.pack(0x80 | len(blocks) // BLOCK.size, RECEIVER_REPORT, length, ssrc) + blocks)
    # Padded to whole words; a zero ends the list of items.
    name = NAME.pack(0x81, 202, 4, ssrc, 1, len(CNAME)) + CNAME.encode() + b"\0\0\0\0"
    return b"".join(parts) + name


def _sender_report(stream: Outgoing, blocks: bytes, now: int) -> bytes:
    head = SENT.pack(
        0x80 | len(blocks) // BLOCK.size,
        SENDER_REPORT,
        (SENT.size + len(blocks)) // 4 - 1,
        stream.ssrc,
        ntp(now),
        stream.clock(now),
        stream.packets & TICKS,
        stream.octets & TICKS,
    )
    return head + blocks


def ask_again(ssrc: int, media: int, missing: Sequence[int]) -> bytes:
    """A request for packets with these numbers, in order, of the stream `media`."""
    return RECEIVED.pack(0x80, RECEIVER_REPORT, 1, ssrc) + bytes(
        RtcpRtpfbPacket(fmt=NACK, ssrc=ssrc, media_ssrc=media, lost=list(missing))
    )


def ask_keyframe(ssrc: int, media: int, asked: int | None) -> bytes:
    """A request for a whole picture: PLI, or FIR with the running number `asked` if that is not None."""
    head = RECEIVED.pack(0x80, RECEIVER_REPORT, 1, ssrc)
    if asked is None:
        return head + bytes(RtcpPsfbPacket(fmt=PLI, ssrc=ssrc, media_ssrc=media))
    target = struct.pack("!LL", media, (asked & 0xFF) << 24)
    return head + bytes(RtcpPsfbPacket(fmt=FIR, ssrc=ssrc, media_ssrc=0, fci=target))


def wants_keyframe(packet: RtcpPsfbPacket) -> list[int]:
    """The streams of which a whole picture is asked for."""
    if packet.fmt == PLI:
        return [packet.media_ssrc]
    if packet.fmt == FIR:
        return [int.from_bytes(packet.fci[at : at + 4], "big") for at in range(0, len(packet.fci) - 7, 8)]
    return []
