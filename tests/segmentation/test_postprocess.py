"""From probability to mask, in voxels counted by hand."""

from dataclasses import replace

import numpy as np
import pytest

from wmhseg.recipe import DEFAULT, PAPER, PUBLISHED, Recipe
from wmhseg.segmentation.postprocess import postprocess

THICK = (1.0, 1.0, 3.0)  # voxels of 3 mm3


@pytest.mark.parametrize(
    ("recipe", "values", "expected"),
    [
        (PAPER, [0.0, 0.49, 0.5, 0.51, 1.0], [0, 0, 0, 1, 1]),  # 0.5 itself is not WMH
        (PUBLISHED, [0.0, 0.44, 0.46, 0.51, 1.0], [0, 0, 1, 1, 1]),
    ],
)
def test_voxels_above_the_threshold_only(recipe: Recipe, values: list[float], expected: list[int]) -> None:
    mask = postprocess(np.array(values, np.float32).reshape(1, 1, 5), THICK, recipe)
    assert mask.dtype == np.uint8
    assert mask.ravel().tolist() == expected


def test_mask_is_0_or_1() -> None:
    probability = np.random.default_rng(0).random((6, 5, 4), np.float32)
    mask = postprocess(probability, THICK, DEFAULT)
    assert set(np.unique(mask)) == {0, 1}
    np.testing.assert_array_equal(mask == 1, probability > DEFAULT.threshold)


@pytest.mark.parametrize(
    ("recipe", "slices", "emptied"),
    [
        (PAPER, 48, 4),  # int(0.1 x 48)
        (PAPER, 83, 8),
        (PAPER, 9, 0),
        (PUBLISHED, 48, 6),  # int(0.125 x 48)
        (PUBLISHED, 83, 10),
        (PUBLISHED, 7, 0),
        (DEFAULT, 48, 0),
    ],
)
def test_end_slices(recipe: Recipe, slices: int, emptied: int) -> None:
    mask = postprocess(np.ones((slices, 2, 2), np.float32), THICK, recipe)
    kept = np.flatnonzero(mask.any(axis=(1, 2)))
    assert (kept[0], kept[-1], len(kept)) == (emptied, slices - emptied - 1, slices - 2 * emptied)


def test_lesions_below_the_minimum_go() -> None:
    probability = np.zeros((3, 6, 6), np.float32)
    probability[0, 0, 0:2] = 1  # 2 voxels of 3 mm3: 6 mm3
    probability[0, 3, 3], probability[1, 4, 4], probability[2, 5, 5] = 1, 1, 1  # joined by corners: 9 mm3
    mask = postprocess(probability, THICK, replace(DEFAULT, min_lesion_mm3=9.0))
    assert np.argwhere(mask).tolist() == [[0, 3, 3], [1, 4, 4], [2, 5, 5]]
    assert np.count_nonzero(postprocess(probability, THICK, replace(DEFAULT, min_lesion_mm3=6.0))) == 5


def test_faint_lesions_go_and_their_edges_stay() -> None:
    probability = np.zeros((1, 3, 7), np.float32)
    probability[0, 1, 0:3] = 0.7, 0.96, 0.7  # a core with two edge voxels
    probability[0, 1, 4:7] = 0.94  # nowhere 0.95
    recipe = replace(DEFAULT, threshold=0.6, min_peak=0.95)
    assert np.argwhere(postprocess(probability, THICK, recipe)).tolist() == [[0, 1, 0], [0, 1, 1], [0, 1, 2]]
    assert np.count_nonzero(postprocess(probability, THICK, replace(recipe, min_peak=0.94))) == 6
    assert np.count_nonzero(postprocess(probability, THICK, replace(recipe, min_peak=0.0))) == 6


def test_end_slices_are_emptied_before_lesions_are_measured() -> None:
    probability = np.zeros((10, 1, 1), np.float32)
    probability[0:2] = 1  # 2 voxels, of which the paper's recipe leaves 1
    assert not postprocess(probability, THICK, replace(PAPER, min_lesion_mm3=4.0)).any()


def test_probability_is_left_as_it_was() -> None:
    probability = np.ones((20, 2, 2), np.float32)
    postprocess(probability, THICK, PAPER)
    assert probability.all()
