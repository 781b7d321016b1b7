"""The volume's uncertainty: what each member alone, or another threshold, would have measured."""

from dataclasses import replace

import numpy as np

from wmhseg.imaging.geometry import to_axial_lps
from wmhseg.io.volume import Volume
from wmhseg.recipe import Recipe
from wmhseg.report.findings import COLUMN_THRESHOLDS
from wmhseg.report.summary import Spread
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
    members = tuple(mask_volume_ml(member, recipe, recipe.threshold) for member in result.members)
    thresholds = sorted({*COLUMN_THRESHOLDS, recipe.threshold})
    above = tuple((limit, mask_volume_ml(result.probability, recipe, limit)) for limit in thresholds)
    own = dict(above)[recipe.threshold]
    return Spread(members, min(*members, own), max(*members, own), above)


def mask_volume_ml(probability: Volume, recipe: Recipe, threshold: float) -> float:
    """Return the volume of the mask that a recipe with another threshold makes of a probability."""
    if recipe.axial_lps:  # slices that vote or are emptied are axial ones
        probability, _ = to_axial_lps(probability)
    mask = postprocess(probability.array, probability.grid.spacing_mm, replace(recipe, threshold=threshold))
    return round(float(np.count_nonzero(mask)) * probability.grid.voxel_volume_mm3 / 1000.0, 6)
