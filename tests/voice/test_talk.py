"""What follows from turns, told as it becomes certain."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from rooms.voice.talk import (
    LAG,
    SILENCE,
    Backchannel,
    Followed,
    Interrupted,
    Overlapped,
    Overlapping,
    Silence,
    Silent,
    Talk,
)

Turn = tuple[str, int, int]


def told(turns: list[Turn], late: int = 500, step: int = 100) -> list[tuple[int, Followed]]:
    """What is said of these turns, and when: each start is known 80 ms after it, each end `late` after it."""
    marks = [(started + 80, n, 0) for n, (_, started, _) in enumerate(turns)]
    marks += [(ended + late, n, 1) for n, (_, _, ended) in enumerate(turns)]
    talk, found, now = Talk(), list[tuple[int, Followed]](), 0
    for at, n, over in sorted(marks):
        while now + step <= at:
            now += step
            found += [(now, each) for each in talk.tick(now)]
        person, started, ended = turns[n]
        talk.spoke(person, f"t{n}", started, ended) if over else talk.speaking(person, f"t{n}", started)
    end = max(ended for _, _, ended in turns) + 5000
    while now < end:
        now += step
        found += [(now, each) for each in talk.tick(now)]
    return found


def follows(turns: list[Turn]) -> list[Followed]:
    return [each for _, each in told(turns) if not isinstance(each, Silent | Silence)]


def test_one_after_the_other_is_no_overlap_though_the_end_is_known_late():
    assert follows([("ada", 1000, 3000), ("ben", 3000, 6000), ("ada", 6100, 8000)]) == []


def test_two_at_once_overlap_from_the_later_start_to_the_earlier_end():
    turns = [("ada", 1000, 5000), ("ben", 4800, 9000)]
    assert follows(turns) == [Overlapping(("ada", "ben"), 4800), Overlapped(("ada", "ben"), 4800, 5000)]


def test_an_overlap_is_told_while_it_goes_on():
    at = {type(each): when for when, each in told([("ada", 1000, 9000), ("ben", 3000, 8000)])}
    assert 3000 + LAG <= at[Overlapping] < 5000
    assert 8000 <= at[Overlapped] < 10_000


def test_a_third_joins_the_overlap_that_there_is():
    turns = [("ada", 1000, 9000), ("ben", 3000, 8000), ("eve", 4000, 6000)]
    assert Overlapped(("ada", "ben", "eve"), 3000, 8000) in follows(turns)


def test_whoever_begins_and_goes_on_when_the_other_stops_has_interrupted():
    turns = [("ada", 1000, 5000), ("ben", 4000, 9000)]
    assert follows(turns)[1:] == [Interrupted("ben", "ada", 4000), Overlapped(("ada", "ben"), 4000, 5000)]


def test_a_quick_change_of_turns_is_no_interruption():
    assert not [e for e in follows([("ada", 0, 5000), ("ben", 4800, 9000)]) if isinstance(e, Interrupted)]


def test_whoever_gives_up_has_not_interrupted():
    assert not [e for e in follows([("ada", 0, 9000), ("ben", 4000, 6000)]) if isinstance(e, Interrupted)]


def test_an_interruption_is_one_only_when_it_lasts():
    lasts = follows([("ada", 0, 5000), ("ben", 4600, 9000)])
    ends = follows([("ada", 0, 5000), ("ben", 4600, 5250)])
    assert Interrupted("ben", "ada", 4600) in lasts
    assert not [each for each in ends if isinstance(each, Interrupted)]


def test_something_short_while_another_speaks_is_a_backchannel():
    turns = [("ada", 0, 9000), ("ben", 4000, 4600)]
    assert Backchannel("ben", "ada", 4000, 4600) in follows(turns)


def test_something_short_alone_is_none():
    assert follows([("ada", 0, 3000), ("ben", 4000, 4600)]) == []


def test_a_silence_is_told_when_it_is_one_and_when_it_ends():
    found = told([("ada", 1000, 3000), ("ben", 9000, 12_000)])
    assert [each for _, each in found][:2] == [Silent(3000), Silence(3000, 9000)]
    assert 3000 + SILENCE + LAG <= found[0][0] < 6000


def test_before_anybody_has_spoken_there_is_no_silence():
    assert Talk().tick(10**13) == []


def test_when_all_have_gone_a_silence_is_over():
    talk = Talk()
    talk.spoke("ada", "t1", 1000, 2000)
    assert talk.tick(9000) == [Silent(2000)]
    assert talk.close(10_000) == [Silence(2000, 10_000)]


def test_a_turn_that_never_ends_ends_with_the_room():
    talk = Talk()
    talk.speaking("ada", "t1", 1000)
    talk.speaking("ben", "t2", 2000)
    assert talk.tick(9000) == [Overlapping(("ada", "ben"), 2000)]
    assert talk.close(10_000)[-1] == Overlapped(("ada", "ben"), 2000, 10_000)


spoken = st.lists(
    st.tuples(st.sampled_from(["ada", "ben", "eve"]), st.integers(0, 3000), st.integers(60, 5000)),
    max_size=30,
)


def turns_of(steps: list[tuple[str, int, int]]) -> list[Turn]:
    """Of each person one after the other, at least a pause apart."""
    free, turns = dict[str, int](), list[Turn]()
    for person, pause, length in steps:
        started = free.get(person, 0) + 501 + pause
        free[person] = started + length
        turns.append((person, started, started + length))
    return turns


@given(spoken.filter(len), st.integers(100, 700), st.sampled_from([100, 200]))
def test_overlaps_are_those_of_the_timeline_whenever_marks_come(steps, late, step):
    turns = turns_of(steps)
    found = [each for _, each in told(turns, late, step)]
    edges = sorted([(ended, -1) for _, _, ended in turns] + [(started, 1) for _, started, _ in turns])
    expected, many, since = list[tuple[int, int]](), 0, 0
    for at, change in edges:
        if many == 1 and change == 1:
            since = at
        if many == 2 and change == -1:
            expected.append((since, at))
        many += change
    assert [(each.started, each.ended) for each in found if isinstance(each, Overlapped)] == expected
    assert [each.at for each in found if isinstance(each, Overlapping)] == [at for at, _ in expected]


@given(spoken.filter(len), st.integers(0, 99))
def test_what_follows_is_whole_and_forward_whatever_comes(steps, seed):
    """Marks in any order, some lost."""
    chance, talk, now, found = Random(seed), Talk(), 0, list[Followed]()
    turns = [(n, turn) for n, turn in enumerate(turns_of(steps)) for _ in range(2)]
    chance.shuffle(turns)
    for n, (person, started, ended) in turns:
        if chance.random() < 0.5:
            talk.speaking(person, f"t{n}", started)
        else:
            talk.spoke(person, f"t{n}", started, ended)
        now += chance.randrange(3000)
        found += talk.tick(now)
    found += talk.close(now + 10_000)
    for each in found:
        if isinstance(each, Overlapped | Silence | Backchannel):
            assert type(each.started) is type(each.ended) is int
            assert each.started <= each.ended
    pairs = [each for each in found if isinstance(each, Overlapping | Overlapped)]
    assert all(isinstance(e, Overlapping if n % 2 == 0 else Overlapped) for n, e in enumerate(pairs))
    assert len(pairs) % 2 == 0
