"""Means per scanner and their intervals, in numbers worked out by hand or by another way."""

import math
import sys
from pathlib import Path

import numpy as np
import pytest

from wmhseg.evaluation.summary import METRICS, Mean, mean_with_interval, summarise

sys.path.insert(0, str(Path(__file__).parent))
from score_rows import TABLE_3, WEIGHTED_AVERAGE, failure, paper_rows, row, without_h95


def means_of(line: object) -> list[float]:
    return [mean.mean for mean in line.means]  # type: ignore[attr-defined]


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
    assert [mean.left_out for mean in first.means] == [0, 2, 0, 0, 0]
    # The mean over all cases, and for H95 over the two that have one.
    assert means_of(summary.average) == pytest.approx([0.3, 3.5, 60, 0.3, 0.35])
    assert [mean.left_out for mean in summary.average.means] == [0, 2, 0, 0, 0]


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
    assert [metric.title.split()[0] for metric in METRICS] == ["DSC", "H95", "AVD", "Recall", "F1"]
