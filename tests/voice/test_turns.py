"""Speech turns from levels alone: no packets, no clocks."""

import pickle
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms.voice.speech import Speech
from rooms.voice.turns import Ended, Mark, Started, Tuning, TurnDetector

LOUD, QUIET, MUTED = 25, 65, 127


def detect(levels: list[tuple[int, int]], end: int) -> list[Mark]:
    detector = TurnDetector()
    marks: list[Mark] = []
    for at, level in levels:
        marks += detector.heard(at, level)
    return marks + list(detector.tick(end))


def packets(*parts: tuple[int, int]) -> list[tuple[int, int]]:
    """Packets every 20 ms: so many ms of this level, then of that."""
    levels = [level for ms, level in parts for _ in range(ms // 20)]
    return [(20 * (n + 1), level) for n, level in enumerate(levels)]


def test_speech_between_silences_is_one_turn_with_its_exact_times():
    heard = packets((1000, QUIET), (800, LOUD), (1000, QUIET))
    assert detect(heard, 5000) == [Started(1000), Ended(1000, 1800)]


def test_a_short_pause_does_not_end_a_turn():
    heard = packets((1000, QUIET), (500, LOUD), (400, QUIET), (500, LOUD), (1000, QUIET))
    assert detect(heard, 5000) == [Started(1000), Ended(1000, 2400)]


def test_a_long_pause_makes_two_turns():
    heard = packets((1000, QUIET), (500, LOUD), (700, QUIET), (500, LOUD), (1000, QUIET))
    assert [mark for mark in detect(heard, 5000) if isinstance(mark, Ended)] == [
        Ended(1000, 1500),
        Ended(2200, 2700),
    ]


def test_a_backchannel_is_told_too():
    heard = packets((1000, QUIET), (300, LOUD), (1000, QUIET))
    assert detect(heard, 5000)[-1] == Ended(1000, 1300)


def test_a_click_is_no_turn():
    assert detect(packets((1000, QUIET), (40, 10), (1000, QUIET), (40, 10), (1000, QUIET)), 9000) == []


def test_a_turn_ends_by_the_clock_when_packets_stop():
    detector = TurnDetector()
    for at, level in packets((1000, MUTED), (500, LOUD)):
        detector.heard(at, level)
    assert detector.tick(1999) == ()
    assert detector.tick(2000) == (Ended(1000, 1500),)
    assert detector.tick(9000) == ()


def test_a_turn_is_closed_when_the_voice_ends():
    detector = TurnDetector()
    for at, level in packets((1000, MUTED), (500, LOUD)):
        detector.heard(at, level)
    assert detector.close() == (Ended(1000, 1500),)
    assert detector.close() == ()


def test_a_steady_noise_is_no_speech():
    assert detect(packets((20_000, 40)), 30_000) == []


def test_typing_is_no_speech_and_prolongs_none():
    typing = [(60, QUIET), (40, 10)] * 30
    assert detect(packets((4000, QUIET), *typing), 20_000) == []
    marks = detect(packets((4000, QUIET), (1000, LOUD), *typing, (2000, QUIET)), 20_000)
    assert marks == [Started(4000), Ended(4000, 5000)]


def test_what_fades_in_and_out_of_a_turn_is_part_of_it():
    heard = packets((4000, QUIET), (40, 59), (40, 58), (1000, LOUD), (60, 60), (2000, QUIET))
    assert detect(heard, 20_000) == [Started(4000), Ended(4000, 5140)]


@pytest.mark.parametrize("loudness", [15, 25, 35, 45])
def test_a_noise_that_wavers_is_no_speech_and_hides_none_that_is_louder(loudness):
    chance = Random(loudness)
    noise = [loudness + 12 + round(chance.gauss(0, 2)) for _ in range(1500)]
    speech = [loudness] * 50
    levels = [*noise, *speech, *noise]
    marks = detect([(20 * (n + 1), level) for n, level in enumerate(levels)], 90_000)
    assert [type(mark) for mark in marks] == [Started, Ended]
    ended = marks[-1]
    assert isinstance(ended, Ended)
    assert abs(ended.started - 30_000) <= 60
    assert abs(ended.ended - 31_000) <= 60


def test_speech_over_a_steady_noise_is_found():
    noise = 40
    heard = packets((4000, noise), (1000, LOUD), (2000, noise))
    assert detect(heard, 20_000) == [Started(4000), Ended(4000, 5000)]


def test_a_noise_that_begins_is_speech_for_three_seconds_at_most():
    marks = detect(packets((2000, MUTED), (60_000, 40)), 90_000)
    assert len(marks) == 2
    ended = marks[-1]
    assert isinstance(ended, Ended)
    assert ended.ended - ended.started <= 3500


def test_a_muted_microphone_is_silent():
    assert detect(packets((5000, MUTED)), 10_000) == []


times = st.integers(0, 10**13)
steps = st.lists(st.tuples(st.integers(-100, 900), st.integers(0, 127), st.booleans()), max_size=300)


def run(start: int, steps: list[tuple[int, int, bool]], tuning: Tuning | None = None) -> list[Mark]:
    """Each step: ms since the last, a level, and whether the clock ticks before it."""
    detector, marks, at = TurnDetector(tuning), list[Mark](), start
    for passed, level, tick in steps:
        at = max(0, at + passed)
        if tick:
            marks += detector.tick(at)
        marks += detector.heard(at, level)
    return marks + list(detector.close())


@given(times, steps)
def test_turns_are_whole_forward_and_never_overlap(start, steps):
    marks = run(start, steps)
    assert all(isinstance(mark, Started if n % 2 == 0 else Ended) for n, mark in enumerate(marks))
    turns = [mark for mark in marks if isinstance(mark, Ended)]
    assert [mark.at for mark in marks if isinstance(mark, Started)] == [turn.started for turn in turns]
    for turn in turns:
        assert type(turn.started) is int
        assert type(turn.ended) is int
        assert 0 <= turn.started < turn.ended
    assert all(one.ended < other.started for one, other in pairwise(turns))


def test_ten_minutes_of_four_people_are_told_within_three_percent():
    """Packets of each come a little early or late, one in twenty is lost, and all have noise."""
    for person in range(4):
        chance, played, levels = Random(person), 0, list[int]()
        while len(levels) < 30_000:
            talk = chance.randrange(20, 200)
            levels += [round(chance.gauss(62, 1)) for _ in range(chance.randrange(50, 300))]
            levels += [max(0, round(chance.gauss(27, 5))) for _ in range(talk)]
            played += 20 * talk
        late = [(20 * (n + 1) + chance.randrange(40), level) for n, level in enumerate(levels)]
        marks = detect([each for each in late if chance.random() > 0.05], 10**7)
        told = sum(mark.ended - mark.started for mark in marks if isinstance(mark, Ended))
        assert abs(told - played) <= 0.03 * played


@given(times, steps)
def test_a_turn_ends_in_time_however_packets_come(start, steps):
    """Half a second after the last packet nobody speaks any more, and nothing is announced twice."""
    detector, at = TurnDetector(), start
    for passed, level, _ in steps:
        at = max(0, at + passed)
        detector.heard(at, level)
    latest = max((sum(p for p, _, _ in steps[: n + 1]) for n in range(len(steps))), default=0)
    detector.tick(start + max(0, latest) + 10**4)
    assert not detector.speaking
    assert detector.close() == ()


@given(times, st.lists(st.tuples(st.integers(-100, 900), st.integers(0, 127)), min_size=1, max_size=60))
def test_what_a_detector_remembers_does_not_grow(start, steps):
    detector, at = TurnDetector(), start
    for passed, level in steps * 12:
        at = max(0, at + passed)
        detector.heard(at, level)
    assert len(pickle.dumps(detector)) <= 2000


@given(times, steps)
def test_the_same_levels_are_the_same_turns_however_often_the_clock_ticks(start, steps):
    ticking = [(passed, level, True) for passed, level, _ in steps]
    silent = [(passed, level, False) for passed, level, _ in steps]
    assert run(start, steps) == run(start, steps) == run(start, ticking) == run(start, silent)


@given(st.lists(st.tuples(st.integers(40, 150), st.integers(1, 150)), min_size=1, max_size=12))
def test_turns_are_just_what_was_loud(parts):
    """Pauses of at least 800 ms, turns of at least 80 ms, in packets of 20 ms."""
    heard = packets(*((20 * ms, level) for pause, talk in parts for ms, level in _pair(pause, talk)))
    expected, at = [], 0
    for pause, talk in parts:
        at += 20 * pause
        expected.append(Ended(at, at + 20 * min(talk + 3, 100)))
        at += 20 * min(talk + 3, 100)
    assert [mark for mark in detect(heard, at + 1000) if isinstance(mark, Ended)] == expected


def _pair(pause: int, talk: int) -> list[tuple[int, int]]:
    return [(pause, QUIET), (min(talk + 3, 100), LOUD)]


@given(st.lists(st.tuples(st.sampled_from([20, 20, 20, 60, 400]), st.sampled_from([25, 40, 59, 65, 127]))))
def test_what_waits_for_the_next_tick_makes_the_same_turns(packets):
    detector, speech, at = TurnDetector(), Speech(), 1000
    expected, found = list[Mark](), list[Mark]()
    for step, level in packets:
        at += step
        expected += detector.heard(at, level)
        found += speech.heard(at, level)
        if at % 100 == 0:
            expected += detector.tick(at)
            found += speech.tick(at)
        assert found == expected[: len(found)]
        assert [each for each in expected[len(found) :] if isinstance(each, Started)] == []
    assert [*found, *speech.close()] == [*expected, *detector.close()]
