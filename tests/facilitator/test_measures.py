"""How evenly something is shared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rooms.facilitator.measures import dominance, gini, lasting_dominance, lasting_share, shares

Amounts = st.dictionaries(st.text("abcdefgh", min_size=1), st.integers(0, 10**7), min_size=2)


@pytest.mark.parametrize(
    ("amounts", "index"),
    [({"a": 5, "b": 5}, 0.0), ({"a": 10, "b": 0}, 1.0), ({"a": 0, "b": 0}, 0.0), ({"a": 10}, 0.0)],
)
def test_the_dominance_index_goes_from_an_even_share_to_all(amounts, index):
    assert dominance(amounts)["a"] == index


@pytest.mark.parametrize("n", range(2, 9))
def test_a_share_right_on_the_threshold_counts_as_dominant_for_every_size_of_group(n):
    """D = 1/3 where s = (1 + (n - 1)/3)/n; amounts are chosen so that this is a whole number."""
    amounts = {"a": n + 2, **{str(i): 0 for i in range(n - 2)}, "z": 2 * n - 2}
    assert sum(amounts.values()) == 3 * n
    assert dominance(amounts)["a"] == 1 / 3


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [({"a": 3, "b": 3, "c": 3}, 0.0), ({"a": 9, "b": 0, "c": 0}, 1.0), ({"a": 0, "b": 0}, 0.0), ({}, 0.0)],
)
def test_the_gini_goes_from_equal_to_one_has_all(amounts, expected):
    assert gini(amounts) == expected


@given(Amounts)
def test_the_gini_is_the_mean_difference_of_all_pairs(amounts):
    values, n, total = list(amounts.values()), len(amounts), sum(amounts.values())
    differences = sum(abs(a - b) for a in values for b in values)
    expected = differences / (2 * (n - 1) * total) if total else 0.0
    assert gini(amounts) == pytest.approx(expected, abs=1e-12)
    assert 0 <= gini(amounts) <= 1


@given(Amounts)
def test_shares_add_up_to_all_or_nothing(amounts):
    assert sum(shares(amounts).values()) == pytest.approx(1.0 if sum(amounts.values()) else 0.0)


@given(Amounts)
def test_the_same_in_all_windows_is_one_figure_as_it_is(amounts):
    over = {person: [amount] * 3 for person, amount in amounts.items()}
    assert lasting_dominance(over) == pytest.approx(dominance(amounts))
    for person, share in shares(amounts).items():
        assert lasting_share(over)[person] == pytest.approx(share * len(amounts))


@pytest.mark.parametrize(("window", "part"), [(0, 1 / 6), (1, 2 / 6), (2, 3 / 6)])
def test_the_long_window_counts_three_times_and_the_middle_one_twice_as_much_as_the_short(window, part):
    amounts = [0, 0, 0]
    amounts[window] = 60
    assert lasting_dominance({"a": amounts, "b": [0, 0, 0]})["a"] == pytest.approx(part)


def test_a_few_words_spread_over_time_count_for_more_than_as_many_at_once():
    spread = {"a": [1, 1, 1], "b": [99, 99, 99]}
    at_once = {"a": [0, 0, 2], "b": [100, 100, 98]}
    assert lasting_share(spread)["a"] > lasting_share(at_once)["a"]


def test_where_there_is_nothing_nobody_has_a_share():
    assert lasting_share({"a": [0, 0, 0], "b": [0, 0, 0]}) == {"a": 0.0, "b": 0.0}


def test_of_nobody_or_one_alone_there_is_nothing_to_tell():
    assert (lasting_share({}), lasting_dominance({})) == ({}, {})
    assert lasting_dominance({"a": [1, 2, 3]}) == {"a": 0.0}
