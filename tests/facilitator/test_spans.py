"""Windows over stretches and moments of time."""

from hypothesis import given
from hypothesis import strategies as st

from rooms.facilitator.spans import Moments, Spans

Stretch = st.tuples(st.integers(0, 200), st.integers(0, 200))
Window = st.tuples(st.integers(-10, 210), st.integers(0, 220))


def covered(stretches: list[tuple[int, int]]) -> set[int]:
    """Every millisecond that lies in some stretch, by the slow and obvious way."""
    return {moment for start, end in stretches for moment in range(start, end)}


@given(st.lists(Stretch), Window)
def test_a_window_holds_the_union_of_all_stretches_in_whichever_order_they_came(stretches, window):
    spans = Spans()
    for stretch in stretches:
        spans.add(*stretch)
    after, upto = window[0], window[0] + window[1]
    assert spans.within(after, upto) == len(covered(stretches) & set(range(after, upto)))


@given(st.lists(Stretch), st.integers(0, 200), st.lists(Stretch))
def test_forgetting_what_is_over_changes_no_later_window(before, horizon, later):
    kept, pruned = Spans(), Spans()
    for stretch in before:
        kept.add(*stretch)
        pruned.add(*stretch)
    pruned.prune(horizon)
    for start, length in later:
        kept.add(horizon + start, horizon + start + length)
        pruned.add(horizon + start, horizon + start + length)
    for upto in (horizon, horizon + 50, 400):
        assert pruned.within(horizon, upto) == kept.within(horizon, upto)


@given(st.lists(st.integers(0, 200)), Window)
def test_moments_are_counted_as_often_as_they_were_added(moments, window):
    kept = Moments()
    for moment in moments:
        kept.add(moment)
    after, upto = window[0], window[0] + window[1]
    assert kept.within(after, upto) == sum(after < moment <= upto for moment in moments)


def test_the_end_of_a_window_belongs_to_it_and_its_beginning_does_not():
    moments = Moments()
    moments.add(100)
    assert (moments.within(0, 100), moments.within(100, 200)) == (1, 0)
