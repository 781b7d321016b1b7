"""Coarser images whose voxels lie exactly where the finer ones do."""

import numpy as np
from scipy import ndimage

from wmhseg.io.volume import Volume, from_image, to_image


def coarser(volume: Volume, spacing_mm: float) -> Volume:
    """Return every so many-th voxel along axes finer than `spacing_mm`, blurred against aliasing.

    ITK's Shrink puts them up to half a voxel elsewhere, more on turned grids.

    Args:
        volume: Any grid.
        spacing_mm: About what its axes come to.

    Returns:
        float32; its first voxel is the first one's place.
    """
    factors = [max(1, int(spacing_mm / value + 0.3)) for value in volume.grid.spacing_mm]
    sds = [0.4 * factor if factor > 1 else 0.0 for factor in reversed(factors)]
    blurred = ndimage.gaussian_filter(volume.array, sds, output=np.float32, mode="nearest")
    x, y, z = factors
    return from_image(to_image(Volume(blurred, volume.grid))[::x, ::y, ::z])
