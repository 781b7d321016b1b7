"""Interval and volumes by threshold, from probabilities written down."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from wmhseg.model.member_probabilities import Members
from wmhseg.recipe import DEFAULT
from wmhseg.segmentation.read_scan import Scan
from wmhseg.segmentation.segment_scan import segment_scan
from wmhseg.segmentation.volume_spread import mask_at, measure_spread

# The network's window around the head is larger than the rows used here.
RECIPE = replace(DEFAULT, threshold=0.6, min_lesion_mm3=0.0)
VOXEL_ML = 1.15 * 1.15 * 6 / 1000


def draw(slices: np.ndarray, rows: dict[int, float]) -> np.ndarray:
    """Return a probability with ten pixels in one row of slice 12 for each entry."""
    probability = np.zeros(slices.shape[:3], np.float32)
    for row, value in rows.items():
        probability[12, 60 + row, 60:70] = value
    return probability


def predict(slices: np.ndarray) -> Members:
    return Members(
        (
            draw(slices, {0: 1.0, 1: 1.0, 2: 0.5}),  # 20 pixels above 0.6
            draw(slices, {0: 1.0, 1: 0.9, 2: 0.7, 3: 0.7}),  # 40
            draw(slices, {0: 1.0, 1: 0.2}),  # 10
        )
    )


def test_by_hand(head: Any) -> None:
    result = segment_scan(Scan(head.flair, None), RECIPE, predict)
    # Means: 1, 0.7, 0.4, 0.233.
    assert np.count_nonzero(result.mask.array) == 20
    spread = measure_spread(result, RECIPE)
    assert spread.members_ml == pytest.approx([20 * VOXEL_ML, 40 * VOXEL_ML, 10 * VOXEL_ML], abs=1e-6)
    assert (spread.low_ml, spread.high_ml) == (spread.members_ml[2], spread.members_ml[1])
    assert [limit for limit, _ in spread.above_ml] == [0.3, 0.5, 0.6, 0.8, 0.95]
    assert [volume for _, volume in spread.above_ml] == pytest.approx(
        [30 * VOXEL_ML, 20 * VOXEL_ML, 20 * VOXEL_ML, *[10 * VOXEL_ML] * 2], abs=1e-6
    )
    # Members of 20, 40 and 10 pixels, one inside the other: 2 * 20 / 60, 2 * 10 / 30, 2 * 10 / 50.
    assert spread.agreement == pytest.approx((2 / 3 + 2 / 3 + 2 / 5) / 3, abs=1e-4)
    assert spread.expected_dsc == pytest.approx(-0.92 + 1.89 * 26 / 45, abs=1e-3)


def test_the_interval_holds_the_volume_even_where_members_agree_on_the_amount_only(head: Any) -> None:
    def apart(slices: np.ndarray) -> Members:
        return Members(tuple(draw(slices, {row: 1.0}) for row in range(3)))

    result = segment_scan(Scan(head.flair, None), RECIPE, apart)
    spread = measure_spread(result, RECIPE)
    assert np.count_nonzero(result.mask.array) == 0  # 1/3 each
    assert (spread.low_ml, spread.high_ml) == (0.0, pytest.approx(10 * VOXEL_ML, abs=1e-6))


def test_members_masks_are_made_as_the_mask_is(head: Any) -> None:
    # Ten pixels of 7.9 mm3 are a lesion of 79 mm3; end slices are emptied.
    strict = replace(RECIPE, min_lesion_mm3=80.0)
    assert measure_spread(segment_scan(Scan(head.flair, None), strict, predict), strict).members_ml[2] == 0.0
    ends = replace(RECIPE, end_slice_fraction=0.49)
    result = segment_scan(
        Scan(head.flair, None), ends, lambda slices: Members((np.ones(slices.shape[:3], np.float32),))
    )
    np.testing.assert_array_equal(mask_at(result.probability, ends, 0.6), result.mask.array)
    assert np.flatnonzero(result.mask.array.any(axis=(1, 2))).tolist() == [11, 12]


def test_members_are_needed(head: Any) -> None:
    result = segment_scan(Scan(head.flair, None), RECIPE, lambda slices: predict(slices).mean())
    with pytest.raises(ValueError, match="expected each member's probability, found none"):
        measure_spread(result, RECIPE)


@pytest.mark.parametrize("size", [((128, 144, 24), (1.15, 1.15, 6.0)), ((272, 320, 14), (0.5, 0.5, 9.0))])
def test_mask_is_the_same_with_and_without_members(make_head: Any, make_grid: Any, size: Any) -> None:
    made = make_head(make_grid(*size))
    plain = segment_scan(Scan(made.flair, None), RECIPE, lambda slices: predict(slices).mean())
    full = segment_scan(Scan(made.flair, None), RECIPE, predict)
    assert plain.members == ()
    assert len(full.members) == 3
    assert full.mask.array.tobytes() == plain.mask.array.tobytes()
    assert full.probability.array.tobytes() == plain.probability.array.tobytes()
    for member in full.members:
        assert member.grid == made.flair.grid
        assert member.array.dtype == np.float32
    np.testing.assert_allclose(
        np.mean([member.array for member in full.members], axis=0), full.probability.array, atol=1e-6
    )
