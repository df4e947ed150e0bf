"""Recorded sound in a house that runs, as if it had been spoken there."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from adapters.postgres_log import PostgresLog
from adapters.sound_files import SoundFiles
from domain.commands import ROUTES
from domain.deciding import Command
from domain.events import Context
from domain.people import GiveConsent
from domain.recording import KeepSegment, StartRecording
from infra.logs import log_at, sounds_of
from infra.settings import Settings
from infra.wiring import utc_now
from realtime.perform import Performer
from rooms.recording.files import Whose
from rooms.recording.sound import Sound
from rooms.voice.rtp import Packet
from tests.house import RunningHouse
from tests.realtime.guests import fresh


@asynccontextmanager
async def opened(house: RunningHouse) -> AsyncIterator[tuple[PostgresLog, SoundFiles]]:
    """The log and the files of the house."""
    settings = Settings.from_environment({"LYCEUM_HOME": str(house.home), **house.environment})
    async with log_at(house.environment["LYCEUM_POSTGRES"], settings) as log:
        yield log, sounds_of(log, settings)


async def stored(
    house: RunningHouse, room: str, person: str, spoken: Sequence[Packet], started: int, recording: str = "r1"
) -> str:
    """Have this as a segment of the room, which was recorded with the person's consent; its id."""
    whose = Whose("main", room, person, recording, fresh("s"))
    sound = Sound(spoken[0], started, 1, longest=3_600_000)
    async with opened(house) as (log, sounds):
        growing = sounds.begin(whose, started, await sounds.key("main", person))
        for number, packet in enumerate(spoken):
            sound.add(packet, started + 20 * number)
        growing.write(sound.pages(started + 20 * len(spoken), closing=True))
        found = growing.finish(sound.ended)
        wish = KeepSegment(
            room=room,
            person=person,
            segment=whose.segment,
            recording=recording,
            started=started,
            ended=sound.ended,
            size=found.size,
            sha256=found.sha256,
        )
        performer = Performer(log, ROUTES)
        await performer.perform(GiveConsent(scope="recording"), context(person))
        commands: list[Command] = [StartRecording(room=room, recording=recording), wish]
        for command in commands:
            await performer.perform(command, context("recorder"))
        sounds.keep(whose)
    return whose.segment


def context(actor: str) -> Context:
    return Context(org="main", actor=actor, role="service", at=utc_now())
