"""The mask of a variant against that of the scan as it was, where both show the head."""

from dataclasses import dataclass

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray


@dataclass(frozen=True)
class Comparison:
    """Agreement of two masks.

    Attributes:
        dice: Of both on the plain grid, inside the common field of view; 1 when both are empty there.
        plain_ml: Volume of the plain mask inside the common field of view.
        variant_ml: Volume of the variant's mask, on its own grid.
    """

    dice: float
    plain_ml: float
    variant_ml: float


def compare(plain: sitk.Image, variant: sitk.Image, *, voxelwise: bool = False) -> Comparison:
    """Compare two masks (0, 1) by the positions of their voxels.

    The variant's mask is interpolated linearly at the plain mask's voxels, and 0.5 and more counts: at
    the same places that is the mask itself.

    Args:
        plain: The mask of the scan as it was.
        variant: The other.
        voxelwise: Compare voxel by voxel whatever the headers say.
    """
    ml = sitk.GetArrayViewFromImage(variant).sum() * _voxel_ml(variant)
    if voxelwise:
        variant = sitk.Image(variant)
        variant.CopyInformation(plain)
    found = _on(plain, variant) >= 0.5
    seen = _on(plain, sitk.Cast(variant * 0 + 1, sitk.sitkUInt8)) > 0.5
    known = (sitk.GetArrayFromImage(plain) > 0) & seen
    total = int(found.sum()) + int(known.sum())
    dice = 2 * int((found & known).sum()) / total if total else 1.0
    return Comparison(dice, float(known.sum() * _voxel_ml(plain)), float(ml))


def at_best(plain: sitk.Image, variant: sitk.Image) -> float:
    """Return the Dice of the plain mask itself, once stored on the variant's voxels and compared likewise.

    A voxel of the variant holds WMH where at least half of it does.

    Args:
        plain: The mask of the scan as it was.
        variant: A mask on the variant's grid; its values do not matter.
    """
    parts = np.ceil(np.divide(variant.GetSpacing(), min(plain.GetSpacing())) - 0.01).astype(int)
    fine = sitk.Expand(variant, parts.tolist(), sitk.sitkNearestNeighbor)
    inside = sitk.GetImageFromArray(_on(fine, plain))
    stored = sitk.BinShrink(inside, parts.tolist()) >= 0.5
    stored.CopyInformation(variant)
    return compare(plain, sitk.Cast(stored, sitk.sitkUInt8)).dice


def _on(grid: sitk.Image, mask: sitk.Image) -> NDArray[np.float32]:
    """Return the mask (Z, Y, X) interpolated linearly on a grid, 0 outside."""
    moved = sitk.Resample(mask, grid, sitk.Transform(), sitk.sitkLinear, 0.0, sitk.sitkFloat32)
    return sitk.GetArrayFromImage(moved)


def _voxel_ml(image: sitk.Image) -> float:
    x, y, z = image.GetSpacing()
    return x * y * z / 1000
