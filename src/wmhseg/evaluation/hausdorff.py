"""The modified Hausdorff distance of the challenge: the 95th percentile between two boundaries."""

import math

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from wmhseg.io.volume import Grid

Mask = NDArray[np.bool_]


def index_to_mm(grid: Grid) -> NDArray[np.float64]:
    """Return the matrix (3, 3) from (z, y, x) index rows to mm; distances need no origin."""
    columns_xyz = np.asarray(grid.direction, dtype=float).reshape(3, 3) * np.asarray(grid.spacing_mm)
    return columns_xyz.T[::-1]


def boundary(mask: Mask) -> Mask:
    """Return the voxels with a background voxel among their 8 neighbours in the slice.

    That is the mask minus its erosion by SimpleITK's ball of radius (1, 1, 0), which is the 3x3
    square; beyond the image's edge everything counts as inside.
    """
    padded = np.pad(mask, ((0, 0), (1, 1), (1, 1)), constant_values=True)
    rows = padded[:, :-2] & padded[:, 1:-1] & padded[:, 2:]
    inside: Mask = rows[:, :, :-2] & rows[:, :, 1:-1] & rows[:, :, 2:]
    return mask & ~inside


def h95_mm(true_boundary: Mask, found_boundary: Mask, to_mm: NDArray[np.float64]) -> float:
    """Return the larger 95th percentile of the distances from each boundary to the other."""
    points = [np.argwhere(one) @ to_mm for one in (true_boundary, found_boundary)]
    if not (len(points[0]) and len(points[1])):
        return math.nan
    to_found, to_true = KDTree(points[1]).query(points[0])[0], KDTree(points[0]).query(points[1])[0]
    return float(max(np.percentile(to_found, 95), np.percentile(to_true, 95)))
