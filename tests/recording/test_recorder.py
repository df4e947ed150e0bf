"""What the log names is a file with that hash, of that person alone, and plays what was said."""

import asyncio
import errno
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as holds
from hypothesis import settings
from hypothesis import strategies as st

from adapters import sound_format
from adapters.postgres_log import PostgresLog
from adapters.sound_files import SoundFiles
from adapters.sound_format import Damaged, header_of, opened, whole
from domain.events import Event
from domain.people import PersonErased
from domain.recording import RecordingStopped, SegmentKept, SoundIsGone
from rooms.recording.files import Whose
from tests.recording.given import ORG, ROOM, a_recorded_room, context, files, kept
from tests.recording.given import recorder as made
from tests.recording.spoken import START, decoded, encoded, loudness, packets, pitch

LOW, HIGH = packets(encoded((400, 2000))), packets(encoded((1000, 2000)), ssrc=9)
ADA = Whose(ORG, ROOM, "ada", "r1", "s1")


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not true():  # noqa: ASYNC110 - files tell nobody that they are there
            await asyncio.sleep(0.005)


async def on_record(log: PostgresLog, many: int, kind: type[Event] = SegmentKept) -> list[Any]:
    """As soon as so many events of a kind are there."""
    async with asyncio.timeout(5):
        found: list[Event] = []
        async for batch in log.follow():
            found += [each.event for each in batch if isinstance(each.event, kind)]
            if len(found) >= many:
                break
    return found


async def test_a_segment_is_on_record_with_its_hash_and_plays_what_was_said(
    private, voices, sounds, recorder
):
    await a_recorded_room(private, "ada")
    recorder.record(ORG, ROOM, "r1", ["ada"])
    voices.say("ada", LOW)
    recorder.stop(ORG, ROOM)
    [segment] = await on_record(private, 1)
    assert (segment.room, segment.person, segment.recording, segment.codec) == (ROOM, "ada", "r1", "opus")
    assert (segment.started, segment.ended) == (START, START + 2000)
    assert sounds.hash(ORG, "ada", segment.segment) == segment.sha256
    assert pitch(decoded(await sounds.read(ORG, "ada", segment.segment)), 1000) == pytest.approx(400, abs=20)


async def test_each_person_has_files_of_their_own_with_nobody_elses_sound(private, voices, sounds, recorder):
    await a_recorded_room(private, "ada", "ben")
    recorder.record(ORG, ROOM, "r1", ["ada", "ben"])
    voices.say("ada", LOW)
    voices.say("ben", HIGH)
    voices.say("cem", HIGH)
    recorder.stop(ORG, ROOM)
    found = {each.person: each for each in await on_record(private, 2)}
    assert found.keys() == {"ada", "ben"}
    for person, hertz in (("ada", 400), ("ben", 1000)):
        heard = decoded(await sounds.read(ORG, person, found[person].segment))
        assert [pitch(heard, ms) for ms in (500, 1000, 1500)] == [pytest.approx(hertz, abs=20)] * 3
    assert found["ben"].started == found["ada"].ended


async def test_whoever_is_recorded_no_longer_is_not_even_listened_to(private, voices, recorder):
    await a_recorded_room(private, "ada", "ben")
    recorder.record(ORG, ROOM, "r1", ["ada", "ben"])
    voices.say("ada", LOW[:50])
    recorder.release(ORG, "ada")
    assert voices.tapped == {"ben"}
    voices.say("ada", LOW[50:])
    [segment] = await on_record(private, 1)
    assert segment.ended - segment.started == 1000
    assert set(recorder.recorded(ORG, ROOM)) == {"ben"}
    recorder.stop(ORG, ROOM)
    assert voices.tapped == set()


async def test_what_was_said_after_a_withdrawal_is_not_kept_though_it_is_learned_of_later(
    private, voices, sounds
):
    await a_recorded_room(private, "ada")
    recorder = made(private, voices, sounds)
    recorder.record(ORG, ROOM, "r1", ["ada"])
    voices.say("ada", LOW[:50])
    withdrawn = voices.now
    voices.say("ada", LOW[50:])
    recorder.release(ORG, "ada", since=withdrawn)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(recorder.run())
        [segment] = await on_record(private, 1)
        running.cancel()
    assert (segment.started, segment.ended) == (START, withdrawn + 20)


async def test_a_pause_ends_a_segment_and_who_speaks_again_begins_another(private, voices, recorder):
    await a_recorded_room(private, "ada")
    recorder.record(ORG, ROOM, "r1", ["ada"])
    voices.say("ada", LOW[:50])
    voices.now += 5000
    [first] = await on_record(private, 1)
    voices.say("ada", LOW[50:])
    voices.now += 5000
    second = (await on_record(private, 2))[1]
    assert (first.ended, second.started) == (START + 1000, START + 6000)


async def test_long_talk_is_several_files_without_a_seam(private, voices, sounds, monkeypatch):
    await a_recorded_room(private, "ada")
    recorder = made(private, voices, sounds, longest=600)
    recorder.record(ORG, ROOM, "r1", ["ada"])
    voices.say("ada", LOW)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(recorder.run())
        await on_record(private, 3)
        running.cancel()
    found = await kept(private)
    assert [each.started - START for each in found] == [0, 600, 1200, 1800]
    assert [each.ended - START for each in found] == [600, 1200, 1800, 2000]


async def test_no_file_holds_sound_in_clear_and_a_changed_one_is_not_played(
    private, voices, sounds, recorder
):
    await a_recorded_room(private, "ada")
    recorder.record(ORG, ROOM, "r1", ["ada"])
    voices.say("ada", LOW)
    recorder.stop(ORG, ROOM)
    [segment] = await on_record(private, 1)
    await until(lambda: [*sounds.names()])
    path = sounds.folder / ORG / "ada" / f"{segment.segment}.sound"
    data = path.read_bytes()
    assert b"OggS" not in data
    assert b"Opus" not in data
    assert not any(packet.payload in data for packet in LOW)
    path.write_bytes(data[:-1] + bytes((data[-1] ^ 1,)))
    with pytest.raises(SoundIsGone):
        await sounds.read(ORG, "ada", segment.segment)


async def test_the_sound_of_somebody_whose_key_is_destroyed_is_unreadable(private, voices, sounds, recorder):
    await a_recorded_room(private, "ada")
    recorder.record(ORG, ROOM, "r1", ["ada"])
    voices.say("ada", LOW)
    recorder.stop(ORG, ROOM)
    [segment] = await on_record(private, 1)
    await private.vault.destroy(ORG, "ada")
    assert sounds.hash(ORG, "ada", segment.segment) == segment.sha256
    with pytest.raises(SoundIsGone):
        await sounds.read(ORG, "ada", segment.segment)


async def test_of_whoever_is_erased_while_they_speak_nothing_is_left(private, voices, sounds, recorder):
    await a_recorded_room(private, "ada")
    recorder.record(ORG, ROOM, "r1", ["ada"])
    voices.say("ada", LOW)
    await until(lambda: [*sounds.folder.glob("*/*/*.part")])
    await private.append([PersonErased(person="ada", rooms=())], context("root", "admin"))
    recorder.release(ORG, "ada", forget=True)
    await until(lambda: not [*sounds.folder.glob("*/*/*")])
    assert await kept(private) == []


async def test_what_is_open_when_the_node_stops_is_on_record_before_it_does(private, voices, sounds):
    await a_recorded_room(private, "ada")
    recorder = made(private, voices, sounds)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(recorder.run())
        recorder.record(ORG, ROOM, "r1", ["ada"])
        voices.say("ada", LOW)
        await asyncio.sleep(0)
        running.cancel()
    [segment] = await kept(private)
    assert segment.ended - segment.started == 2000
    assert sounds.hash(ORG, "ada", segment.segment) == segment.sha256
    assert voices.tapped == set()


async def test_a_full_disk_ends_the_recording_and_what_was_written_is_kept(
    private, voices, sounds, recorder, monkeypatch
):
    await a_recorded_room(private, "ada")
    recorder.record(ORG, ROOM, "r1", ["ada"])
    voices.say("ada", LOW[:80])
    await until(lambda: [*sounds.folder.glob("*/*/*.part")])

    def full(handle: int, data: bytes, at: int) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(sound_format.os, "pwrite", full)
    voices.say("ada", LOW[80:])
    voices.now += 5000
    [segment] = await on_record(private, 1)
    assert 1000 <= segment.ended - segment.started <= 1600
    assert loudness(decoded(await sounds.read(ORG, "ada", segment.segment)), 900) > 0.05
    await until(lambda: voices.tapped == set())
    [stopped] = await on_record(private, 1, RecordingStopped)
    assert stopped.why == "full"


async def test_recordings_take_no_more_than_they_may(private, voices, tmp_path, monkeypatch):
    await a_recorded_room(private, "ada")
    small = files(private, tmp_path, most=1000)
    assert not small.full()
    recorder = made(private, voices, small)
    monkeypatch.setattr("rooms.recording.recorder.LOOKS", 0.0)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(recorder.run())
        recorder.record(ORG, ROOM, "r1", ["ada"])
        voices.say("ada", LOW)
        await until(small.full)
        await on_record(private, 1)
        await until(lambda: voices.tapped == set())
        running.cancel()
    [stopped] = await on_record(private, 1, RecordingStopped)
    assert stopped.why == "full"


async def left_behind(sounds: SoundFiles, spoken: bytes = b"") -> Path:
    """What there is of a file whose writer was killed."""
    growing = sounds.begin(ADA, START, await sounds.key(ORG, "ada"))
    growing.write(spoken or ogg())
    os.close(growing._writing.handle)
    return sounds.folder / ORG / "ada" / "s1.part"


def ogg() -> bytes:
    from rooms.recording.sound import Sound  # noqa: PLC0415

    sound, at = Sound(LOW[0], START, 1, longest=60_000), START
    for packet in LOW:
        sound.add(packet, at)
        at += 20
    return sound.pages(at, closing=True)


async def test_what_somebody_left_who_was_killed_is_finished_at_the_next_start(private, voices, sounds):
    await a_recorded_room(private, "ada")
    path = await left_behind(sounds)
    with path.open("ab") as file:
        file.write(b"\0\0\1\0 and half a piece")
    recorder = made(private, voices, sounds)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(recorder.run())
        [segment] = await on_record(private, 1)
        await until(lambda: not path.with_suffix(".done").exists())
        running.cancel()
    assert (segment.started, segment.ended) == (START, START + 2000)
    assert [*sounds.names()] == [(ORG, "ada", "s1")]
    assert sounds.hash(ORG, "ada", "s1") == segment.sha256
    assert pitch(decoded(await sounds.read(ORG, "ada", "s1")), 1000) == pytest.approx(400, abs=20)


async def test_a_file_that_somebody_else_writes_is_left_alone(private, sounds):
    await a_recorded_room(private, "ada")
    growing = sounds.begin(ADA, START, await sounds.key(ORG, "ada"))
    growing.write(ogg())
    assert [found async for found in sounds.leftovers()] == []
    finished = growing.finish(START + 2000)
    assert [found async for found in sounds.leftovers()] == [finished]


async def test_what_nothing_can_be_read_of_is_removed(private, sounds):
    await a_recorded_room(private, "ada")
    path = await left_behind(sounds)
    for remains in (b"", path.read_bytes()[:40], path.read_bytes()[:300]):
        path.write_bytes(remains)
        assert [found async for found in sounds.leftovers()] == []
        assert not path.exists()


async def test_a_leftover_that_was_never_agreed_to_is_removed(private, voices, sounds):
    path = await left_behind(sounds)
    recorder = made(private, voices, sounds)
    async with asyncio.TaskGroup() as group:
        running = group.create_task(recorder.run())
        await until(lambda: not path.exists() and not path.with_suffix(".done").exists())
        running.cancel()
    assert await kept(private) == []
    assert [*sounds.folder.glob("*/*/*")] == []


async def test_a_slow_disk_loses_packets_and_counts_them_but_never_holds_up_the_voices(
    private, voices, sounds, monkeypatch
):
    monkeypatch.setattr("rooms.recording.take.WAITING", 60)
    recorder = made(private, voices, sounds)
    recorder.record(ORG, ROOM, "r1", ["ada"])
    voices.say("ada", LOW)
    await a_recorded_room(private, "ada")
    async with asyncio.TaskGroup() as group:
        running = group.create_task(recorder.run())
        recorder.stop(ORG, ROOM)
        await on_record(private, 1)
        running.cancel()
    assert recorder.lost == 40


@settings(max_examples=60)
@holds(st.data())
def test_a_file_cut_anywhere_reads_up_to_there_and_damage_is_always_seen(data):
    header = sound_format.Header(*ADA, started=START, closed=b"closed")
    plain, bound = bytes(32), sound_format._framed(header)
    pieces = data.draw(st.lists(st.binary(max_size=40), max_size=6))
    written = bound + b"".join(_piece(plain, bound, n, piece) for n, piece in enumerate(pieces))
    assert opened(written, plain) == b"".join(pieces)
    cut = data.draw(st.integers(len(bound), len(written)))
    assert b"".join(pieces).startswith(opened(whole(written[:cut], plain), plain))
    at = data.draw(st.integers(0, len(written) - 1))
    spoilt = written[:at] + bytes((written[at] ^ data.draw(st.integers(1, 255)),)) + written[at + 1 :]
    with suppress(Damaged):
        assert opened(spoilt, plain) != b"".join(pieces) or header_of(spoilt) != header or not pieces


def _piece(plain: bytes, bound: bytes, number: int, piece: bytes) -> bytes:
    closed = sound_format.AESGCM(plain).encrypt(number.to_bytes(12, "big"), piece, bound)
    return len(closed).to_bytes(4, "big") + closed
