"""Signals between the nodes: what may be lost, since the next one makes up for it."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

import msgspec
from msgspec import Struct

from realtime.hub import Hub
from realtime.metrics import Metrics
from realtime.progress import Progress
from realtime.streams import Frame, frame
from rooms.voice.engine import SlotContent
from rooms.voice.talk import Followed


class Speaking(Struct, frozen=True, tag="speaking", omit_defaults=True):
    """A person has begun to speak; `at` in ms since the epoch. `node` carries their voice."""

    person: str
    turn: str
    at: int
    node: str = ""


class Spoke(Struct, frozen=True, tag="spoke"):
    """A person has ended a turn of speech; both instants in ms since the epoch."""

    person: str
    turn: str
    started: int
    ended: int


class Slots(Struct, frozen=True, tag="slots"):
    """Who is heard or seen in which slot (mid) of this person's voice connection."""

    person: str
    slots: tuple[SlotContent, ...]


class Moved(Struct, frozen=True, tag="moved"):
    """Views or leaderboards (`name`) have come to a position."""

    name: str
    position: int


Signal = Speaking | Spoke | Slots | Moved | Followed

_decoder = msgspec.json.Decoder(Signal)
_encoder = msgspec.json.Encoder()

VOICES = ("voices",)
"""The topic of what concerns the voices of all rooms."""
VIEWS_HEAD = "lyceum.views.head"
LISTENED = (
    "lyceum.*.rooms.*.voice",
    "lyceum.*.rooms.*.presence",
    "lyceum.*.views.*.*",
    VIEWS_HEAD,
)


def encode(signal: Signal) -> bytes:
    """As it goes over the bus: JSON."""
    return _encoder.encode(signal)


def decode(data: bytes) -> Signal:
    """Raises `msgspec.MsgspecError`."""
    return _decoder.decode(data)


def slots_frame(slots: Sequence[SlotContent]) -> Frame:
    """A listener's slots, as their feed shows them."""
    return frame("slots", {"slots": [slot._asdict() for slot in slots]})


def gone_frame(node: str) -> Frame:
    """The voices that this node carried are over, as every feed shows it."""
    return frame("voice-gone", {"node": node})


class Bus(Protocol):
    """What the nodes tell each other. Implemented in `adapters/nats_bus.py`."""

    async def signal(self, subject: str, payload: bytes = b"") -> None:
        """Tell whoever listens; may be lost."""
        ...

    async def listen(self, subject: str, heard: Callable[[str, bytes], Awaitable[None]]) -> None:
        """Call `heard(subject, payload)` for every signal."""
        ...

    async def publish_voice(self, org: str, room: str, payload: bytes) -> None:
        """Tell of the start or end of a turn of speech; the bus keeps it for an hour."""
        ...


class Switchboard:
    """Hears the signals of all nodes, and hands them to those who listen on this one."""

    def __init__(self, hub: Hub, progress: Progress, metrics: Metrics) -> None:
        self._hub = hub
        self._progress = progress
        self._metrics = metrics
        self._speaking: dict[tuple[str, str], dict[str, Speaking]] = {}

    def speaking(self, org: str, room: str) -> list[Frame]:
        """Who is in a turn of speech right now, for those who come to the room's feed."""
        return [_speaks(begun.person, begun.at) for begun in self._speaking.get((org, room), {}).values()]

    def voices_gone(self, node: str, at: int) -> list[tuple[str, str, Spoke]]:
        """A node carries voices no longer, since `at` (ms since the epoch).

        Whoever spoke there has ended, as every feed here shows it; given back with organisation and room, for
        those who listen elsewhere.
        """
        ended = [
            (org, room, Spoke(begun.person, begun.turn, begun.at, max(at, begun.at + 1)))
            for (org, room), speakers in self._speaking.items()
            for begun in speakers.values()
            if begun.node == node
        ]
        for org, room, spoke in ended:
            self._room(org, room, spoke)
        self._hub.publish(VOICES, gone_frame(node))
        return ended

    async def connect(self, bus: Bus) -> None:
        """Listen for as long as the bus is open."""
        for subject in LISTENED:
            await bus.listen(subject, self.heard)

    async def heard(self, subject: str, payload: bytes) -> None:
        """Take one signal; what cannot be read is counted and dropped."""
        try:
            signal = decode(payload)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            self._metrics.refused("bus", "undecodable-signal")
            return
        match subject.split("."):
            case ["lyceum", org, "rooms", room, _]:
                self._room(org, room, signal)
            case ["lyceum", org, "views", view, key] if isinstance(signal, Moved):
                self._hub.publish(("view", org, view, key), signal)
            case _:
                if isinstance(signal, Moved):
                    self._progress.moved(signal.name, signal.position)

    def _room(self, org: str, room: str, signal: Signal) -> None:
        topic = ("room", org, room)
        match signal:
            case Speaking():
                self._speaking.setdefault((org, room), {})[signal.person] = signal
                self._hub.publish(topic, _speaks(signal.person, signal.at))
            case Spoke() if self._is_over(org, room, signal):
                said = {"person": signal.person, "speaking": False, "at": signal.ended}
                self._hub.publish(topic, frame("speaking", said))
            case Slots():
                self._hub.publish(("slots", org, room, signal.person), slots_frame(signal.slots))
            case _:
                pass

    def _is_over(self, org: str, room: str, spoke: Spoke) -> bool:
        """Whether nobody shows the person in another turn, which began since."""
        speakers = self._speaking.get((org, room), {})
        begun = speakers.get(spoke.person)
        if begun is not None and begun.turn != spoke.turn:
            return False
        speakers.pop(spoke.person, None)
        if not speakers:
            self._speaking.pop((org, room), None)
        return True


def _speaks(person: str, at: int) -> Frame:
    return frame("speaking", {"person": person, "speaking": True, "at": at})
