"""Metrics in the units of the tables."""

import math
from dataclasses import replace

import pytest

from wmhseg.evaluation.organiser import Scores
from wmhseg.experiments.metrics import METRICS, means, undefined

ONE = Scores(0.5, 4.0, 20.0, 0.6, 0.7, 0.8, 0.1)
NOTHING_FOUND = replace(ONE, dsc=0.0, h95_mm=math.nan, avd_percent=100.0)


def test_means_are_in_percent_and_mm_and_leave_out_what_is_undefined() -> None:
    assert means([ONE, NOTHING_FOUND]) == pytest.approx((25.0, 4.0, 60.0, 60.0, 70.0))
    assert math.isnan(means([NOTHING_FOUND])[1])
    assert means([ONE, replace(ONE, avd_percent=math.inf)])[2] == 20.0


def test_cases_without_a_value_are_counted() -> None:
    assert undefined([ONE, NOTHING_FOUND, replace(ONE, avd_percent=math.inf)]) == 2


def test_lower_is_better_for_distances_and_differences() -> None:
    assert [metric.improvement(1.0, 3.0) for metric in METRICS] == [2.0, -2.0, -2.0, 2.0, 2.0]
