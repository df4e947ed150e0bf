"""A line on which a peer hears or sees others, and what was sent on it just now."""

from typing import TYPE_CHECKING

from rooms.voice import srtp
from rooms.voice.link import Link
from rooms.voice.rtp import Outgoing, Packet
from rooms.voice.sdp import Line
from rooms.voice.vp8 import VideoOutgoing

if TYPE_CHECKING:
    from rooms.voice.source import Source

KEPT = {"audio": 64, "video": 512}
"""Packets that can be sent again: more than a second of sound, about two of pictures."""
RESENT = {"audio": 10, "video": 60}
"""Packets that are sent again at most between two ticks."""


class Sent:
    """The last protected packets, by number: the same bytes may be sent again, and no others."""

    def __init__(self, kind: str) -> None:
        self._packets: list[tuple[int, bytes] | None] = [None] * KEPT[kind]
        self._most = self._left = RESENT[kind]

    def keep(self, sequence: int, sealed: bytes) -> None:
        """This one was sent."""
        self._packets[sequence % len(self._packets)] = (sequence, sealed)

    def again(self, sequence: int) -> bytes | None:
        """The packet, unless it is too old, or enough was sent again."""
        kept = self._packets[sequence % len(self._packets)]
        if kept is None or kept[0] != sequence or self._left == 0:
            return None
        self._left -= 1
        return kept[1]

    def tick(self) -> None:
        """Time has passed: as many may be sent again."""
        self._left = self._most


class Slot:
    """A slot of a listener. Its packets go out by the listener's link."""

    __slots__ = ("kind", "link", "mid", "sent", "since", "source", "stream", "ticks")

    def __init__(self, line: Line, ssrc: int, link: Link) -> None:
        self.mid, self.kind = line.mid, line.media.kind
        self.source: Source | None = None
        self.since = 0
        """When that source was put into it, in ms since the epoch."""
        self.stream = _stream(line, ssrc)
        self.link = link
        self.sent = Sent(self.kind) if line.nack else None
        self.ticks = line.nack or self.kind == "video"
        """Whether it needs to be told that time passes."""

    def bind(self, source: "Source | None", now: int) -> None:
        """Somebody else is in it, or nobody."""
        self.settle()
        self.source, self.since = source, now
        self.stream.switch()
        if source is not None:
            source.want_keyframe()

    def send(self, packet: Packet, now: int) -> None:
        """Lets the listener have a packet that came at `now`, in ms since the epoch."""
        link, stream = self.link, self.stream
        if not link.open:
            return
        data = stream.write(packet, now)
        if data is None:
            return
        sealed = srtp.protect(link.outward, data)
        if self.sent is not None:
            self.sent.keep(stream.number(packet), sealed)
        link.counts["rtp-out"] += 1
        link.send(sealed)

    def joins(self, packet: Packet) -> bool:
        """Whether what follows this packet may be written by its fan: it is sound, and sent this packet."""
        return self.kind == "audio" and self.link.open and self.stream.follows(packet)

    def settle(self) -> None:
        """Its stream's figures are brought up to date."""
        if self.source is not None:
            self.source.fan.settle()

    def resend(self, sequence: int) -> None:
        """The listener misses this one."""
        sealed = self.sent.again(sequence & 0xFFFF) if self.sent else None
        if sealed is not None:
            self.link.send(sealed)
            self.link.counts["resent"] += 1

    def tick(self) -> None:
        """Time has passed: asks again for a picture that has not come."""
        if self.sent is not None:
            self.sent.tick()
        if self.source is not None and isinstance(self.stream, VideoOutgoing) and self.stream.waits:
            self.source.want_keyframe()


def _stream(line: Line, ssrc: int) -> Outgoing:
    if line.media.kind == "video":
        return VideoOutgoing(ssrc, line.payload_type, (line.mid_id, line.mid))
    return Outgoing(ssrc, line.payload_type, (line.mid_id, line.mid), line.level_id)
