"""From the mean probability to the mask."""

import math

import numpy as np
from numpy.typing import NDArray

from wmhseg.lesions import remove_lesions
from wmhseg.recipe import Recipe


def postprocess(
    probability: NDArray[np.float32], spacing_mm: tuple[float, float, float], recipe: Recipe
) -> NDArray[np.uint8]:
    """Threshold, empty the end slices, remove lesions too faint or too small.

    Args:
        probability: Mean probability (Z, Y, X), slices from bottom to top.
        spacing_mm: Voxel size along x, y, z.
        recipe: Threshold (Li et al. 2018, section 3.3), end slices (section 3.4), least peak and size.

    Returns:
        The mask (Z, Y, X), 0 or 1.
    """
    mask = probability > recipe.threshold
    end = int(len(mask) * recipe.end_slice_fraction)
    mask[:end] = False
    mask[len(mask) - end :] = False
    if recipe.min_peak > 0 or recipe.min_lesion_mm3 > 0:
        voxel_mm3 = math.prod(spacing_mm)
        mask = remove_lesions(mask, probability, recipe.min_peak, recipe.min_lesion_mm3, voxel_mm3)
    return mask.astype(np.uint8)
