"""From the mean probability to the mask."""

import numpy as np
from numpy.typing import NDArray

from wmhseg.config import Recipe
from wmhseg.lesions import remove_small_lesions


def postprocess(
    probability: NDArray[np.float32], voxel_volume_mm3: float, recipe: Recipe
) -> NDArray[np.uint8]:
    """Threshold, empty the end slices and remove lesions below the recipe's minimum.

    Args:
        probability: Mean probability (Z, Y, X), slices from bottom to top.
        voxel_volume_mm3: Volume of one voxel.
        recipe: Threshold (Li et al. 2018, section 3.3), end slices (section 3.4), minimal lesion.

    Returns:
        The mask (Z, Y, X), 0 or 1.
    """
    mask = probability > recipe.threshold
    end = int(len(mask) * recipe.end_slice_fraction)
    mask[:end] = False
    mask[len(mask) - end :] = False
    if recipe.min_lesion_mm3 > 0:
        mask = remove_small_lesions(mask, recipe.min_lesion_mm3, voxel_volume_mm3)
    return mask.astype(np.uint8)
