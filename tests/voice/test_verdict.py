"""What is believed of turns that are loud, packet by packet."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from rooms.voice.verdict import Believed, Over, Told, Verdict


def judged(*parts: tuple[int, float | None], opened: int = 1000, late: int = 500) -> list[Told]:
    """A turn by its levels, of so many ms of packets that are so likely speech, and its end."""
    verdict, at = Verdict(), opened
    verdict.opened("t", opened)
    found = list[Told]()
    for ms, likely in parts:
        for _ in range(ms // 20):
            at += 20
            found += verdict.judged(at, likely)
    for _ in range(late // 20):
        found += verdict.judged(at, 0.0)
    return found + verdict.closed(at)


def test_speech_is_believed_from_its_start_to_its_end():
    assert judged((1000, 0.9)) == [Believed("t", 1000), Over("t", 1000, 2000)]


def test_what_is_no_speech_is_never_told():
    assert judged((5000, 0.1)) == []


def test_a_moment_that_seems_like_speech_is_not_enough():
    assert judged((500, 0.1), (40, 0.9), (500, 0.1), (40, 0.9), (500, 0.1)) == []


def test_a_soft_beginning_and_end_are_part_of_it():
    assert judged((200, 0.1), (1000, 0.9), (200, 0.1)) == [Believed("t", 1000), Over("t", 1000, 2400)]


def test_speech_that_begins_while_it_is_loud_begins_there():
    assert judged((2000, 0.1), (1000, 0.9)) == [Believed("t", 2940), Over("t", 2940, 4000)]


def test_speech_ends_though_it_stays_loud_and_may_come_again():
    told = judged((1000, 0.9), (2000, 0.1), (1000, 0.9))
    assert told == [
        Believed("t", 1000),
        Over("t", 1000, 2000),
        Believed("t-2", 3940),
        Over("t-2", 3940, 5000),
    ]


def test_without_a_judgement_levels_are_believed():
    assert judged((1000, None), late=0) == [Believed("t", 1000), Over("t", 1000, 2000)]


likely = st.one_of(st.none(), st.floats(0, 1))
turns = st.lists(st.lists(st.tuples(st.integers(0, 700), likely), max_size=60), min_size=1, max_size=6)


@given(turns)
def test_what_is_told_is_forward_and_never_overlaps(turns):
    verdict, told, at = Verdict(), list[Told](), 0
    for n, packets in enumerate(turns):
        at += 600
        verdict.opened(f"t{n}", at)
        for passed, each in packets:
            at += passed
            told += verdict.judged(at, each)
        told += verdict.closed(at)
    assert all(isinstance(each, Believed if n % 2 == 0 else Over) for n, each in enumerate(told))
    believed, over = told[::2], [each for each in told if isinstance(each, Over)]
    assert [(e.turn, e.at) for e in believed if isinstance(e, Believed)] == [
        (e.turn, e.started) for e in over
    ]
    assert all(each.started < each.ended for each in over)
    assert all(one.ended < other.started for one, other in pairwise(over))
    assert len({each.turn for each in over}) == len(over)
