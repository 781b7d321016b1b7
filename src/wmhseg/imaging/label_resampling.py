"""Label images on another grid."""

from typing import Any

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray

from wmhseg.io.volume import Grid, Volume, to_image


def resample_labels(labels: Volume, grid: Grid, transform: sitk.Transform | None = None) -> NDArray[np.int32]:
    """Return the label (Z, Y, X) nearest to each voxel of a grid; 0 outside of the image.

    Args:
        labels: int32.
        grid: Where to sample.
        transform: From places on `grid` to places in `labels`, as ITK and ANTs resample; None: the headers
            alone decide.
    """
    reference = sitk.Image(grid.size_xyz, sitk.sitkUInt8)
    reference.SetSpacing(grid.spacing_mm)
    reference.SetOrigin(grid.origin_mm)
    reference.SetDirection(grid.direction)
    way = sitk.Transform(3, sitk.sitkIdentity) if transform is None else transform
    moved = sitk.Resample(to_image(labels), reference, way, sitk.sitkNearestNeighbor, 0, sitk.sitkInt32)
    found: NDArray[Any] = sitk.GetArrayFromImage(moved)
    return found
