"""Lesions drawn by hand, with their numbers and volumes written down."""

import numpy as np
import pytest
from numpy.typing import NDArray

from wmhseg.lesions import (
    label_lesions,
    largest_slices,
    lesion_volumes_mm3,
    number_by_volume,
    remove_lesions,
)

# Two slices. A: 3 voxels of the first slice and, touching by a corner only, 1 of the second.
# B: 2 voxels, one in each slice. C: a single voxel.
TWO_SLICES = np.array(
    [
        [
            [1, 1, 0, 0, 0, 1],
            [0, 1, 0, 0, 0, 0],
            [0, 0, 0, 0, 0, 0],
            [0, 0, 0, 1, 0, 0],
        ],
        [
            [0, 0, 0, 0, 0, 0],
            [0, 0, 0, 0, 0, 0],
            [1, 0, 0, 0, 0, 0],
            [0, 0, 0, 1, 0, 0],
        ],
    ]
)


def without_small(mask: NDArray[np.bool_], limit_mm3: float, voxel_mm3: float) -> NDArray[np.bool_]:
    return remove_lesions(mask, np.zeros(mask.shape, np.float32), 0.0, limit_mm3, voxel_mm3)


def test_lesions_touching_by_a_corner_are_one() -> None:
    labels, count = label_lesions(TWO_SLICES)
    assert count == 3
    assert labels.dtype == np.int32
    assert labels.shape == TWO_SLICES.shape
    np.testing.assert_array_equal(labels > 0, TWO_SLICES > 0)
    assert len({labels[0, 0, 0], labels[0, 1, 1], labels[1, 2, 0]}) == 1
    assert len({labels[0, 0, 0], labels[0, 0, 5], labels[0, 3, 3]}) == 3


@pytest.mark.parametrize("step", [(1, 1, 1), (1, -1, 1), (0, 1, 1), (1, 0, -1), (1, 0, 0)])
def test_each_kind_of_neighbour_connects_and_a_gap_does_not(step: tuple[int, int, int]) -> None:
    for distance, expected in ((1, 1), (2, 2)):
        mask = np.zeros((5, 5, 5), dtype=bool)
        mask[2, 2, 2] = True
        mask[tuple(2 + distance * np.array(step))] = True
        assert label_lesions(mask)[1] == expected


def test_no_lesion() -> None:
    labels, count = label_lesions(np.zeros((2, 3, 4), dtype=np.uint8))
    assert count == 0
    assert not labels.any()
    assert lesion_volumes_mm3(labels, count, 3.0).shape == (0,)
    assert not without_small(np.zeros((2, 3, 4), dtype=bool), 5.0, 3.0).any()


def test_volumes_count_voxels_in_the_order_of_the_labels() -> None:
    labels, count = label_lesions(TWO_SLICES)
    volumes = lesion_volumes_mm3(labels, count, 1.5)
    by_place = [volumes[labels[place] - 1] for place in ((0, 0, 0), (0, 3, 3), (0, 0, 5))]
    np.testing.assert_allclose(by_place, [6.0, 3.0, 1.5], rtol=0, atol=1e-12)
    assert volumes.shape == (3,)


@pytest.mark.parametrize(
    ("limit_mm3", "voxels_left"), [(0.0, 7), (1.5, 7), (1.6, 6), (3.0, 6), (3.1, 4), (6.1, 0)]
)
def test_lesions_below_the_limit_go(limit_mm3: float, voxels_left: int) -> None:
    kept = without_small(TWO_SLICES > 0, limit_mm3, 1.5)
    assert kept.dtype == np.bool_
    assert kept.sum() == voxels_left
    assert not kept[TWO_SLICES == 0].any()


def test_a_limit_of_whole_voxels_survives_a_header_in_float32() -> None:
    voxel_volume_mm3 = float(np.float32(0.7) * np.float32(0.7) * np.float32(3.3))
    assert voxel_volume_mm3 < 0.7 * 0.7 * 3.3
    mask = np.zeros((1, 1, 5), dtype=bool)
    mask[0, 0, 1:4] = True
    assert without_small(mask, 3 * 0.7 * 0.7 * 3.3, voxel_volume_mm3).sum() == 3


def test_a_mask_of_another_dimension_is_refused() -> None:
    with pytest.raises(ValueError, match=r"expected a mask \(Z, Y, X\), found 2 dimensions: \(4, 5\)"):
        label_lesions(np.zeros((4, 5), dtype=bool))


def test_the_largest_is_number_1() -> None:
    labels = np.array([[[1, 1, 0, 2, 2, 2, 0, 3, 0, 4, 4]]], np.int32)  # 2, 3, 1 and 2 voxels
    numbered = number_by_volume(labels, 4)
    assert numbered.dtype == np.int32
    assert numbered.tolist() == [[[2, 2, 0, 1, 1, 1, 0, 4, 0, 3, 3]]]  # of equals the first stays the first


def test_numbering_nothing() -> None:
    assert not number_by_volume(np.zeros((2, 2, 2), np.int32), 0).any()


def test_slice_in_which_a_lesion_is_largest() -> None:
    labels = np.zeros((4, 2, 3), np.int32)
    labels[1, 0, 0] = labels[2, 0, :] = 1
    labels[3, 1, 1] = 2
    assert largest_slices(labels) == [2, 3]
    assert largest_slices(np.zeros((4, 2, 3), np.int32)) == []


def test_lesions_without_a_probable_voxel_go() -> None:
    probability = np.where(TWO_SLICES, np.float32(0.7), np.float32(0.1))
    probability[1, 2, 0] = 0.9  # A's single voxel in the second slice
    probability[0, 3, 3] = 0.89  # B
    probability[1, 0, 5] = 0.99  # outside the mask, above C
    kept = remove_lesions(TWO_SLICES > 0, probability, 0.9, 0.0, 1.5)
    assert np.argwhere(kept).tolist() == [[0, 0, 0], [0, 0, 1], [0, 1, 1], [1, 2, 0]]
    all_kept = remove_lesions(TWO_SLICES > 0, probability, 0.7, 0.0, 1.5)
    np.testing.assert_array_equal(all_kept, TWO_SLICES > 0)
    assert not remove_lesions(TWO_SLICES > 0, probability, 0.91, 0.0, 1.5).any()
    # B is large enough and faint, C the other way round.
    probability[0, 0, 5] = 0.99
    assert remove_lesions(TWO_SLICES > 0, probability, 0.9, 3.0, 1.5).sum() == 4
