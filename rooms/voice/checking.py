"""Turns that are told only if what is loud is speech: a second stage between the engine and its listener."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, Self

from rooms.voice.engine import Hear, MediaEngine, SlotContent, VoiceListener, Why
from rooms.voice.rtp import Packet
from rooms.voice.verdict import Believed, Over, Told, Verdict

logger = logging.getLogger(__name__)

BEFORE = 25
"""Packets from before a turn that its judge hears too; until then they lie here as they came."""
WAITING = 4000
"""Packets and marks that may wait to be judged; when there are more, all of them are told by their levels."""
BATCH = 100
"""Packets that are judged in one go of the worker."""
IDLE = 16
"""Judges that are kept for the next turn."""

Tap = Callable[[str, str, Hear], Callable[[], None]]


class Judge(Protocol):
    """Hears one turn. Blocking, and only ever called from one thread at a time."""

    def hear(self, opus: bytes) -> float | None:
        """How likely the latest of this packet is speech, 0 to 1; None if that cannot be said."""
        ...

    def forget(self) -> None:
        """What comes next is another turn, maybe of somebody else."""
        ...


@dataclass
class Voice:
    """One person's voice in one room."""

    room: str
    person: str
    untap: Callable[[], None] = lambda: None
    recent: deque[tuple[int, bytes]] = field(default_factory=lambda: deque(maxlen=BEFORE))
    open: bool = False
    verdict: Verdict = field(default_factory=Verdict)
    judge: Judge | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    turn: str
    at: int


@dataclass(frozen=True, slots=True)
class Heard:
    at: int
    opus: bytes


@dataclass(frozen=True, slots=True)
class Closed:
    ended: int


@dataclass(frozen=True, slots=True)
class Left:
    voice: str
    why: Why


Step = Opened | Heard | Closed | Left


class SpeechCheck:
    """A VoiceListener before another one. A turn that is denied is never told.

    Nothing is decoded of somebody whose levels show no turn. `run` must be running.
    """

    def __init__(self, listener: VoiceListener, judge: Callable[[], Judge]) -> None:
        self._tap: Tap | None = None
        self._listener = listener
        self._new_judge = judge
        self._idle: list[Judge] = []
        self._voices: dict[tuple[str, str], Voice] = {}
        self._waiting: deque[tuple[Voice, Step]] = deque()
        self._judging: Sequence[tuple[Voice, Step]] = ()
        self.unjudged = 0
        """Packets of turns that no judge heard, since it was too far behind or failed."""
        self._some = asyncio.Event()
        self._stopped = False

    def over(self, engine: MediaEngine) -> Self:
        """Hears the people of this engine, which needed its listener first."""
        self._tap = engine.tap
        return self

    def speaking(self, room: str, person: str, turn: str, at: int) -> None:
        """A turn has started, by its levels."""
        voice = self._voices.get((room, person)) or self._meet(room, person)
        voice.open = True
        self._put(voice, Opened(turn, at))
        for when, opus in voice.recent:
            self._put(voice, Heard(when, opus))
        voice.recent.clear()

    def spoke(self, room: str, person: str, turn: str, started: int, ended: int) -> None:
        """The turn is over, by its levels."""
        voice = self._voices.get((room, person))
        if voice is not None:
            voice.open = False
            self._put(voice, Closed(ended))

    def slots(self, room: str, person: str, slots: Sequence[SlotContent]) -> None:
        """Passed on."""
        self._listener.slots(room, person, slots)

    def left(self, room: str, person: str, voice: str, why: Why) -> None:
        """Passed on, behind what is to be said of the person's turns."""
        known = self._voices.pop((room, person), None)
        if known is None:
            self._listener.left(room, person, voice, why)
            return
        known.untap()
        self._put(known, Left(voice, why))

    async def run(self) -> None:
        """Judges until cancelled; what waits then is told by its levels."""
        try:
            while True:
                await self._some.wait()
                self._some.clear()
                while self._waiting:
                    await self._judge_some()
        finally:
            self._stopped = True
            self._believe()

    def _meet(self, room: str, person: str) -> Voice:
        voice = self._voices[room, person] = Voice(room, person)

        def hear(packet: Packet, at: int) -> None:
            if voice.open:
                self._put(voice, Heard(at, packet.payload))
            else:
                voice.recent.append((at, packet.payload))

        if self._tap is not None:
            voice.untap = self._tap(room, person, hear)
        return voice

    def _put(self, voice: Voice, step: Step) -> None:
        self._waiting.append((voice, step))
        self._some.set()
        if self._stopped:
            self._believe()
        elif len(self._waiting) >= WAITING:
            logger.warning("speech is checked too slowly: what waits is told by its levels")
            self._believe()

    def _believe(self) -> None:
        """Tell all that waits, and what is being judged just now, by its levels, in order."""
        steps = (*self._judging, *self._waiting)
        self._judging = ()
        self._waiting.clear()
        for voice, step in steps:
            self._take(voice, step, None)

    async def _judge_some(self) -> None:
        steps = self._judging = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
        judged = await self._judged(steps)
        if self._judging is not steps:  # they were told by their levels meanwhile
            return
        self._judging = ()
        for (voice, step), likely in zip(steps, judged, strict=True):
            self._take(voice, step, likely)

    async def _judged(self, steps: Sequence[tuple[Voice, Step]]) -> list[float | None]:
        if not any(isinstance(step, Heard) for _, step in steps):
            return [None] * len(steps)
        return await asyncio.to_thread(lambda: [self._judge(voice, step) for voice, step in steps])

    def _judge(self, voice: Voice, step: Step) -> float | None:
        """In the worker: nothing else touches judges."""
        if not isinstance(step, Heard):
            self._release(voice)  # at the start of a turn, too: the end of the last may not have come by here
            return None
        try:
            if voice.judge is None:
                voice.judge = self._idle.pop() if self._idle else self._new_judge()
            return voice.judge.hear(step.opus)
        except Exception as error:
            logger.warning("speech could not be checked: %s", type(error).__name__)
            return None

    def _release(self, voice: Voice) -> None:
        judge, voice.judge = voice.judge, None
        if judge is not None and len(self._idle) < IDLE:
            judge.forget()
            self._idle.append(judge)

    def _take(self, voice: Voice, step: Step, likely: float | None) -> None:
        match step:
            case Opened(turn, at):
                voice.verdict.opened(turn, at)
            case Heard(at, _):
                self.unjudged += likely is None
                self._tell(voice, voice.verdict.judged(at, likely))
            case Closed(ended):
                self._tell(voice, voice.verdict.closed(ended))
            case Left(name, why):
                self._listener.left(voice.room, voice.person, name, why)

    def _tell(self, voice: Voice, told: Sequence[Told]) -> None:
        for each in told:
            match each:
                case Believed(turn, at):
                    self._listener.speaking(voice.room, voice.person, turn, at)
                case Over(turn, started, ended):
                    self._listener.spoke(voice.room, voice.person, turn, started, ended)
