"""A line on which a person sends: their voice, their camera or their screen."""

from collections.abc import Callable
from dataclasses import dataclass

from rooms.voice import rtcp, rtp, vp8
from rooms.voice.clock import Clock
from rooms.voice.counts import Dropped
from rooms.voice.rtp import WHOLE
from rooms.voice.sdp import Line
from rooms.voice.source import Sounded, Source

GAP = {"audio": 8, "video": 64}
"""A gap of more packets than this is not asked for: it is an outage, and would be late."""
TRIES = {"audio": 1, "video": 3}
WAITING = 256
"""Packets of a line that may be missed at once."""
USEFUL = 250
"""Milliseconds of round trip beyond which what is sent again comes too late."""
KEYFRAMES_EVERY = 0.5
"""Seconds between two requests for a keyframe: a whole picture is large."""
SHOWN = 2.0
"""Seconds without a packet after which a camera or a screen is off."""


@dataclass(frozen=True)
class Wiring:
    """What an uplink is given by its peer. `ssrc` is ours, for what is asked of the sender."""

    ssrc: int
    clock: Clock
    counts: dict[str, int]
    sounded: Sounded
    send_rtcp: Callable[[bytes], None]


class Uplink(Source):
    """What arrives on the line, checked, counted and given on; and what is asked of its sender."""

    __slots__ = (
        "_asked",
        "_asked_at",
        "_came_at",
        "_clock",
        "_counts",
        "_kind",
        "_level_id",
        "_missing",
        "_send_rtcp",
        "_sounded",
        "_ssrc",
        "_type",
        "_video",
        "_wanted",
        "incoming",
        "line",
        "permitted",
        "shown",
    )

    def __init__(self, voice: str, person: str, line: Line, wiring: Wiring) -> None:
        super().__init__(voice, person, line.what)
        self.line = line
        self.permitted = False
        self.incoming = rtcp.Incoming(vp8.CLOCK if line.what != "voice" else rtp.CLOCK)
        self.shown = False
        """Whether pictures come."""
        self._ssrc, self._clock, self._counts = wiring.ssrc, wiring.clock, wiring.counts
        self._sounded, self._send_rtcp = wiring.sounded, wiring.send_rtcp
        self._type, self._level_id, self._video = line.payload_type, line.level_id, line.what != "voice"
        self._kind = "video" if self._video else "audio"
        self._missing: dict[int, int] = {}
        self._asked_at, self._asked, self._wanted = float("-inf"), 0, False
        self._came_at = float("-inf")

    def received(self, clear: bytes, round_trip: int) -> None:
        """An authentic packet has come; the round trip to its sender in ms. Raises Dropped."""
        try:
            packet = rtp.parse(clear, self._level_id)
            if self._video and packet.payload:
                vp8.describe(packet.payload)
        except ValueError as broken:
            raise Dropped("rtp-malformed") from broken
        if packet.payload_type != self._type:
            raise Dropped("rtp-other-codec")
        now = self._clock.ms
        self._counts["rtp-in"] += 1
        gap = self.incoming.count(packet, now)
        if gap or self._missing:
            self._miss(packet.sequence, gap, round_trip)
        if not self.permitted:
            raise Dropped("rtp-not-permitted")
        self._came_at = self._clock.at
        if packet.payload:
            self._sounded(self, packet, now)
        else:
            self.fan.skip(packet)

    def want_keyframe(self) -> None:
        """Asks the sender for a whole picture, now or soon."""
        if self._video:
            self._wanted = True
            self._ask_keyframe()

    def look_after(self) -> bool:
        """To be called every so often; whether the camera or the screen went on or off."""
        if self._wanted:
            self._ask_keyframe()
        if self._missing:
            # Those that were asked for often enough are given up.
            self._missing = {number: tries for number, tries in self._missing.items() if tries}
            self._ask_again(list(self._missing))
        shown = self._video and self.permitted and self._clock.at - self._came_at < SHOWN
        changed, self.shown = shown != self.shown, shown
        return changed

    def _miss(self, sequence: int, gap: int, round_trip: int) -> None:
        self._missing.pop(sequence, None)
        if not gap or not self.line.nack or gap > GAP[self._kind] or round_trip > USEFUL:
            return
        if len(self._missing) + gap > WAITING:
            self._missing.clear()
        fresh = [(sequence - back) & WHOLE for back in range(gap, 0, -1)]
        self._missing.update(dict.fromkeys(fresh, TRIES[self._kind]))
        self._ask_again(fresh)

    def _ask_again(self, numbers: list[int]) -> None:
        for number in numbers:
            self._missing[number] -= 1
        if numbers and self.incoming.ssrc is not None:
            self._counts["nack-out"] += len(numbers)
            self._send_rtcp(rtcp.ask_again(self._ssrc, self.incoming.ssrc, numbers))

    def _ask_keyframe(self) -> None:
        if self.incoming.ssrc is None or self._clock.at - self._asked_at < KEYFRAMES_EVERY:
            return
        self._asked_at, self._wanted = self._clock.at, False
        self._asked += 1
        self._counts["keyframes-asked"] += 1
        number = None if self.line.pli else self._asked
        self._send_rtcp(rtcp.ask_keyframe(self._ssrc, self.incoming.ssrc, number))
