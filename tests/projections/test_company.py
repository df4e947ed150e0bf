"""Who could learn with whom, and why."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from domain.company import PartnersDeclined, PartnersSought
from projections.company import KEPT, SEEKERS, Learner, Sought, group, hours_in_utc, matches, may_meet
from tests.projections.given import state_of

PEOPLE = ["ada", "ben", "cyd", "dan", "eve", "flo"]
SKILLS = st.frozensets(st.sampled_from(["a", "b", "c", "d"]))
TITLES = {"a": "Algebra", "b": "Bases"}


def learner(person: str, passed: str = "", missing: str = "", **fields) -> Learner:
    told = {"hours": frozenset({1, 2}), "until": 0, "blocked": frozenset()} | fields
    return Learner(person, frozenset(passed), frozenset(missing), **told)


def test_help_that_goes_both_ways_comes_first_and_says_why():
    me = learner("ada", passed="a", missing="b", until=100)
    both, one = learner("ben", passed="b", missing="a", until=110), learner("cyd", passed="b")
    found = matches(me, [one, both, me], TITLES)
    assert [each.person for each in found] == ["ben", "cyd"]
    assert found[0].why == (
        "they can help you with Bases; you can help them with Algebra; your goals are close; "
        "2 hours of the week in common"
    )


def test_who_has_no_hour_in_common_or_no_help_to_give_or_take_is_not_suggested():
    me = learner("ada", passed="a", missing="b")
    others = [learner("ben", passed="b", hours=frozenset({7})), learner("cyd", passed="a", missing="b")]
    assert matches(me, others, TITLES) == []


LEARNERS = st.permutations(PEOPLE).flatmap(
    lambda people: st.tuples(
        *(
            st.builds(
                Learner,
                st.just(person),
                SKILLS,
                SKILLS,
                st.frozensets(st.integers(0, 4)),
                st.integers(0, 30),
                st.frozensets(st.sampled_from(PEOPLE)),
            )
            for person in people
        )
    )
)


@given(LEARNERS)
def test_nobody_is_matched_with_whom_they_blocked_or_who_blocked_them(learners):
    me, *others = learners
    by_name = {each.person: each for each in others}
    found = matches(me, others, TITLES)
    assert all(may_meet(me, by_name[each.person]) for each in found)
    room = [me, *(by_name[person] for person in group(me, found, by_name))]
    assert len(room) in (1, 3, 4)
    assert all(may_meet(one, other) for one in room for other in room if one is not other)
    assert len(room) == 1 or frozenset.intersection(*(each.hours for each in room))


def test_hours_are_those_of_ones_own_clock_in_summer_and_winter():
    monday_nine = Sought(hours=(9,), zone="Europe/Berlin")
    assert hours_in_utc(monday_nine, datetime(2026, 11, 21, tzinfo=UTC)) == {8}
    assert hours_in_utc(monday_nine, datetime(2026, 7, 1, tzinfo=UTC)) == {7}
    monday_one = Sought(hours=(1,), zone="Pacific/Auckland")
    assert hours_in_utc(monday_one, datetime(2026, 7, 1, tzinfo=UTC)) == {6 * 24 + 13}  # Sunday there


def test_who_seeks_is_bounded_and_whoever_says_so_again_stays():
    sought = [PartnersSought(person=f"p{n}", path="n", hours=(1,), zone="UTC") for n in range(KEPT)]
    again = PartnersSought(person="p0", path="n", hours=(2,), zone="UTC")
    more = PartnersSought(person="new", path="n", hours=(2,), zone="UTC")
    state = state_of(SEEKERS, "n", *sought, again, more, PartnersDeclined(person="p5", path="n"))
    assert list(state.persons)[-2:] == ["p0", "new"]
    assert len(state.persons) == KEPT - 1
    assert "p1" not in state.persons
