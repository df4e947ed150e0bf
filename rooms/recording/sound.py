"""One person's sound on its way into a file: packets put in order, gaps filled, so that it keeps time."""

from bisect import insort

from rooms.recording.ogg import LACES, Pages, laces
from rooms.recording.opus import CLOCK, SHORTEST, missing, ticks
from rooms.voice.rtp import Packet

LATE = 200
"""Milliseconds for which a packet may be overtaken by others."""
PAUSE = 3_000
"""Milliseconds without a packet after which a segment ends."""
ADRIFT = 500
"""Milliseconds by which a sender's clock may seem to have moved against ours within a segment."""
SEAM = 100
"""Milliseconds within which one segment follows on another as their sender's clock says."""
PAGE = 1_000 * CLOCK
"""Ticks of a page, about."""
TICKS = 1 << 32


class Sound:
    """One segment. `add` packets as they come, and `pages` now and then. Instants are ms since the epoch."""

    def __init__(
        self, first: Packet, at: int, serial: int, *, longest: int, follows: "Sound | None" = None
    ) -> None:
        """`longest` is how many ms it may last; `follows` is the segment before, if there is one."""
        self._ssrc = first.ssrc
        self._zero = first.timestamp
        self._newest = 0
        self._longest = longest
        self._waiting: list[tuple[int, bytes]] = []
        self._packets: list[bytes] = []
        self._laces = 0
        self._done = 0
        self._end = 0
        self._contents = first.payload[0] if first.payload else 0
        self._pages = Pages(serial)
        self._begun = False
        self._seamless = follows is not None and follows.leads_to(first, at)
        self.started = follows.instant(first) if follows is not None and self._seamless else at
        self.last = at

    @property
    def ended(self) -> int:
        """When what is in its pages so far ends."""
        return self.started + self._end // CLOCK

    @property
    def written(self) -> int:
        """When what has been given out as pages ends."""
        return self.started + self._done // CLOCK

    def instant(self, packet: Packet) -> int:
        """When a packet was said, by the sender's clock."""
        return self.started + self._offset(packet) // CLOCK

    def leads_to(self, packet: Packet, at: int) -> bool:
        """Whether a later packet goes on exactly where this segment may have ended."""
        return packet.ssrc == self._ssrc and abs(self.instant(packet) - at) < SEAM

    def add(self, packet: Packet, at: int) -> bool:
        """Take a packet; False if it is no part of this segment, and a new one must begin."""
        offset = self._offset(packet)
        if not self._takes(packet, offset, at):
            return False
        self.last = max(self.last, at)
        self._newest = max(self._newest, offset)
        if not self._begun and not self._seamless:  # whoever was fastest tells best when it was said
            self.started = min(self.started, at - offset // CLOCK)
        if ticks(packet.payload) and offset > self._end - SHORTEST:
            insort(self._waiting, (offset, packet.payload))
        return True

    def silent_at(self, now: int) -> bool:
        """Whether nothing has come for so long that the segment is over."""
        return now - self.last > PAUSE

    def pages(self, now: int, *, closing: bool = False) -> bytes:
        """The pages that are full by now; all that is left, and the end of the stream, when `closing`."""
        written = b""
        ready = TICKS if closing else self._newest - LATE * CLOCK
        if now - self.last > LATE:
            ready = TICKS
        while self._waiting and self._waiting[0][0] <= ready:
            written += self._put(*self._waiting.pop(0))
        if closing or (self._end - self._done >= PAGE):
            written += self._page(last=closing)
        return written

    def _takes(self, packet: Packet, offset: int, at: int) -> bool:
        return (
            packet.ssrc == self._ssrc
            and offset < self._longest * CLOCK
            and offset - self._newest < PAUSE * CLOCK
            and abs(self.started + offset // CLOCK - at) < ADRIFT
        )

    def _offset(self, packet: Packet) -> int:
        """Ticks since the segment's first packet; the counter may have gone round."""
        ahead = (packet.timestamp - self._zero - self._newest) % TICKS
        return self._newest + (ahead if ahead < TICKS // 2 else ahead - TICKS)

    def _put(self, offset: int, payload: bytes) -> bytes:
        if offset <= self._end - SHORTEST:  # it came twice, or overlaps
            return b""
        written = b""
        for piece in (*missing(self._contents, offset - self._end), payload):
            if self._laces + len(laces(piece)) > LACES:
                written += self._page()
            self._packets.append(piece)
            self._laces += len(laces(piece))
            self._end += ticks(piece)
        self._contents = payload[0]
        return written

    def _page(self, *, last: bool = False) -> bytes:
        head = b"" if self._begun else self._pages.head()
        page = self._pages.page(self._packets, self._end, last=last)
        self._begun, self._packets, self._laces, self._done = True, [], 0, self._end
        return head + page
