"""One LiveKit room: who is in it, whose turn it is, and who taps whom."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from aiortc.codecs.opus import OpusEncoder
from av import AudioFrame

from rooms.voice.engine import Hear, May, SlotContent, VoiceListener, Why
from rooms.voice.rtp import Packet
from rooms.voice.speech import Speech
from rooms.voice.turns import Ended, Mark, Started

FRAME = 960
SILENCE = bytes(2 * FRAME)
OPUS = 111
"""The payload type that packets to taps have; nobody sends them."""


@dataclass
class Voice:
    """Somebody with a pass, who has joined with it or may do so yet."""

    voice: str
    room: str
    person: str
    may: May
    identity: str
    """In LiveKit."""
    at: int
    """When the pass was made, ms."""
    here: bool = False
    silenced: bool = False
    speech: Speech = field(default_factory=Speech)
    announced: tuple[SlotContent, ...] = ()

    @property
    def muted(self) -> bool:
        """Whether the voice is not to be measured."""
        return self.silenced or not self.may.speak


class LiveKitRoom:
    """The voices of one room, by person."""

    def __init__(self, name: str, listener: VoiceListener) -> None:
        self.name = name
        self.voices: dict[str, Voice] = {}
        self._listener = listener
        self.present: dict[str, Voice] = {}
        self._taps: dict[str, list[_Tap]] = {}

    def add(self, voice: Voice) -> None:
        """A new voice; the person must have none here."""
        self.voices[voice.person] = voice

    def arrived(self, voice: Voice) -> None:
        """Its client has joined."""
        voice.here = True
        self.present[voice.identity] = voice
        self.tell_slots()

    def remove(self, voice: Voice, why: Why) -> None:
        """The voice is over, and so is its open turn."""
        self.voices.pop(voice.person)
        self.present.pop(voice.identity, None)
        self._tell(voice, voice.speech.close())
        self.tell_slots()
        self._listener.left(self.name, voice.person, voice.voice, why)

    def permit(self, voice: Voice, may: May, *, silenced: bool) -> None:
        """From now on the voice may do this."""
        voice.may, voice.silenced = may, silenced
        if voice.muted:
            self._tell(voice, voice.speech.close())
        self.tell_slots()

    def tap(self, person: str, hear: Hear) -> Callable[[], None]:
        """The function is given every packet of the person from now on, until what is returned is called."""
        tap = _Tap(hear)
        self._taps.setdefault(person, []).append(tap)

        def end() -> None:
            taps = self._taps.get(person, [])
            if tap in taps:
                taps.remove(tap)
            if not taps:
                self._taps.pop(person, None)

        return end

    @property
    def idle(self) -> bool:
        """Whether nobody is here or expected, and nobody taps."""
        return not (self.voices or self._taps)

    def sounded(self, voice: Voice, level: int, samples: bytes, now: int) -> None:
        """20 ms of a voice."""
        if voice.muted:
            return
        for tap in self._taps.get(voice.person, ()):
            tap.give(samples, level, now)
        self._tell(voice, voice.speech.heard(now, level))

    def hush(self) -> None:
        """Nothing is heard any more: open turns end."""
        for voice in self.voices.values():
            self._tell(voice, voice.speech.close())

    def tick(self, now: int) -> None:
        """Time has passed."""
        for voice in self.voices.values():
            self._tell(voice, voice.speech.tick(now))

    def slots(self, person: str) -> tuple[SlotContent, ...]:
        """Who else is heard: LiveKit's identity of each stands where a slot's line does elsewhere."""
        return tuple(
            SlotContent(voice.identity, voice.person)
            for voice in self.voices.values()
            if voice.person != person and voice.here and not voice.muted
        )

    def tell_slots(self) -> None:
        """Say what has changed of what each hears."""
        for voice in self.voices.values():
            content = self.slots(voice.person)
            if voice.here and content != voice.announced:
                voice.announced = content
                self._listener.slots(self.name, voice.person, content)

    def _tell(self, voice: Voice, marks: Iterable[Mark]) -> None:
        speech = voice.speech
        for mark in marks:
            match mark:
                case Started(at):
                    speech.turns += 1
                    speech.last = at
                    self._listener.speaking(self.name, voice.person, f"{voice.voice}-{speech.turns}", at)
                case Ended(started, ended):
                    turn = f"{voice.voice}-{speech.turns}"
                    self._listener.spoke(self.name, voice.person, turn, started, ended)


class _Tap:
    """Encodes what was heard anew, since taps take Opus: a third of a millisecond for each 20."""

    def __init__(self, hear: Hear) -> None:
        self._hear = hear
        self._encoder = OpusEncoder()
        self._count = 0

    def give(self, samples: bytes, level: int, now: int) -> None:
        """20 ms of sound."""
        frame = AudioFrame(format="s16", layout="mono", samples=FRAME)
        frame.planes[0].update(samples or SILENCE)
        frame.sample_rate, frame.pts = 48 * 1000, self._count * FRAME
        for payload in self._encoder.encode(frame)[0]:
            self._hear(Packet(OPUS, 0, self._count & 0xFFFF, self._count * FRAME, 1, level, payload), now)
        self._count += 1
