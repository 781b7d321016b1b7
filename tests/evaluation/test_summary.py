"""Means per scanner and their intervals, in numbers worked out by hand or by another way."""

import math
import sys
from pathlib import Path

import numpy as np
import pytest

from wmhseg.evaluation.summary import METRICS, Mean, mean_with_interval, summarise

sys.path.insert(0, str(Path(__file__).parent))
from score_rows import TABLE_3, WEIGHTED_AVERAGE, failure, paper_rows, row, with_volumes, without_h95

# Columns of Table 3; the others are the volume bias and the F1 of what was judged.
OF_THE_PAPER = (0, 1, 2, 4, 5)


def means_of(line: object) -> list[float]:
    return [line.means[column].mean for column in OF_THE_PAPER]  # type: ignore[attr-defined]


def test_the_papers_rows_give_the_papers_weighted_average() -> None:
    summary = summarise(paper_rows())
    assert [line.name for line in summary.scanners] == list(TABLE_3)
    for line, (count, *means) in zip(summary.scanners, TABLE_3.values(), strict=True):
        assert line.cases == count
        assert means_of(line) == pytest.approx(means)
    assert summary.average.cases == 110
    assert means_of(summary.average) == pytest.approx(WEIGHTED_AVERAGE, abs=0.0101)  # all are rounded


def test_failures_count_and_an_undefined_h95_does_not() -> None:
    rows = [row("A", "1", 0.8), failure("A", "2"), without_h95("A", "3"), row("B", "4", 0.4, h95_mm=2.0)]
    summary = summarise(rows)
    first, second = summary.scanners
    assert (first.cases, first.failures, second.failures, summary.average.failures) == (3, 1, 0, 1)
    assert means_of(first) == pytest.approx([0.8 / 3, 5, (20 + 100 + 100) / 3, 0.6 / 3, 0.7 / 3])
    assert [mean.left_out for mean in first.means] == [0, 2, 0, 1, 0, 0, 0]
    # The mean over all cases, and for H95 over the two that have one.
    assert means_of(summary.average) == pytest.approx([0.3, 3.5, 60, 0.3, 0.35])
    assert [mean.left_out for mean in summary.average.means] == [0, 2, 0, 1, 0, 0, 0]
    # 10 + 10 ml of truth, 9 + 0 of the results: the failure has no volume, the empty result has.
    assert first.means[3].mean == pytest.approx(-55)
    assert first.means[6].mean == pytest.approx((0.75 + 0 + 0) / 3)


def test_an_infinite_avd_is_left_out_and_counted() -> None:
    line = summarise([row("A", "1"), row("A", "2", avd_percent=math.inf)]).average
    assert (line.means[2].mean, line.means[2].left_out) == (20, 1)


def test_no_value_at_all() -> None:
    mean = mean_with_interval(np.array([np.nan, np.nan]))
    assert mean.left_out == 2
    assert np.isnan([mean.mean, mean.low, mean.high]).all()


def test_one_value_has_no_interval() -> None:
    mean = mean_with_interval(np.array([0.7, np.nan]))
    assert (mean.mean, mean.left_out) == (0.7, 1)
    assert np.isnan([mean.low, mean.high]).all()


def test_equal_values_have_an_interval_of_no_width() -> None:
    assert mean_with_interval(np.full(5, 0.25)) == Mean(0.25, 0.25, 0.25, 0)


def test_interval_of_many_normal_values_is_that_of_the_normal_distribution() -> None:
    values = np.random.default_rng(1).normal(10, 2, 400)
    mean = mean_with_interval(values)
    half = 1.96 * values.std(ddof=1) / math.sqrt(400)  # 0.2
    assert mean.low == pytest.approx(values.mean() - half, abs=0.02)
    assert mean.high == pytest.approx(values.mean() + half, abs=0.02)


def test_interval_of_skewed_values_reaches_further_up() -> None:
    values = np.random.default_rng(2).lognormal(1, 1.2, 30)
    mean = mean_with_interval(values)
    assert mean.low < values.mean() < mean.high
    assert mean.high - values.mean() > 1.2 * (values.mean() - mean.low)


@pytest.mark.parametrize("seed", range(30))
def test_interval_of_few_values_is_finite_and_holds_the_mean(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = np.round(rng.beta(8, 1, rng.integers(2, 6)), rng.integers(1, 4))  # often equal, often 1
    mean = mean_with_interval(values)
    ordered = [values.min(), mean.low, mean.mean, mean.high, values.max()]
    assert (np.diff(ordered) >= -1e-12).all(), ordered


def test_the_seed_decides() -> None:
    values = np.random.default_rng(3).normal(size=20)
    assert mean_with_interval(values, 1) == mean_with_interval(values, 1)
    assert mean_with_interval(values, 1) != mean_with_interval(values, 2)


def test_columns_are_those_of_table_3() -> None:
    titles = [METRICS[column].title.split()[0] for column in OF_THE_PAPER]
    assert titles == ["DSC", "H95", "AVD", "Recall", "F1"]


def bias_of(*volumes_ml: tuple[float, float]) -> Mean:
    rows = [with_volumes("A", str(case), *pair) for case, pair in enumerate(volumes_ml)]
    return summarise(rows).scanners[0].means[3]


def test_the_volume_bias_is_signed_and_pooled() -> None:
    # +2 of 1 ml and -4 of 19 ml: -2 of 20. The mean of the cases' +200 % and -21 % says the opposite.
    bias = bias_of((1, 3), (19, 15))
    assert bias.mean == pytest.approx(-10)
    # Half of the resamples are one case twice: the interval of two cases is the two cases.
    assert (bias.low, bias.high) == pytest.approx((-400 / 19, 200))


def test_the_volume_bias_counts_what_is_found_where_nothing_is() -> None:
    assert bias_of((0, 1), (10, 10)).mean == pytest.approx(10)
    assert bias_of((0, 0), (10, 9)).mean == pytest.approx(-10)
    assert bias_of((0, 0), (0, 0)) == Mean(0, 0, 0, 0)
    nothing_true = bias_of((0, 0), (0, 1))
    assert nothing_true.mean == math.inf
    assert np.isnan([nothing_true.low, nothing_true.high]).all()


def test_an_interval_of_the_bias_that_reaches_infinity_is_none() -> None:
    bias = bias_of((0, 1), (0, 2), (10, 8))
    assert bias.mean == pytest.approx(10)
    assert np.isnan([bias.low, bias.high]).all()


def test_the_same_bias_in_each_case_has_an_interval_of_no_width() -> None:
    assert bias_of((8, 10), (4, 5)) == Mean(25, 25, 25, 0)


def test_one_case_and_none_with_a_volume() -> None:
    one = summarise([with_volumes("A", "1", 10, 12), failure("A", "2")]).scanners[0].means[3]
    assert (one.mean, one.left_out) == (pytest.approx(20), 1)
    assert math.isnan(one.low)
    none = summarise([failure("A", "1")]).scanners[0].means[3]
    assert math.isnan(none.mean)
    assert none.left_out == 1
