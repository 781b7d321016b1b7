import numpy as np
from numpy.typing import NDArray

from wmhseg.synthesis.mni import fit_mni, rotation_of

ORIGIN = np.array((95.0, 95.0, 90.0))


def test_places_the_phantom_where_it_was_drawn(labels: NDArray[np.int32]) -> None:
    affine = fit_mni(labels)
    # Drawn at MNI + ORIGIN, so a voxel's place is voxel - ORIGIN; the table's centres are rounded.
    voxels = np.array([(95, 95, 90), (130, 60, 120), (70, 150, 60), (150, 110, 90)], float)
    placed = voxels @ affine[:, :3].T + affine[:, 3]
    np.testing.assert_allclose(placed, voxels - ORIGIN, atol=4.0)


def test_finds_left_and_right(labels: NDArray[np.int32]) -> None:
    affine = fit_mni(labels)
    left = np.argwhere(labels == 10).mean(axis=0) @ affine[:, :3].T + affine[:, 3]
    assert left[2] > 8  # x grows to the left in LPS


def test_follows_a_shifted_and_stretched_head(labels: NDArray[np.int32]) -> None:
    small = labels[::2, ::2, ::2]
    np.testing.assert_allclose(np.diag(fit_mni(small)[:, :3]), 2.0, atol=0.15)


def test_rotation_is_the_turn_without_scale() -> None:
    angle = np.deg2rad(20)
    turn = np.array([[1, 0, 0], [0, np.cos(angle), -np.sin(angle)], [0, np.sin(angle), np.cos(angle)]])
    affine = np.c_[turn @ np.diag((1.1, 1.1, 1.1)), [3, 4, 5]]
    np.testing.assert_allclose(rotation_of(affine), turn, atol=1e-12)
