"""What is said in rooms, to the log: of those alone who agreed to it, in rooms alone that have it on."""

import asyncio
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from domain.errors import LogUnavailable, Refused
from domain.events import Context, Recorded
from domain.people import ConsentGiven, ConsentWithdrawn, PersonErased
from domain.transcripts import NEEDED, RecordTranscript, Transcripts, TranscriptsSet
from realtime.perform import Performer
from realtime.speech import place
from rooms.transcripts.gathering import Gathering, Utterance
from rooms.transcripts.recogniser import Heard, Recogniser
from rooms.transcripts.transcriber import Transcriber
from rooms.voice.engine import MediaEngine, SlotContent, Why
from rooms.voice.rtp import Packet

logger = logging.getLogger(__name__)

RETRY = 1.0
"""Seconds between attempts while the log is away."""
LONGEST = 2000
"""Characters of an utterance; what is beyond is cut off."""
LANGUAGE = re.compile(r"[a-z]{2,3}")
Whose = tuple[str, str]
"""A room as the engine names it, and a person."""


@dataclass
class Tapped:
    """Somebody who is listened to: what was gathered of theirs, and what ends it."""

    gathering: Gathering
    untap: Callable[[], None]


@dataclass
class TranscriptsOfRooms:
    """Implements `rooms.voice.engine.VoiceListener`; `saw` is told of every event."""

    media: MediaEngine
    performer: Performer
    recogniser: Recogniser
    clock: Callable[[], datetime]
    transcriber: Transcriber = field(init=False)
    _here: set[Whose] = field(default_factory=set[Whose])
    _tapped: dict[Whose, Tapped] = field(default_factory=dict[Whose, Tapped])
    _unsure: dict[Whose, None] = field(default_factory=dict[Whose, None])
    _some: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        """Nothing is written down before `run`."""
        self.transcriber = Transcriber(self.recogniser, self._record)

    def waiting(self) -> int:
        """How many utterances wait to be written down."""
        return self.transcriber.waiting

    def speaking(self, room: str, person: str, turn: str, at: int) -> None:
        """A turn has started."""
        self._is_here(room, person)
        if tapped := self._tapped.get((room, person)):
            tapped.gathering.began(turn, at)

    def spoke(self, room: str, person: str, turn: str, started: int, ended: int) -> None:
        """A turn is over, and can be written down."""
        if tapped := self._tapped.get((room, person)):
            self._put(tapped.gathering.ended(turn, ended))

    def slots(self, room: str, person: str, slots: Sequence[SlotContent]) -> None:
        """Who is told of their slots has a voice here."""
        self._is_here(room, person)

    def left(self, room: str, person: str, voice: str, why: Why) -> None:
        """A voice has ended; what was said with it is still written down."""
        self._here.discard((room, person))
        self._unsure.pop((room, person), None)
        self._untap((room, person))

    def saw(self, recorded: Recorded) -> None:
        """What is agreed to may have changed: what was withdrawn ends now."""
        org = recorded.org
        match recorded.event:
            case TranscriptsSet(room=room, on=on):
                self._changed((one for one in self._known() if one[0] == place(org, room)), on=on)
            case ConsentGiven(person=person, scope=scope) if scope in NEEDED:
                self._changed(self._voices_of(org, person), on=True)
            case ConsentWithdrawn(person=person, scope=scope) if scope in NEEDED:
                self._changed(self._voices_of(org, person), on=False)
            case PersonErased(person=person):
                self._changed(self._voices_of(org, person), on=False)
            case _:
                pass

    async def run(self) -> None:
        """Listen and write down until cancelled. What is not written down by then never is."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.transcriber.run())
            tasks.create_task(self._make_sure())

    def _known(self) -> set[Whose]:
        """Those with a voice here, and those who have left, and whose words are still on their way."""
        return self._here | self.transcriber.of_whom()

    def _voices_of(self, org: str, person: str) -> Iterator[Whose]:
        return (one for one in self._known() if one[1] == person and one[0].startswith(f"{org}/"))

    def _changed(self, concerned: Iterable[Whose], *, on: bool) -> None:
        for whose in concerned:
            if not on:
                self._untap(whose)
                self.transcriber.withdraw(*whose)
            self._ask(whose)

    def _is_here(self, room: str, person: str) -> None:
        if (room, person) not in self._here:
            self._here.add((room, person))
            self._ask((room, person))

    def _ask(self, whose: Whose) -> None:
        if whose in self._here:
            self._unsure[whose] = None
            self._some.set()

    async def _make_sure(self) -> None:
        while True:
            while not self._unsure:
                self._some.clear()
                await self._some.wait()
            whose = next(iter(self._unsure))
            del self._unsure[whose]
            try:
                agreed = await self._agreed(whose)
            except LogUnavailable:
                self._ask(whose)
                await asyncio.sleep(RETRY)
                continue
            if whose in self._unsure or whose not in self._here:  # something changed meanwhile
                continue
            if agreed:
                self._tap(whose)
            else:
                self._untap(whose)

    async def _agreed(self, whose: Whose) -> bool:
        org, room = whose[0].split("/")
        wish = partial(RecordTranscript, turn="", piece=0, started=0, ended=0)
        about = wish(room=room, person=whose[1], text="", language="und", recogniser="")
        state: Transcripts = await self.performer.look(about, self._context(org))
        return state.agreed

    def _tap(self, whose: Whose) -> None:
        if whose not in self._tapped:
            gathering = Gathering(*whose)
            untap = self.media.tap(*whose, partial(self._heard, gathering))
            self._tapped[whose] = Tapped(gathering, untap)

    def _untap(self, whose: Whose) -> None:
        if tapped := self._tapped.pop(whose, None):
            tapped.untap()

    def _heard(self, gathering: Gathering, packet: Packet, at: int) -> None:
        self._put(gathering.heard(packet, at))

    def _put(self, utterance: Utterance | None) -> None:
        if utterance is not None:
            self.transcriber.put(utterance)

    async def _record(self, utterance: Utterance, heard: Heard) -> bool:
        org, room = utterance.room.split("/")
        wish = RecordTranscript(
            room=room,
            person=utterance.person,
            turn=utterance.turn,
            piece=utterance.piece,
            started=utterance.started,
            ended=utterance.ended,
            text=heard.text.strip()[:LONGEST],
            language=heard.language if LANGUAGE.fullmatch(heard.language) else "und",
            recogniser=self.recogniser.name,
        )
        while True:
            try:
                await self.performer.perform(wish, self._context(org))
                return True
            except LogUnavailable:
                await asyncio.sleep(RETRY)
            except Refused as refusal:
                logger.info("a transcript was refused: %s", refusal.code)
                return False

    def _context(self, org: str) -> Context:
        return Context(org=org, actor="voice", role="service", at=self.clock())
