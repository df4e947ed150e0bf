"""Who is in which slot."""

from hypothesis import given
from hypothesis import strategies as st

from rooms.voice.slots import Claim, assign

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


def first(now: int, **claims: Claim) -> list[str]:
    return sorted(claims, key=lambda person: claims[person].rank(now))


def test_of_those_who_speak_the_loudest_come_first_and_before_all_who_are_silent():
    loud, soft = Claim(True, None, 20, 5), Claim(True, None, 45, 9)
    assert first(10_000, soft=soft, silent=Claim(False, None, 5, 11), loud=loud) == ["loud", "soft", "silent"]


def test_whoever_has_just_got_a_slot_keeps_it_for_a_while_and_a_little_louder_is_not_louder():
    assert first(10_000, new=Claim(True, None, 20, 9), held=Claim(True, 9_000, 45, 5)) == ["held", "new"]
    assert first(20_000, new=Claim(True, None, 20, 9), held=Claim(True, 9_000, 45, 5)) == ["new", "held"]
    assert first(20_000, new=Claim(True, None, 24, 9), held=Claim(True, 9_000, 29, 5)) == ["held", "new"]
