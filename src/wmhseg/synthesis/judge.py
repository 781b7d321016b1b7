"""The reference labels of a synthetic scan, by the convention (docs/reference/convention.md)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from wmhseg.datasets.slices import OTHER_PATHOLOGY, UNSURE_LABEL, WMH

# Robust SDs: how much must have been added, and how far above white matter the slice must be.
_WMH_ADDED, _WMH_ABOVE = 0.6, 1.2
_UNSURE_ADDED, _UNSURE_ABOVE = 0.25, 0.5
# Smaller pieces of a rim in a slice: no reader marks them, nor calls them wrong.
_SMALLEST_PIECE_MM2 = 10.0
_IN_PLANE = np.ones((1, 3, 3))

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Slices:
    """What is known of the slices (Z, Y, X) that the labels go by.

    Attributes:
        lesions: Lesions fill enough of the voxel.
        other: Other pathology does.
        judged: What rims, haze and bands add, in robust SDs.
        septum: What the septum adds.
        above: How far the FLAIR lies above white matter before noise, in robust SDs.
        pixel_mm: Size of a pixel.
    """

    lesions: Mask
    other: Mask
    judged: Array
    septum: Array
    above: Array
    pixel_mm: float


def judge(slices: Slices) -> NDArray[np.uint8]:
    """Return the labels (Z, Y, X): 1 WMH, 2 other pathology, 3 unsure.

    Rims, haze and bands are WMH where they clearly stand out of white matter, and unsure below that.
    """
    unsure = (slices.judged > _UNSURE_ADDED) & (slices.above > _UNSURE_ABOVE)
    unsure |= slices.septum > _UNSURE_ADDED
    clear = (slices.judged > _WMH_ADDED) & (slices.above > _WMH_ABOVE)
    # Gaps of a pixel in a rim are no gaps to a reader.
    clear |= ndimage.binary_closing(clear, _IN_PLANE) & unsure
    labels = np.zeros(clear.shape, np.uint8)
    labels[unsure | clear] = UNSURE_LABEL
    labels[_large_pieces(clear | slices.lesions, slices.pixel_mm) & clear] = WMH
    labels[slices.lesions] = WMH
    labels[slices.other] = OTHER_PATHOLOGY
    return labels


def _large_pieces(mask: Mask, pixel_mm: float) -> Mask:
    """Return the pieces (in-plane, 8-connected) of at least 10 mm2."""
    structure = np.zeros((3, 3, 3))
    structure[1] = 1
    pieces, _ = ndimage.label(mask, structure)
    sizes = np.bincount(pieces.ravel()) * pixel_mm**2
    sizes[0] = 0
    return np.asarray((sizes >= _SMALLEST_PIECE_MM2)[pieces])
