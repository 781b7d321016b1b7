"""Wilcoxon's and Benjamini and Hochberg's numbers, worked out by hand."""

import math
from dataclasses import replace

import pytest

from wmhseg.evaluation.organiser import Scores
from wmhseg.experiments.statistics import adjust, compare, signed_rank_p

BASE = Scores(0.5, 4.0, 20.0, 0.6, 0.7, 0.8, 0.1)


@pytest.mark.parametrize(
    ("after", "p"),
    [
        # All of n differences of one sign: one of 2^n sign patterns on either side.
        ((1, 2, 3, 4, 5), 2 / 32),
        ((-1, -2, -3, -4, -5, -6), 2 / 64),
        # Ranks 1+2+3+4 against 5; subsets of {1..5} that sum to 5 or less: {} 1 2 3 12 4 13 5 14 23.
        ((1, 2, 3, 4, -5), 2 * 10 / 32),
        # Equal pairs count for nothing.
        ((1, 2, 3, 4, 5, 0), 2 / 32),
        ((0, 0, 0), 1.0),
        ((), 1.0),
        ((3,), 1.0),
    ],
)
def test_exact_p_of_small_samples(after: tuple[float, ...], p: float) -> None:
    assert signed_rank_p([0.0] * len(after), after) == pytest.approx(p)


def test_only_differences_count() -> None:
    assert signed_rank_p([10, 20, 30, 40, 50], [11, 22, 33, 44, 55]) == pytest.approx(2 / 32)


def test_pairs_and_finite_values_are_expected() -> None:
    with pytest.raises(ValueError, match="expected pairs, found 2 and 1 values"):
        signed_rank_p([1, 2], [1])
    with pytest.raises(ValueError, match="expected finite values"):
        signed_rank_p([1, 2], [1, math.nan])


def test_benjamini_hochberg() -> None:
    # Sorted .005 .01 .03 .04 .2, times 5 / rank: .025 .025 .05 .05 .2, none larger than a later one.
    assert adjust([0.01, 0.04, 0.03, 0.2, 0.005]) == pytest.approx((0.025, 0.05, 0.05, 0.2, 0.025))
    # .04 * 5 / 4 = .05 is larger than the next, .045: the smaller one holds for both.
    assert adjust([0.5, 0.04, 0.045, 0.6, 0.9]) == pytest.approx((0.75, 0.1125, 0.1125, 0.75, 0.9))


def test_compare_gives_gains_their_sign_and_adjusts_over_the_metrics() -> None:
    before = [BASE] * 5
    # DSC up by 0.01 to 0.05; H95 down by 1 to 5 mm; AVD up (worse); recall and F1 unchanged.
    after = [replace(BASE, dsc=0.5 + n / 100, h95_mm=10.0 - n, avd_percent=20.0 + n) for n in range(1, 6)]
    before = [replace(one, h95_mm=10.0) for one in before]
    rows = {row.label: row for row in compare(before, after)}
    assert rows["DSC %"].improvement == pytest.approx(3.0)
    assert rows["H95 mm"].improvement == pytest.approx(3.0)
    assert rows["AVD %"].improvement == pytest.approx(-3.0)
    assert rows["DSC %"].p == pytest.approx(0.0625)
    assert rows["Recall %"].p == 1.0
    # Three times .0625 and two of 1: .0625 * 5 / 3.
    assert rows["DSC %"].p_adjusted == pytest.approx(0.0625 * 5 / 3)
    assert rows["F1 %"].p_adjusted == pytest.approx(1.0)


def test_cases_without_a_value_are_left_out_of_that_metric_alone() -> None:
    before = [BASE, replace(BASE, h95_mm=math.nan, dsc=0.0), replace(BASE, avd_percent=math.inf)]
    after = [replace(BASE, h95_mm=3.0), BASE, replace(BASE, h95_mm=6.0)]
    rows = {row.label: row for row in compare(before, after)}
    assert rows["DSC %"].pairs == 3
    assert (rows["H95 mm"].pairs, rows["H95 mm"].before, rows["H95 mm"].after) == (2, 4.0, 4.5)
    assert (rows["AVD %"].pairs, rows["AVD %"].before) == (2, 20.0)
