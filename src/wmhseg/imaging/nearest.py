"""Labels on another grid."""

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray

from wmhseg.io.volume import Grid, Volume, from_image, to_image


def nearest(labels: Volume, grid: Grid) -> NDArray[np.int32]:
    """Return labels (Z, Y, X) of the nearest voxels, by the headers alone; 0 where there is none."""
    reference = sitk.Image(grid.size_xyz, sitk.sitkUInt8)
    reference.SetSpacing(grid.spacing_mm)
    reference.SetOrigin(grid.origin_mm)
    reference.SetDirection(grid.direction)
    image = sitk.Cast(to_image(labels), sitk.sitkInt32)
    moved = sitk.Resample(image, reference, sitk.Transform(), sitk.sitkNearestNeighbor, 0)
    return np.asarray(from_image(moved).array)
