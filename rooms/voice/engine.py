"""The port of voice: what the rest of the house asks of a media engine, and what it is told."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

from domain.errors import Invalid, Refused, Unknown
from domain.rooms import LARGEST
from rooms.voice.rtp import Packet

Why = Literal["left", "gone", "replaced", "failed", "stopped"]
"""Why a voice ended: it left, went silent, joined anew, failed its handshake, or the engine stopped."""

What = Literal["voice", "camera", "screen"]
"""What of a person is in a slot."""

Hear = Callable[[Packet, int], None]
"""Is given a packet and when it came, in ms since the epoch; must be quick."""


class SlotContent(NamedTuple):
    """A slot's mid in the listener's own offer, and who is heard or seen in it."""

    mid: str
    person: str | None
    what: What = "voice"


@dataclass(frozen=True)
class May:
    """What a person may do in a room's voice besides hearing; `show` is camera and screen."""

    speak: bool = True
    show: bool = False


USUAL = May()


class NotAnOffer(Invalid):
    """This is not an SDP offer that voice can use."""


class OfferTooLarge(Invalid):
    """The SDP offer is too large."""


class TooManyLines(Invalid):
    """The SDP offer has too many media lines."""


class NotARestart(Invalid):
    """This is not an SDP fragment with ice-ufrag and ice-pwd."""


class SpeakerIsThere(Refused):
    """This person has a voice in the room already."""


class VoiceIsFull(Refused):
    """Nobody else can join this room's voice."""


class UnknownVoice(Unknown):
    """There is no such voice connection."""


@dataclass(frozen=True)
class Joined:
    """A voice connection: its id (a path segment) and the SDP answer."""

    voice: str
    sdp: str


@dataclass(frozen=True)
class Limits:
    """What an engine takes at most. Times in seconds."""

    peers: int = 1000
    peers_per_room: int = LARGEST
    lines: int = 33
    sdp: int = 64 * 1024
    sdp_lines: int = 2500
    packets_per_second: int = 400
    """Of one peer; Opus sends 50, or 100 with the shortest frames."""
    picture_packets_per_second: int = 800
    """As many more of one peer that offers a camera or a screen."""
    cameras_per_room: int = 6
    screens_per_room: int = 1
    """Pictures that are forwarded in a room at once, of those who may show: those that came first."""
    camera_rate: int = 800_000
    screen_rate: int = 2_000_000
    """Bits a second that the answer asks of senders not to go beyond."""
    connect_within: float = 20.0
    silent_for: float = 5.5
    """A peer that nothing authentic was heard from for so long is gone."""


class Speaker(Protocol):
    """A participant without a transport, heard by all like a person."""

    def speak(self, opus: bytes, level: int) -> None:
        """20 ms of Opus with its level, 0 (loudest) to 127; whoever calls keeps the pace."""
        ...

    def close(self) -> None:
        """Falls silent for good."""
        ...


class MediaEngine(Protocol):
    """Carries the voices of rooms. A person has at most one voice in a room."""

    async def join(self, room: str, person: str, sdp: str, *, may: May = USUAL) -> Joined:
        """Answer an SDP offer. A second voice of the same person in the room replaces the first.

        Raises NotAnOffer, OfferTooLarge, TooManyLines, VoiceIsFull.
        """
        ...

    async def restart(self, voice: str, fragment: str) -> str:
        """Restart ICE: the client's fragment in, the engine's out; "" if the fragment was mere trickle.

        Raises UnknownVoice, NotARestart.
        """
        ...

    async def leave(self, voice: str) -> None:
        """End a voice; one that has ended already is no error."""
        ...

    async def expel(self, room: str, person: str) -> None:
        """End whatever voice the person has in the room."""
        ...

    async def permit(self, room: str, person: str, may: May) -> None:
        """From now on the person may do this, without renegotiation; nothing for somebody without a voice."""
        ...

    async def silence(self, scope: str, person: str) -> None:
        """From now on the person is neither forwarded nor measured, and still hears; a new join undoes it.

        `scope` is what the names of the rooms begin with in which that holds.
        """
        ...

    def tap(self, room: str, person: str, hear: Hear) -> Callable[[], None]:
        """From now on `hear` is called with every packet of the person's voice that may be forwarded.

        Also of a voice that joins later. The returned function ends it.
        """
        ...

    def speaker(self, room: str, person: str) -> Speaker:
        """A participant that speaks without a transport. Raises SpeakerIsThere."""
        ...

    async def whose(self, voice: str) -> tuple[str, str]:
        """The room and the person of a voice. Raises UnknownVoice."""
        ...

    async def slots(self, room: str, person: str) -> Sequence[SlotContent]:
        """What this listener's slots hold now; nothing for somebody without a voice here."""
        ...


class VoiceListener(Protocol):
    """Is told what happens, at once and synchronously. Times are ms since the Unix epoch."""

    def speaking(self, room: str, person: str, turn: str, at: int) -> None:
        """A turn has started, at `at`."""
        ...

    def spoke(self, room: str, person: str, turn: str, started: int, ended: int) -> None:
        """The turn is over; `ended` is when the person was last heard."""
        ...

    def slots(self, room: str, person: str, slots: Sequence[SlotContent]) -> None:
        """This listener's slots, all of them, now hold these speakers."""
        ...

    def left(self, room: str, person: str, voice: str, why: Why) -> None:
        """The voice has ended."""
        ...
