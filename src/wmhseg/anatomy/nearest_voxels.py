"""How far points lie from a structure, in mm, whatever the shape of the voxels."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Points = NDArray[np.intp]
Mask = NDArray[np.bool_]


def nearest_voxels(
    points: Points, mask: Mask, spacing_mm: Sequence[float]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return for each point the distance to the nearest voxel of a mask, and that voxel's place.

    Distances run from centre to centre. They are 0 in the mask and infinite where it is empty.

    Args:
        points: Indices of voxels, (N, dimensions).
        mask: Of as many dimensions.
        spacing_mm: Voxel size along the mask's axes.

    Returns:
        Distances in mm, (N,), and places in mm, (N, dimensions).
    """
    places = points * np.asarray(spacing_mm)
    edge = np.argwhere(mask & ~ndimage.binary_erosion(mask))
    if not len(edge) or not len(points):
        return np.full(len(points), np.inf), places
    targets = edge * np.asarray(spacing_mm)
    from scipy.spatial import KDTree  # a tenth of a second that masks alone need not wait for

    distances, found = KDTree(targets).query(places)
    inside = mask[tuple(points.T)]
    return np.where(inside, 0.0, distances), np.where(inside[:, np.newaxis], places, targets[found])


def touching(points: Points, mask: Mask, distances_mm: NDArray[np.float64], within_mm: float) -> Mask:
    """Tell which points touch a mask: they lie in it, share a face with one of its voxels, or lie close.

    A face counts whatever the distance: between neighbouring thick slices nothing can be seen.

    Args:
        points: Indices of voxels, (N, 3).
        mask: (Z, Y, X).
        distances_mm: The points' distances from the mask, (N,).
        within_mm: What is close.
    """
    return (distances_mm <= within_mm) | ndimage.binary_dilation(mask)[tuple(points.T)]
