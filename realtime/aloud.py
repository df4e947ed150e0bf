"""The facilitator's words said aloud, where a room has it on: never over anybody, and cut off by anybody."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from domain.aloud import FACILITATOR, Aloud, FacilitatorVoiceSet, SetFacilitatorVoice
from domain.errors import LogUnavailable, Refused
from domain.events import Context, Recorded
from domain.interventions import InterventionDelivered
from domain.rooms import RoomClosed
from realtime.perform import Performer
from realtime.speech import place
from rooms.aloud.frames import Frame, frames_of
from rooms.aloud.synthesiser import CannotSpeak, Synthesiser
from rooms.voice.engine import MediaEngine, SlotContent, Why

logger = logging.getLogger(__name__)

FRAME = 0.02
"""Seconds."""
PATIENCE = 8.0
"""Seconds that a silence is waited for; then the words are only read."""
AT_ONCE = 4
"""Rooms that are spoken to at a time; the others wait."""
WAITING = 32
"""Words that may wait; beyond that the oldest are only read."""
COUNTED = (
    "spoken",  # to the end
    "cut",  # somebody began to speak
    "unsaid",  # there was no silence in time, or too much to say
    "failed",  # the synthesiser had no answer
)


class Words(NamedTuple):
    """What is to be said, and where: a room as the engine names it."""

    room: str
    text: str


@dataclass
class FacilitatorsVoice:
    """Implements `rooms.voice.engine.VoiceListener`; `saw` is told of every event."""

    media: MediaEngine
    performer: Performer
    synthesiser: Synthesiser
    clock: Callable[[], datetime]
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COUNTED, 0))
    _here: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    _talking: dict[str, set[str]] = field(default_factory=dict[str, set[str]])
    _waiting: deque[Words] = field(default_factory=deque[Words])
    _said_in: dict[str, asyncio.Task[None]] = field(default_factory=dict[str, asyncio.Task[None]])
    _some: asyncio.Event = field(default_factory=asyncio.Event)
    _ended: asyncio.Event = field(default_factory=asyncio.Event)

    def waiting(self) -> int:
        """How many words wait to be said, or are being said."""
        return len(self._waiting) + len(self._said_in)

    def speaking(self, room: str, person: str, turn: str, at: int) -> None:
        """Somebody has begun to speak."""
        if person != FACILITATOR:
            self._here.setdefault(room, set()).add(person)
            self._talking.setdefault(room, set()).add(person)

    def spoke(self, room: str, person: str, turn: str, started: int, ended: int) -> None:
        """Somebody has ended."""
        self._silent(room, person)

    def slots(self, room: str, person: str, slots: Sequence[SlotContent]) -> None:
        """Who is told of their slots has a voice here."""
        self._here.setdefault(room, set()).add(person)

    def left(self, room: str, person: str, voice: str, why: Why) -> None:
        """A voice has ended."""
        self._silent(room, person)
        _without(self._here, room, person)

    def saw(self, recorded: Recorded) -> None:
        """Words for a room that is on this node are said, if it has that on."""
        match recorded.event:
            case InterventionDelivered(room=room, text=text):
                self._put(Words(place(recorded.org, room), text))
            case RoomClosed(room=room) | FacilitatorVoiceSet(room=room, on=False):
                name = place(recorded.org, room)
                self._waiting = deque(words for words in self._waiting if words.room != name)
                if task := self._said_in.get(name):
                    task.cancel()
            case _:
                pass

    async def run(self) -> None:
        """Speak until cancelled."""
        async with asyncio.TaskGroup() as workers:
            for _ in range(AT_ONCE):
                workers.create_task(self._work())

    def _put(self, words: Words) -> None:
        if words.room not in self._here:
            return
        if len(self._waiting) >= WAITING:
            self._waiting.popleft()
            self.counts["unsaid"] += 1
        self._waiting.append(words)
        self._some.set()

    async def _work(self) -> None:
        while True:
            while not self._waiting:
                self._some.clear()
                await self._some.wait()
            words = self._waiting.popleft()
            if words.room in self._said_in:  # one thing at a time, and later it would come too late
                self.counts["unsaid"] += 1
                continue
            async with asyncio.TaskGroup() as alone:  # so that it can be cancelled and the worker goes on
                self._said_in[words.room] = alone.create_task(self._say(words))
            del self._said_in[words.room]

    async def _say(self, words: Words) -> None:
        try:
            if not await self._is_on(words.room):
                return
            frames = await asyncio.to_thread(frames_of, await self.synthesiser.speak(words.text))
            async with asyncio.timeout(PATIENCE):
                await self._silence(words.room)
        except (CannotSpeak, LogUnavailable) as error:
            self.counts["failed"] += 1
            logger.warning("words were not said aloud: %s", getattr(error, "reason", "log-unavailable"))
        except TimeoutError:
            self.counts["unsaid"] += 1
        else:
            await self._speak(words.room, frames)

    async def _is_on(self, name: str) -> bool:
        org, room = name.split("/")
        context = Context(org=org, actor="voice", role="service", at=self.clock())
        state: Aloud = await self.performer.look(SetFacilitatorVoice(room=room, on=True), context)
        return state.on and bool(state.open)

    async def _silence(self, room: str) -> None:
        """Until nobody speaks; a turn ends half a second after its last sound."""
        while room in self._talking:
            self._ended.clear()
            await self._ended.wait()

    async def _speak(self, room: str, frames: Sequence[Frame]) -> None:
        try:
            speaker = self.media.speaker(room, FACILITATOR)
        except Refused:  # it speaks already, or voices are carried where nobody speaks without joining
            self.counts["unsaid"] += 1
            return
        try:
            begun = time.monotonic()
            for number, frame in enumerate(frames):
                await asyncio.sleep(max(0.0, begun + number * FRAME - time.monotonic()))
                if room in self._talking or room not in self._here:
                    self.counts["cut"] += 1
                    return
                speaker.speak(frame.opus, frame.level)
            self.counts["spoken"] += 1
        finally:
            speaker.close()

    def _silent(self, room: str, person: str) -> None:
        _without(self._talking, room, person)
        self._ended.set()


def _without(rooms: dict[str, set[str]], room: str, person: str) -> None:
    people = rooms.get(room, set())
    people.discard(person)
    if not people:
        rooms.pop(room, None)
