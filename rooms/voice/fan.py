"""What a source sends to all in whose slots it is: what stays from packet to packet is made ready once.

With hundreds of streams the processor's caches hold few of them, and it is the memory touched for each packet
and listener that costs. Here that is one tuple, and nothing is written: streams hear later what they sent.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rooms.voice import srtp
from rooms.voice.link import Link
from rooms.voice.rtp import HALF, NO_LEVEL, NOTHING, TICKS, WHOLE, Packet, pack

if TYPE_CHECKING:
    from rooms.voice.downlink import Sent, Slot

Leg = tuple[Link, "Sent | None", int, int, int, int, tuple[bytes, ...]]
"""By which link, where packets are kept that may be asked for again, and what Outgoing.way gives."""
_protect = srtp.protect


class Fan:
    """A slot of sound is joined to the others once it has sent a packet by itself.

    What is not simply a later packet of the same sender is left to each slot again.
    """

    __slots__ = ("_alone", "_joined", "_legs", "_newest", "_octets", "_packets", "_sent_at")

    def __init__(self) -> None:
        self._alone: Sequence[Slot] = ()
        self._joined: Sequence[Slot] = ()
        self._legs: Sequence[Leg] = ()
        """Of those who are joined, in order."""
        self._newest = NOTHING
        self._sent_at = self._packets = self._octets = 0
        """What those who are joined were not told of yet."""

    def put(self, slots: "Sequence[Slot]") -> None:
        """To these from now on, and no others."""
        if {*slots} != {*self._alone, *self._joined}:
            self._part()
            self._alone = slots

    def send(self, packet: Packet, now: int) -> None:
        """Lets all listeners have a packet that came at `now`, in ms since the epoch."""
        newest = self._newest
        if packet.ssrc != newest.ssrc or not 0 < (packet.sequence - newest.sequence) & WHOLE < HALF:
            self._part()
        if self._legs:
            self._send(packet, now)
        if self._alone:
            for slot in self._alone:
                slot.send(packet, now)
            self._join(packet)

    def skip(self, packet: Packet) -> None:
        """A packet without content is left out, and not missed."""
        self._part()
        for slot in self._alone:
            slot.stream.skip(packet)

    def settle(self) -> None:
        """Tells the streams what they sent."""
        if self._packets:
            for slot in self._joined:
                slot.stream.wrote(self._newest, self._sent_at, self._packets, self._octets)
            self._packets = self._octets = 0

    def _send(self, packet: Packet, now: int) -> None:
        _, marker, sequence, timestamp, _, level, payload = self._newest = packet
        self._sent_at = now
        self._packets += 1
        self._octets += len(payload)
        level = NO_LEVEL if level is None else level
        for link, sent, shift, delay, first, ssrc, extensions in self._legs:
            number = (sequence + shift) & WHOLE
            head = pack(first | marker, number, (timestamp + delay) & TICKS, ssrc)
            sealed = _protect(link.outward, head + extensions[level] + payload)
            if sent is not None:
                sent.keep(number, sealed)
            try:  # as Link.send does, but this is done more often than anything else
                link.sendto(sealed, link.address)
            except OSError as error:
                link.failed(error)
        self._joined[0].link.counts["rtp-out"] += len(self._joined)

    def _join(self, packet: Packet) -> None:
        ready = [slot for slot in self._alone if slot.joins(packet)]
        if ready:
            self.settle()
            self._newest = packet
            self._joined = (*self._joined, *ready)
            self._legs = [(slot.link, slot.sent, *slot.stream.way()) for slot in self._joined]
            self._alone = [slot for slot in self._alone if slot not in ready]

    def _part(self) -> None:
        if self._joined:
            self.settle()
            self._alone = (*self._alone, *self._joined)
            self._joined, self._legs = (), ()
