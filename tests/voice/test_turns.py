"""Speech turns from levels alone: no packets, no clocks."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

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


@given(times, steps)
def test_the_same_levels_are_the_same_turns_however_often_the_clock_ticks(start, steps):
    ticking = [(passed, level, True) for passed, level, _ in steps]
    silent = [(passed, level, False) for passed, level, _ in steps]
    assert run(start, steps) == run(start, steps) == run(start, ticking) == run(start, silent)


@given(st.lists(st.tuples(st.integers(40, 150), st.integers(1, 150)), min_size=1, max_size=12))
def test_turns_are_just_what_was_loud(parts):
    """Pauses of at least 800 ms, turns of at least 60 ms, in packets of 20 ms."""
    heard = packets(*((20 * ms, level) for pause, talk in parts for ms, level in _pair(pause, talk)))
    expected, at = [], 0
    for pause, talk in parts:
        at += 20 * pause
        expected.append(Ended(at, at + 20 * min(talk + 2, 100)))
        at += 20 * min(talk + 2, 100)
    assert [mark for mark in detect(heard, at + 1000) if isinstance(mark, Ended)] == expected


def _pair(pause: int, talk: int) -> list[tuple[int, int]]:
    return [(pause, QUIET), (min(talk + 2, 100), LOUD)]
