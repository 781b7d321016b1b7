"""The volume's uncertainty: what each member alone, or another threshold, would have measured; agreement."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from wmhseg.imaging.geometry import to_axial_lps
from wmhseg.io.volume import Volume
from wmhseg.recipe import Recipe
from wmhseg.report.findings import COLUMN_THRESHOLDS
from wmhseg.report.summary import Spread
from wmhseg.segmentation.agreement import agreement, expected_dsc
from wmhseg.segmentation.postprocess import postprocess
from wmhseg.segmentation.segment_scan import Segmentation


def measure_spread(result: Segmentation, recipe: Recipe) -> Spread:
    """Measure a result whose members are there.

    Every mask is made as the result's own is: the recipe's threshold (or the other one), end
    slices, faintest and smallest lesion.

    Raises:
        ValueError: The result has no members.
    """
    if not result.members:
        raise ValueError("expected each member's probability, found none: predict them all")
    masks = [mask_at(member, recipe, recipe.threshold) for member in result.members]
    voxel_ml = result.mask.grid.voxel_volume_mm3 / 1000.0
    members = tuple(_volume_ml(mask, voxel_ml) for mask in masks)
    thresholds = sorted({*COLUMN_THRESHOLDS, recipe.threshold})
    above = tuple(
        (limit, _volume_ml(mask_at(result.probability, recipe, limit), voxel_ml)) for limit in thresholds
    )
    own = dict(above)[recipe.threshold]
    agreed = agreement(masks)
    return Spread(
        members,
        min(*members, own),
        max(*members, own),
        above,
        None if agreed is None else round(agreed, 4),
        None if agreed is None else round(expected_dsc(agreed), 3),
    )


def mask_at(probability: Volume, recipe: Recipe, threshold: float) -> NDArray[np.uint8]:
    """Return the axial mask (Z, Y, X) that a recipe with another threshold makes of a probability."""
    if recipe.axial_lps:  # the slices that are emptied are axial ones
        probability, _ = to_axial_lps(probability)
    return postprocess(probability.array, probability.grid.spacing_mm, replace(recipe, threshold=threshold))


def _volume_ml(mask: NDArray[np.uint8], voxel_ml: float) -> float:
    return round(float(np.count_nonzero(mask)) * voxel_ml, 6)
