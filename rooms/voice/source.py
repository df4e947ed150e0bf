"""Something that can be in slots: somebody's voice, camera or screen."""

from collections.abc import Callable

from rooms.voice.engine import Hear, What
from rooms.voice.fan import Fan
from rooms.voice.rtp import Packet
from rooms.voice.speech import Speech

Sounded = Callable[["Source", Packet, int], None]
"""Is given a packet of a source, and when it came, in ms since the epoch."""


class Source:
    """What a room knows of it. `voice` is what the ids of turns begin with."""

    __slots__ = ("began", "fan", "live", "person", "speech", "taps", "voice", "what")

    def __init__(self, voice: str, person: str, what: What) -> None:
        self.voice, self.person = voice, person
        self.what: What = what
        self.live = False
        """Whether it may be in slots now."""
        self.began = 0
        """When it went live last, in ms since the epoch."""
        self.fan = Fan()
        self.taps: tuple[Hear, ...] = ()
        self.speech = Speech()

    def want_keyframe(self) -> None:
        """Somebody needs a whole picture to begin with."""
