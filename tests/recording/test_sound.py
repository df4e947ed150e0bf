"""Packets as they come become a file that keeps time, whatever is lost, late, or never sent."""

import random
from collections.abc import Sequence

import pytest

from rooms.recording.ogg import checksum, played
from rooms.recording.opus import CLOCK, missing, ticks
from rooms.recording.sound import PAUSE, Sound
from rooms.voice.rtp import Packet
from tests.recording.spoken import START, decoded, encoded, loudness, packets, pitch


def recorded(arriving: Sequence[tuple[Packet, int]], longest: int = 120_000) -> tuple[Sound, bytes]:
    """The packets, at these ms since the start; all must belong together."""
    first, at = arriving[0]
    sound, written = Sound(first, START + at, 1, longest=longest), b""
    for packet, when in arriving:
        assert sound.add(packet, START + when)
        written += sound.pages(START + when)
    return sound, written + sound.pages(START + arriving[-1][1], closing=True)


def in_time(sent: Sequence[Packet]) -> list[tuple[Packet, int]]:
    return [(packet, 20 * n) for n, packet in enumerate(sent)]


@pytest.fixture(scope="module")
def sent() -> list[Packet]:
    """A second of silence, one of a low tone, one of silence, one of a high tone."""
    return packets(encoded((0, 1000), (400, 1000), (0, 1000), (1000, 1000)))


def check(ogg: bytes) -> None:
    """What was said is played when it was said."""
    heard = decoded(ogg)
    assert [loudness(heard, ms) < 0.02 for ms in (500, 1500, 2500, 3500)] == [True, False, True, False]
    assert loudness(heard, 940) < 0.05 < loudness(heard, 1040)
    assert pitch(heard, 1400) == pytest.approx(400, abs=20)
    assert pitch(heard, 3400) == pytest.approx(1000, abs=20)


def test_what_was_said_is_played_when_it_was_said(sent):
    sound, ogg = recorded(in_time(sent))
    check(ogg)
    assert (sound.started, sound.ended) == (START, START + 4000)
    assert played(ogg) == 4000 * CLOCK


def test_packets_that_overtake_each_other_are_put_in_order(sent):
    dice = random.Random(7)
    arriving = sorted(
        ((packet, at + dice.randrange(120) * (at > 0)) for packet, at in in_time(sent)),
        key=lambda each: each[1],
    )
    assert [packet.sequence for packet, _ in arriving] != [packet.sequence for packet in sent]
    _, ogg = recorded(arriving)
    check(ogg)
    assert played(ogg) == 4000 * CLOCK


def test_what_was_lost_leaves_a_gap_of_its_length(sent):
    dice = random.Random(7)
    kept = [each for each in in_time(sent) if each[1] == 0 or dice.random() > 0.1]
    _, ogg = recorded(kept)
    assert 150 < len(kept) < len(sent)
    check(ogg)


def test_what_is_not_sent_in_silence_leaves_a_gap_of_its_length(sent):
    quiet = [(packet, at) for packet, at in in_time(sent) if at // 1000 % 2 or at % 400 in (0, 380)]
    _, ogg = recorded(quiet)
    check(ogg)
    assert played(ogg) == 4000 * CLOCK


def test_what_comes_twice_is_kept_once(sent):
    _, ogg = recorded([each for each in in_time(sent) for _ in range(2)])
    check(ogg)
    assert played(ogg) == 4000 * CLOCK


def test_a_segment_ends_when_it_is_long_enough_and_the_next_follows_without_a_seam(sent):
    first = Sound(sent[0], START, 1, longest=1500)
    taken = [packet for packet, at in in_time(sent) if first.add(packet, START + at)]
    assert len(taken) == 75
    ogg = first.pages(START + 1500, closing=True)
    second = Sound(sent[75], START + 1540, 1, longest=60_000, follows=first)  # it came late by 40 ms
    assert second.started == START + 1500 == first.ended
    for packet, at in in_time(sent)[75:]:
        assert second.add(packet, START + at)
    rest = decoded(second.pages(START + 4000, closing=True))
    assert pitch(decoded(ogg), 1300) == pytest.approx(400, abs=20)
    assert pitch(rest, 1900) == pytest.approx(1000, abs=20)


def test_the_fastest_packet_of_the_first_second_says_when_it_began(sent):
    late = [(packet, at + 80 if at < 100 else at) for packet, at in in_time(sent)]
    sound, ogg = recorded(sorted(late, key=lambda each: each[1]))
    assert sound.started == START
    check(ogg)


def test_a_pause_another_voice_or_a_clock_that_leaps_is_no_part_of_a_segment(sent):
    sound = Sound(sent[0], START, 1, longest=120_000)
    assert sound.add(sent[0], START)
    ahead = sent[1]._replace(timestamp=(sent[0].timestamp + (PAUSE + 20) * CLOCK) % 2**32)
    assert not sound.add(ahead, START + PAUSE + 20)
    assert not sound.add(sent[1]._replace(ssrc=8), START + 20)
    assert not sound.add(sent[1], START + 2000)  # its clock stood still meanwhile
    assert not sound.silent_at(START + PAUSE)
    assert sound.silent_at(START + PAUSE + 1)


@pytest.mark.parametrize("bad", [b"", b"\x03", b"\x7b\x3f" + bytes(50), b"\x7b\x00"])
def test_what_is_no_opus_is_left_out(sent, bad):
    spoilt = [(packet._replace(payload=bad) if at == 1500 else packet, at) for packet, at in in_time(sent)]
    assert ticks(bad) == 0
    _, ogg = recorded(spoilt)
    check(ogg)


def test_what_stands_in_for_lost_packets_is_as_long_as_they_were():
    for first in range(256):
        for length in (960, 120, 5760, 48_000, 1080):
            assert sum(map(ticks, missing(first, length))) == length


def test_the_checksum_is_that_of_the_standard():
    crc = 0
    page = bytes(range(256)) * 3
    for byte in page:
        crc ^= byte << 24
        for _ in range(8):
            crc = ((crc << 1) ^ 0x04C11DB7 if crc & 0x80000000 else crc << 1) & 0xFFFFFFFF
    assert checksum(page) == crc
