"""Voxels by probability, counted by hand."""

import math

import numpy as np
import pytest

from wmhseg.evaluation.reliability import BINS, reliability

# One row of eight voxels: the first two in the lowest bin, three in that from 0.6, one in the highest.
PROBABILITY = np.array([[[0.0, 0.04, 0.61, 0.62, 0.63, 1.0, 0.99, 0.98]]], np.float32)
TRUTH = np.array([[[0, 1, 1, 1, 0, 1, 2, 3]]], np.float32)
EVERYWHERE = np.ones(TRUTH.shape, bool)


def test_bins_by_hand() -> None:
    found = reliability(PROBABILITY, TRUTH, EVERYWHERE)
    assert BINS == 20
    assert found.voxels[[0, 12, 19]].tolist() == [2, 3, 1]  # other pathology and unsure do not count
    assert found.voxels.sum() == 6
    assert found.wmh[[0, 12, 19]].tolist() == [1, 2, 1]
    assert found.mean_probability[[0, 12, 19]] == pytest.approx([0.02, 0.62, 1])
    assert found.wmh_share[[0, 12, 19]] == pytest.approx([0.5, 2 / 3, 1])
    assert np.isnan(found.mean_probability[1])
    assert np.isnan(found.wmh_share[1])


def test_expected_calibration_error_by_hand() -> None:
    found = reliability(PROBABILITY, TRUTH, EVERYWHERE)
    # 2 voxels 0.48 away, 3 voxels 2/3 - 0.62 away, 1 voxel where it should be.
    assert found.error() == pytest.approx((2 * 0.48 + 3 * (2 / 3 - 0.62)) / 6)
    assert found.error(first_bin=1) == pytest.approx(3 * (2 / 3 - 0.62) / 4)
    assert math.isnan(found.error(first_bin=20))


def test_outside_does_not_count() -> None:
    inside = EVERYWHERE.copy()
    inside[..., 0] = False
    assert reliability(PROBABILITY, TRUTH, inside).voxels.sum() == 5
    nothing = reliability(PROBABILITY, TRUTH, ~EVERYWHERE)
    assert nothing.voxels.sum() == 0
    assert math.isnan(nothing.error())


def test_a_perfect_probability_has_no_error_and_one_that_is_the_wrong_way_round_all() -> None:
    wmh = (TRUTH == 1).astype(np.float32)
    assert reliability(wmh, TRUTH, EVERYWHERE).error() == 0
    assert reliability(1 - wmh, TRUTH, EVERYWHERE).error() == 1


def test_two_scans_together_are_all_their_voxels() -> None:
    one = reliability(PROBABILITY, TRUTH, EVERYWHERE)
    other = reliability(PROBABILITY[..., 2:5], 1 - TRUTH[..., 2:5], EVERYWHERE[..., 2:5])
    both = one + other
    assert both.voxels[12] == 6
    assert both.wmh_share[12] == 0.5  # 2 of 3 and 1 of 3
    assert both.mean_probability[12] == pytest.approx(0.62)


@pytest.mark.parametrize("dtype", [np.uint8, np.float64])
def test_a_truth_of_any_number_type(dtype: type) -> None:
    assert reliability(PROBABILITY, TRUTH.astype(dtype), EVERYWHERE).wmh.sum() == 4
