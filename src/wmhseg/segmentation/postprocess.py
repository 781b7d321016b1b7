"""From the mean probability to the mask."""

import math

import numpy as np
from numpy.typing import NDArray

from wmhseg.lesions import remove_faint_lesions, remove_small_lesions
from wmhseg.recipe import Recipe


def postprocess(
    probability: NDArray[np.float32], spacing_mm: tuple[float, float, float], recipe: Recipe
) -> NDArray[np.uint8]:
    """Threshold, let thin slices vote, empty the end slices, remove lesions too faint or too small.

    Args:
        probability: Mean probability (Z, Y, X), slices from bottom to top.
        spacing_mm: Voxel size along x, y, z.
        recipe: Threshold (Li et al. 2018, section 3.3), end slices (section 3.4), votes, least peak and size.

    Returns:
        The mask (Z, Y, X), 0 or 1.
    """
    mask = probability > recipe.threshold
    if spacing_mm[2] < recipe.vote_below_mm:
        mask = _majority_of_neighbours(mask)
    end = int(len(mask) * recipe.end_slice_fraction)
    mask[:end] = False
    mask[len(mask) - end :] = False
    if recipe.min_peak > 0:
        mask = remove_faint_lesions(mask, probability, recipe.min_peak)
    if recipe.min_lesion_mm3 > 0:
        mask = remove_small_lesions(mask, recipe.min_lesion_mm3, math.prod(spacing_mm))
    return mask.astype(np.uint8)


def _majority_of_neighbours(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return what two of each slice, the one below and the one above hold; end slices decide alone."""
    below, above = np.concatenate([mask[:1], mask[:-1]]), np.concatenate([mask[1:], mask[-1:]])
    return (mask & (below | above)) | (below & above)
