"""What is recorded is held against the log, leaves when its time is over, and goes with its person."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.postgres_log import PostgresLog
from adapters.sound_files import SoundFiles
from domain.commands import ROUTES
from domain.people import PersonErased
from domain.recording import KeepSegment, RemoveSegment, SegmentRemoved
from infra.recorded import Expiring, check_recordings
from realtime.perform import Performer
from rooms.recording.files import Whose
from rooms.recording.sound import Sound
from tests.log.given import events
from tests.recording.given import ORG, ROOM, a_recorded_room, context, performed
from tests.recording.spoken import START, encoded, packets

SPOKEN = packets(encoded((0, 200)))
DAY = 86_400_000


async def recorded(log: PostgresLog, sounds: SoundFiles, segment: str, started: int = START) -> Path:
    """A segment of Ada's, on record; its file."""
    whose = Whose(ORG, ROOM, "ada", "r1", segment)
    sound = Sound(SPOKEN[0], started, 1, longest=1000)
    growing = sounds.begin(whose, started, await sounds.key(ORG, "ada"))
    for number, packet in enumerate(SPOKEN):
        sound.add(packet, started + 20 * number)
    growing.write(sound.pages(started, closing=True))
    found = growing.finish(sound.ended)
    wish = KeepSegment(
        room=ROOM,
        person="ada",
        segment=segment,
        recording="r1",
        started=started,
        ended=sound.ended,
        size=found.size,
        sha256=found.sha256,
    )
    await performed(log, "recorder", wish, role="service")
    sounds.keep(whose)
    return sounds.folder / ORG / "ada" / f"{segment}.sound"


async def wrong(log: PostgresLog, sounds: SoundFiles) -> list[str]:
    return await check_recordings(log, sounds, lambda *_: None)


@pytest.fixture
async def path(private: PostgresLog, sounds: SoundFiles) -> Path:
    await a_recorded_room(private, "ada")
    return await recorded(private, sounds, "s1")


async def test_recordings_as_they_were_made_are_right(private, sounds, path):
    assert await wrong(private, sounds) == []
    path.rename(path.with_suffix(".done"))  # killed after the log knew of it
    assert await wrong(private, sounds) == []


async def test_any_byte_that_was_altered_is_noticed(private, sounds, path):
    before = path.read_bytes()
    for at in (0, 100, len(before) // 2, len(before) - 1):
        path.write_bytes(before[:at] + bytes((before[at] ^ 1,)) + before[at + 1 :])
        assert await wrong(private, sounds) == ["recording s1 (position 7): its file was altered"]
    path.write_bytes(before + b"\0")
    assert await wrong(private, sounds) == ["recording s1 (position 7): its file was altered"]
    path.write_bytes(before)
    assert await wrong(private, sounds) == []


async def test_a_file_that_is_missing_swapped_or_inserted_is_named(private, sounds, path):
    other = await recorded(private, sounds, "s2", START + 5000)
    first, second = path.read_bytes(), other.read_bytes()
    path.write_bytes(second)
    other.write_bytes(first)
    assert len(await wrong(private, sounds)) == 2
    path.write_bytes(first)
    other.unlink()
    path.with_name("s3.sound").write_bytes(first)
    assert await wrong(private, sounds) == [
        "recording s2 (position 8): its file is missing",
        "recording s3: the log knows of no such file",
    ]


async def test_what_was_removed_or_erased_is_not_missed(private, sounds, path):
    await recorded(private, sounds, "s2")
    await performed(private, "recorder", RemoveSegment(segment="s1", why="expired"), role="service")
    assert await wrong(private, sounds) == []  # its file may still be on its way out
    path.unlink()
    assert await wrong(private, sounds) == []
    await private.append([PersonErased(person="ada", rooms=())], context("root", "admin"))
    sounds.forget(ORG, "ada")
    assert await wrong(private, sounds) == []


async def test_recordings_are_removed_when_their_time_is_over_and_the_log_says_so(private, sounds, path):
    later = await recorded(private, sounds, "s2", START + 2 * DAY)
    now = datetime.fromtimestamp(START / 1000, UTC) + timedelta(days=31)
    expiring = Expiring(sounds, Performer(private, ROUTES).perform, lambda: now, days=30)
    await expiring.look()
    assert (path.exists(), later.exists()) == (False, True)
    removed = SegmentRemoved(room=ROOM, person="ada", segment="s1", why="expired")
    assert [each for each in await events(private) if isinstance(each, SegmentRemoved)] == [removed]
    await expiring.look()
    assert await wrong(private, sounds) == []


async def test_a_removal_that_was_killed_halfway_is_finished_later(private, sounds, path):
    await performed(private, "recorder", RemoveSegment(segment="s1", why="expired"), role="service")
    now = datetime.fromtimestamp(START / 1000, UTC) + timedelta(days=31)
    await Expiring(sounds, Performer(private, ROUTES).perform, lambda: now, days=30).look()
    assert not path.exists()
    assert len([each for each in await events(private) if isinstance(each, SegmentRemoved)]) == 1
