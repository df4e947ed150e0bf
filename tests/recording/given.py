"""A room that may be recorded, a voice whose packets come when we say, and files to look into."""

from collections.abc import Callable, Collection
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from adapters.postgres_log import PostgresLog
from adapters.sound_files import SoundFiles
from domain.commands import ROUTES
from domain.deciding import Command
from domain.events import Context, Role
from domain.people import GiveConsent, Register
from domain.recording import SegmentKept, StartRecording
from domain.rooms import JoinRoom, OpenRoom
from realtime.perform import Performer
from rooms.recording.recorder import Recorder
from rooms.voice.engine import Hear
from rooms.voice.rtp import Packet
from tests.log.given import events
from tests.recording.spoken import START

ORG, ROOM = "school", "algebra"


class Voices:
    """Packets on their way through an engine, which says when they were heard."""

    def __init__(self) -> None:
        self.now = START
        self._taps: dict[tuple[str, str], Hear] = {}

    def tap(self, room: str, person: str, hear: Hear) -> Callable[[], None]:
        self._taps[room, person] = hear
        return lambda: self._taps.pop((room, person), None) and None

    def clock(self) -> datetime:
        return datetime.fromtimestamp(self.now / 1000, UTC)

    @property
    def tapped(self) -> Collection[str]:
        return {person for _, person in self._taps}

    def say(self, person: str, spoken: Collection[Packet], room: str = ROOM) -> None:
        """20 ms each, as fast as may be."""
        for packet in spoken:
            hear = self._taps.get((f"{ORG}/{room}", person))
            if hear is not None:
                hear(packet, self.now)
            self.now += 20


def files(log: PostgresLog, folder: Path, *, most: int = 2**30) -> SoundFiles:
    assert log.vault is not None
    return SoundFiles(folder / "recordings", log.vault, most=most, spare=0)


def context(actor: str, role: Role = "student") -> Context:
    return Context(org=ORG, actor=actor, role=role, at=datetime.fromtimestamp(START / 1000, UTC))


async def performed(log: PostgresLog, actor: str, *commands: Command, role: Role = "student") -> None:
    performer = Performer(log, ROUTES)
    for command in commands:
        await performer.perform(command, context(actor, role))


async def a_recorded_room(log: PostgresLog, *persons: str, room: str = ROOM, recording: str = "r1") -> None:
    """These persons are in it, and have agreed to be heard and recorded."""
    await performed(log, "tess", OpenRoom(room=room, title="Algebra", capacity=9), role="tutor")
    for person in persons:
        await performed(log, person, Register(person=person, name=person.title()), JoinRoom(room=room))
        await performed(log, person, GiveConsent(scope="voice"), GiveConsent(scope="recording"))
    await performed(log, "tess", StartRecording(room=room, recording=recording), role="tutor")


def recorder(log: PostgresLog, voices: Voices, sounds: SoundFiles, *, longest: int = 120_000) -> Recorder:
    names = count(1)
    performer = Performer(log, ROUTES)
    return Recorder(
        voices.tap, sounds, performer.perform, voices.clock, lambda: f"s{next(names)}", longest=longest
    )


async def kept(log: PostgresLog) -> list[SegmentKept]:
    return [event for event in await events(log) if isinstance(event, SegmentKept)]
