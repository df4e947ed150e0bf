"""Who is in which slot."""

from hypothesis import given
from hypothesis import strategies as st

from rooms.voice.slots import assign

people = st.lists(st.sampled_from("abcdefgh"), unique=True)
slots = st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=5).flatmap(
    lambda held: st.permutations([*held, None])
)


def test_whoever_stays_keeps_their_slot():
    assert assign(["a", None, "b"], ["b", "c", "a"]) == ["a", "c", "b"]


def test_the_least_important_gives_way():
    assert assign(["a", "b"], ["c", "b", "a"]) == ["c", "b"]


def test_whoever_has_gone_leaves_an_empty_slot():
    assert assign(["a", "b"], ["b"]) == [None, "b"]


@given(slots, people)
def test_as_many_as_fit_are_heard_once_each_and_nobody_moves(before, speakers):
    after = assign(before, speakers)
    assert len(after) == len(before)
    assert sorted(p for p in after if p) == sorted(speakers[: len(before)])
    assert all(after.index(p) == n for n, p in enumerate(before) if p in speakers[: len(before)])
    assert assign(after, speakers) == after
