"""What a tutor's record is said to tell, and when."""

from datetime import timedelta
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.sessions import SessionRescheduled
from projections.beta_binomial import Beta, below, fit
from projections.counted import counts
from projections.reliability import Reliability, Tally
from projections.scores import PRIORS, flagged, higher, judged, shown
from tests.projections.given import START, shown_json

PRIOR = PRIORS["rescheduled"]


@given(st.integers(0, 20), st.integers(0, 20), st.floats(0.001, 0.999))
def test_for_whole_numbers_the_incomplete_beta_function_is_a_binomial_sum(k: int, missed: int, x: float):
    n = k + missed + 1
    sum_ = sum(comb(n, j) * x**j * (1 - x) ** (n - j) for j in range(k + 1, n + 1))
    assert below(x, k + 1, missed + 1) == pytest.approx(sum_, abs=1e-9)


@given(st.floats(0.3, 30), st.floats(0.3, 300), st.floats(0.01, 0.99))
def test_a_quantile_is_where_the_probability_is(a: float, b: float, part: float):
    at = Beta(a, b).quantile(part)
    assert below(at - 2e-6, a, b) - 1e-4 <= part <= below(at + 2e-6, a, b) + 1e-4


def test_what_was_drawn_from_a_population_is_fitted_to_it():
    counts_of = [(k, 40) for k in range(13) for _ in range(round(600 * 0.75**k))]
    found = fit(counts_of)
    mean = sum(k for k, _ in counts_of) / sum(n for _, n in counts_of)
    assert found is not None
    assert found.mean == pytest.approx(mean, rel=0.05)
    assert fit(counts_of) == found, "the same counts give the same bits"


def test_of_few_tutors_nothing_is_fitted():
    assert fit([(1, 20)] * 19) is None
    assert fit([(0, 20)] * 50) is None


def test_tutors_who_differ_by_chance_alone_are_taken_for_alike():
    alike = fit(
        [(k, 20) for k, many in ((0, 12), (1, 27), (2, 29), (3, 19), (4, 9), (5, 4)) for _ in range(many)]
    )
    assert alike is not None
    assert alike.given(10, 20).mean < 0.2


@pytest.mark.parametrize("lessons", range(5))
def test_nobody_is_flagged_before_five_lessons_even_if_all_were_moved(lessons: int):
    assert not flagged("rescheduled", lessons, lessons, PRIOR)


def test_a_flag_needs_more_than_chance():
    assert flagged("rescheduled", 5, 5, PRIOR)
    assert not flagged("rescheduled", 1, 5, PRIOR), "20 %, above the threshold, and no evidence"
    assert not flagged("rescheduled", 3, 15, PRIOR)
    assert flagged("rescheduled", 25, 100, PRIOR)


def test_few_lessons_are_drawn_towards_the_others_and_many_are_not():
    few, many = judged("rescheduled", 2, 5, PRIOR), judged("rescheduled", 200, 500, PRIOR)
    assert few.rate == many.rate == 0.4
    assert few.estimate < 0.2
    assert many.estimate > 0.38
    assert few.low < few.estimate < few.high
    assert many.high - many.low < few.high - few.low


def test_one_rate_is_higher_than_another_as_far_as_is_known():
    assert higher(Beta(5, 50), Beta(5, 50)) == pytest.approx(0.5, abs=0.01)
    assert higher(Beta(20, 20), Beta(2, 60)) > 0.99


def test_without_lessons_there_is_no_rate_and_no_flag():
    scores = shown("tess", "Tess", Reliability(), START)
    assert (scores.rate, scores.rating, scores.flags, scores.flagged) == (None, None, (), False)
    assert scores.windows["90"].rescheduled.rate is None
    assert scores.trend.direction == "steady"


def test_a_flag_looks_at_the_last_ninety_days():
    state = Reliability(days={START.date(): Tally(lessons=20, rescheduled_by_tutor=12)})
    state.total = state.days[START.date()]
    assert shown("tess", "Tess", state, START).flags == ("rescheduled",)
    assert shown("tess", "Tess", state, START + timedelta(days=90)).flags == ()


def test_a_tutor_who_moves_more_of_late_is_said_to():
    long_ago = (START - timedelta(days=45)).date()
    days = {long_ago: Tally(lessons=40), START.date(): Tally(lessons=20, rescheduled_by_tutor=9)}
    trend = shown("tess", "Tess", Reliability(days=days), START).trend
    assert (trend.direction, trend.now, trend.before) == ("rising", (9, 20), (0, 40))


def test_the_answer_says_where_the_events_behind_each_figure_are():
    answer = shown_json(shown("tess", "Tess", Reliability(), START))
    window = answer["windows"]["30"]
    assert window["rescheduled"]["events"] == "/tutors/tess/scores/events?measure=rescheduled&days=30"
    assert answer["windows"]["all"]["late"]["events"] == "/tutors/tess/scores/events?measure=late"


def test_an_event_stands_behind_the_figures_that_count_it():
    event = SessionRescheduled(
        session="s",
        tutor="tess",
        learner="ada",
        by="tutor",
        reason="other",
        notice=5,
        starts=START,
        ends=START,
    )
    assert counts("rescheduled", "tess", event)
    assert counts("short-notice", "tess", event)
    assert not counts("learner-rescheduled", "tess", event)
    assert not counts("rescheduled", "ada", event), "it is the tutor's record alone"
