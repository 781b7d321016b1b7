"""Reading label maps of heads and masks of lesions."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from wmhseg.errors import InputError
from wmhseg.imaging.geometry import to_axial_lps
from wmhseg.io.volume import read_volume
from wmhseg.synthesis.mni import fit_mni
from wmhseg.synthesis.tissues import BRAIN, is_any, tissues_of

# How far below the brain a scan may reach.
_NECK_MM = 45


@dataclass(frozen=True)
class Head:
    """A head at 1 mm, axial LPS.

    Attributes:
        tissues: (Z, Y, X) uint8, values of `Tissue`.
        mni: Affine (3, 4) from voxels (z, y, x, 1) to MNI (z, y, x), LPS millimetres.
    """

    tissues: NDArray[np.uint8]
    mni: NDArray[np.float64]


@dataclass(frozen=True)
class LesionMask:
    """A real lesion mask in MNI space.

    Attributes:
        density: (Z, Y, X) float32, axial LPS, 1 mm; 0.5 on the lesions' surface.
        origin_mm: MNI (z, y, x) of the first voxel, LPS.
        volume_ml: The mask's volume.
    """

    density: NDArray[np.float32]
    origin_mm: tuple[float, float, float]
    volume_ml: float


def find_images(folder: str | Path, what: str) -> list[Path]:
    """Return the NIfTI files of a folder, sorted.

    Raises:
        InputError: There is none.
    """
    found = sorted(Path(folder).glob("*.nii.gz"))
    if not found:
        raise InputError(f"{folder}: expected {what} (*.nii.gz), found none; check the path")
    return found


def head_from_labels(labels: NDArray[np.integer]) -> Head:
    """Build a head from a label map (Z, Y, X), axial LPS, 1 mm."""
    tissues = tissues_of(labels)
    head = np.argwhere(tissues[::2, ::2, ::2] > 0) * 2
    brain_low = int(np.argmax(is_any(tissues, BRAIN).any(axis=(1, 2))))
    low = np.maximum(head.min(axis=0) - 2, 0)
    low[0] = max(low[0], brain_low - _NECK_MM)
    high = head.max(axis=0) + 3
    cropped = tissues[low[0] : high[0], low[1] : high[1], low[2] : high[2]]
    mni = fit_mni(labels)
    mni[:, 3] += mni[:, :3] @ low
    return Head(np.ascontiguousarray(cropped), mni)


@lru_cache(maxsize=32)
def read_head(path: Path) -> Head:
    """Read a label map and place it in MNI space.

    Raises:
        InputError: The file is unreadable, not 1 mm, or has unknown labels.
    """
    volume, _ = to_axial_lps(read_volume(path))
    if not np.allclose(volume.grid.spacing_mm, 1.0, atol=0.05):
        raise InputError(f"{path}: expected a label map of 1 mm, found {volume.grid}; resample it first")
    try:
        return head_from_labels(np.rint(volume.array).astype(np.int32))
    except InputError as error:
        raise InputError(f"{path}: {error}") from None


@lru_cache(maxsize=64)
def read_lesion_mask(path: Path) -> LesionMask:
    """Read a lesion mask in MNI space (1 mm).

    Raises:
        InputError: The file is unreadable or not 1 mm.
    """
    volume, _ = to_axial_lps(read_volume(path))
    if not np.allclose(volume.grid.spacing_mm, 1.0, atol=0.05):
        raise InputError(f"{path}: expected a mask of 1 mm in MNI space, found {volume.grid}")
    mask = volume.array > 0.5
    density = ndimage.gaussian_filter(mask.astype(np.float32), 0.7)
    x, y, z = volume.grid.origin_mm
    return LesionMask(density, (z, y, x), float(mask.sum()) * volume.grid.voxel_volume_mm3 / 1000)
