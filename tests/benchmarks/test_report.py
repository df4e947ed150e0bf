"""Figures, targets, and the line that other programs read."""

import json

import pytest

from benchmarks.report import Row, at_least, at_least_times, at_most, median, quantile, show, spread


def test_a_quantile_is_a_sample_that_was_measured():
    samples = [float(n) for n in range(100, 0, -1)]

    assert [quantile(samples, part) for part in (0.01, 0.5, 0.99, 1)] == [1, 50, 99, 100]
    assert median([3.0, 1.0, 2.0]) == 2


def test_of_few_samples_the_99th_percentile_is_the_worst():
    assert quantile([1.0, 9.0, 2.0], 0.99) == 9


@pytest.mark.parametrize(("target", "met"), [(None, None), (5, True), (4.999, False)])
def test_a_figure_meets_its_target_if_it_is_no_larger(target: float | None, met: bool | None):
    assert at_most("start", "s", 5, target).met is met


def test_what_is_shown_rounded_is_judged_exactly():
    row = at_most("start", "s", 10.001, 10)

    assert (row.ours, row.met) == (10, False)


def test_a_spread_has_a_target_for_each_quantile():
    rows = spread("push", [float(n) for n in range(1, 101)], 50, 98)

    assert [(row.ours, row.target, row.met) for row in rows] == [(50, 50, True), (99, 98, False)]


def test_the_last_line_is_one_json_object_with_every_figure(capsys: pytest.CaptureFixture[str]):
    rows = [Row(work="start", unit="s", ours=1.5, target=10, met=True), Row(work="load", unit="%", ours=3)]

    show("footprint", rows, "nobody else does this")

    printed = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert printed["benchmark"] == "footprint"
    assert printed["rows"] == [
        {"work": "start", "unit": "s", "ours": 1.5, "peer": None, "ratio": None, "target": 10, "met": True},
        {"work": "load", "unit": "%", "ours": 3, "peer": None, "ratio": None, "target": None, "met": None},
    ]
    assert printed["no_peer"] == "nobody else does this"


@pytest.mark.parametrize(("peer", "ratio", "met"), [(10, 3, True), (10.01, 3, False), (None, None, None)])
def test_a_figure_reaches_its_target_in_times_of_the_peers(peer: float, ratio: float, met: bool):
    row = at_least_times("append", "/s", 30, peer, 3)

    assert (row.ratio, row.met, row.target) == (ratio, met, 3)


@pytest.mark.parametrize(("ours", "met"), [(0.7850, True), (0.78499, False)])
def test_a_figure_that_should_be_large_has_to_reach_its_target_before_it_is_rounded(ours: float, met: bool):
    row = at_least("next answer: AUC", "", ours, 0.785, 0.766, digits=4)

    assert (row.ours, row.target, row.target_of, row.met) == (0.785, 0.785, "least", met)


def test_of_less_and_less_the_ratio_is_how_many_times_less_ours_is():
    row = at_most("wait", "ms", 4, 5, peer=112)

    assert (row.ratio, row.target, row.met) == (28, 5, True)


def test_a_target_that_is_a_ratio_is_told_from_one_that_is_a_figure(capsys: pytest.CaptureFixture[str]):
    show("log", [at_least_times("append", "/s", 30, 10, 2), at_most("wait", "ms", 4, 5, peer=112)])

    printed = capsys.readouterr().out
    first, second = json.loads(printed.splitlines()[-1])["rows"]
    assert (first["target"], first["target_of"]) == (2, "ratio")
    assert "target_of" not in second
    assert "2 ×" in printed  # noqa: RUF001  the sign of the table
