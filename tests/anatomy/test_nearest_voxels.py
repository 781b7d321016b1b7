"""Distances in mm."""

import numpy as np
from scipy import ndimage

from wmhseg.anatomy.nearest_voxels import nearest_voxels, touching


def test_as_the_distance_transform_says() -> None:
    """An independent way, on voxels that are no cubes."""
    rng = np.random.default_rng(3)
    mask = ndimage.binary_dilation(rng.random((9, 20, 21)) > 0.995, iterations=2)
    spacing = (4.0, 0.9, 1.1)
    points = np.argwhere(np.ones(mask.shape, bool))
    distances, places = nearest_voxels(points, mask, spacing)
    expected = ndimage.distance_transform_edt(~mask, sampling=spacing)
    np.testing.assert_allclose(distances.reshape(mask.shape), expected)
    np.testing.assert_allclose(np.linalg.norm(places - points * np.array(spacing), axis=1), distances)


def test_nothing_to_measure_from_or_to() -> None:
    empty = np.zeros((2, 3, 4), bool)
    distances, _ = nearest_voxels(np.array([[0, 1, 2]]), empty, (1, 1, 1))
    assert distances.tolist() == [np.inf]
    assert nearest_voxels(np.zeros((0, 3), int), ~empty, (1, 1, 1))[0].shape == (0,)


def test_touching_by_a_face_or_by_distance() -> None:
    mask = np.zeros((3, 5, 5), bool)
    mask[1, 2, 2] = True
    points = np.array([[1, 2, 2], [2, 2, 2], [2, 3, 2], [1, 2, 4]])
    distances, _ = nearest_voxels(points, mask, (7, 1, 1))
    # In it; above it; above and aside; 2 mm aside.
    assert touching(points, mask, distances, 1.5).tolist() == [True, True, False, False]
    assert touching(points, mask, distances, 2.0).tolist() == [True, True, False, True]
