"""The mask of a variant against that of the scan as it was, where both show the head."""

from dataclasses import dataclass

import numpy as np
import SimpleITK as sitk
from numpy.typing import NDArray

# Voxels larger by more than this are coarser: rounding of headers is not.
_COARSER = 1.01


@dataclass(frozen=True)
class Comparison:
    """Agreement of two masks.

    Attributes:
        dice: On the coarser voxels of the two, inside the common field of view; 1 when both are empty there.
        plain_ml: Volume of the plain mask inside the common field of view.
        variant_ml: Volume of the variant's mask, on its own grid.
        back: Where the variant's voxels are the coarser ones: Dice back on the plain voxels, and what the
            plain mask itself reaches that way.
    """

    dice: float
    plain_ml: float
    variant_ml: float
    back: tuple[float, float] | None = None


def compare(plain: sitk.Image, variant: sitk.Image, *, voxelwise: bool = False) -> Comparison:
    """Compare two masks (0, 1) by the positions of their voxels.

    A coarser voxel holds WMH where at least half of it does. On voxels of the same size the variant's
    mask is interpolated linearly, and 0.5 and more counts: at the same places that is the mask itself.

    Args:
        plain: The mask of the scan as it was.
        variant: The other.
        voxelwise: Compare voxel by voxel whatever the headers say.
    """
    ml = float(sitk.GetArrayViewFromImage(variant).sum() * _voxel_ml(variant))
    if voxelwise:
        variant = sitk.Image(variant)
        variant.CopyInformation(plain)
    found = _on(plain, variant) >= 0.5
    seen = _on(plain, sitk.Cast(variant * 0 + 1, sitk.sitkUInt8)) > 0.5
    known = (sitk.GetArrayFromImage(plain) > 0) & seen
    plain_ml = float(known.sum() * _voxel_ml(plain))
    dice = _dice(found, known)
    if _voxel_ml(variant) <= _COARSER * _voxel_ml(plain):
        return Comparison(dice, plain_ml, ml)
    stored = _stored(plain, variant)
    best = _dice(_on(plain, sitk.Cast(stored, sitk.sitkUInt8)) >= 0.5, known)
    coarse = _dice(sitk.GetArrayFromImage(variant) > 0, sitk.GetArrayFromImage(stored) > 0)
    return Comparison(coarse, plain_ml, ml, (dice, best))


def _dice(one: NDArray[np.bool_], other: NDArray[np.bool_]) -> float:
    total = int(one.sum()) + int(other.sum())
    return 2 * int((one & other).sum()) / total if total else 1.0


def _stored(mask: sitk.Image, grid: sitk.Image) -> sitk.Image:
    """Return the mask on a grid's voxels: 1 where at least half of a voxel is inside."""
    parts = np.ceil(np.divide(grid.GetSpacing(), min(mask.GetSpacing())) - 0.01).astype(int)
    fine = sitk.Expand(grid, parts.tolist(), sitk.sitkNearestNeighbor)
    stored = sitk.BinShrink(sitk.GetImageFromArray(_on(fine, mask)), parts.tolist()) >= 0.5
    stored.CopyInformation(grid)
    return stored


def _on(grid: sitk.Image, mask: sitk.Image) -> NDArray[np.float32]:
    """Return the mask (Z, Y, X) interpolated linearly on a grid, 0 outside."""
    moved = sitk.Resample(mask, grid, sitk.Transform(), sitk.sitkLinear, 0.0, sitk.sitkFloat32)
    return sitk.GetArrayFromImage(moved)


def _voxel_ml(image: sitk.Image) -> float:
    x, y, z = image.GetSpacing()
    return x * y * z / 1000
