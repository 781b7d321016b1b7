"""The unit of brightness: the robust SD that normalisation will find in the deep part of the head."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from wmhseg.imaging.head import MAD_TO_SD, core_mask
from wmhseg.synthesis.anatomy import Anatomy
from wmhseg.synthesis.tissues import BRAIN, Tissue, is_any

# Found on every third slice, every second row and column.
_STEPS = (3, 2, 2)
# A scan with much air and fluid in its deep part has a wide spread; lesions do not brighten with it.
_LARGEST_SD = 0.45


def find_core(anatomy: Anatomy, stripped: bool) -> NDArray[np.float32]:
    """Return 1 in the deep part of a head (Z, Y, X), to within 3 mm, 0 elsewhere.

    Args:
        anatomy: The head.
        stripped: Only the brain is left of it.
    """
    coarse = anatomy.tissues[tuple(slice(None, None, step) for step in _STEPS)]
    there = is_any(coarse, BRAIN) if stripped else coarse != Tissue.AIR
    # Sulci and air-filled sinuses lie inside.
    closed = ndimage.binary_closing(there, np.ones((1, 3, 3)), iterations=2)
    filled = np.stack([ndimage.binary_fill_holes(one) for one in closed])
    fine = core_mask(filled, (float(_STEPS[1]), float(_STEPS[2]))).astype(np.float32)
    for axis, step in enumerate(_STEPS):
        fine = fine.repeat(step, axis)
    z, y, x = anatomy.tissues.shape
    return fine[:z, :y, :x]


def robust_sd(values: NDArray[np.float32], noise: float) -> float:
    """Return 1.4826 MAD of the values, with noise to come in quadrature; at most 0.45."""
    if not values.size:
        return _LARGEST_SD
    deviation = MAD_TO_SD * np.median(np.abs(values - np.median(values)))
    return float(min(np.hypot(deviation, noise), _LARGEST_SD))
