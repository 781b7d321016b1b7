"""Whether two masks show the same, where nibabel sees them."""

from pathlib import Path

import nibabel as nib
import numpy as np

LEAST_DICE, MOST_VOLUME_CHANGE = 0.95, 0.05


def volume_ml(path: Path) -> float:
    """Return a mask's volume."""
    mask = nib.load(path)
    return float(np.count_nonzero(mask.dataobj) * abs(np.linalg.det(mask.affine[:3, :3])) / 1000)


def difference(mask: Path, reference: Path, *, by_voxels: bool = False) -> str:
    """Return how a mask differs from a reference, "" if it hardly does.

    Args:
        mask: A mask on any grid.
        reference: What it should show.
        by_voxels: Compare voxel by voxel, wherever they lie, instead of by place.
    """
    if not mask.is_file():
        return "no mask"
    found, expected = nib.load(mask), nib.load(reference)
    dice = _dice(found, expected, np.eye(4) if by_voxels else None)
    change = volume_ml(mask) / volume_ml(reference) - 1
    if dice < LEAST_DICE or abs(change) > MOST_VOLUME_CHANGE:
        return f"Dice {dice:.2f}, volume {change:+.0%}"
    return ""


def _dice(found: nib.Nifti1Image, expected: nib.Nifti1Image, to_index: np.ndarray | None) -> float:
    if to_index is None:
        to_index = np.linalg.inv(expected.affine) @ found.affine
    truth = np.asarray(expected.dataobj) > 0
    indices = np.argwhere(np.asarray(found.dataobj) > 0)
    there = np.rint(indices @ to_index[:3, :3].T + to_index[:3, 3]).astype(int)
    there = there[((there >= 0) & (there < truth.shape)).all(axis=1)]
    return float(2 * truth[tuple(there.T)].sum() / max(1, len(indices) + truth.sum()))
