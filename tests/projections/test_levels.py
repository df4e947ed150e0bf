from hypothesis import given
from hypothesis import strategies as st

from projections.levels import TOP, level_of, points_for


def test_levels_begin_where_the_curve_says():
    assert [points_for(level) for level in (1, 2, 3, 4, 100)] == [0, 50, 150, 300, 247_500]


@given(st.integers(1, TOP))
def test_a_level_begins_at_its_points_and_not_one_before(level: int):
    assert level_of(points_for(level)) == level
    assert level_of(points_for(level) - 1) == max(1, level - 1)


@given(st.integers(-10, 10**12), st.integers(0, 1000))
def test_more_points_never_lower_the_level(points: int, more: int):
    assert 1 <= level_of(points) <= level_of(points + more) <= TOP
