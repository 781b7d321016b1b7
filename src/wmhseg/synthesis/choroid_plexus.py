"""Choroid plexus as scans show it: fronds in fluid that hang free of the white matter's wall."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from wmhseg.box import box_around
from wmhseg.synthesis.fields import smooth_field
from wmhseg.synthesis.tissues import Tissue, is_any

# It is attached to thalamus and hippocampus; fluid lies between it and these.
_WALL = (Tissue.WHITE, Tissue.CORTEX)
# In narrow ventricles of 1 mm label maps it fills all, and looks like a lesion of the wall.
_GAP_MM = 1.5
_FROND_MM = 1.2


def detach(tissues: NDArray[np.uint8]) -> None:
    """Turn choroid plexus within 1.5 mm of white matter or cortex into fluid (z, y, x at 1 mm), in place."""
    plexus = tissues == Tissue.CHOROID_PLEXUS
    if not plexus.any():
        return
    box = box_around(plexus, 2)
    inside = tissues[box]
    near = ndimage.distance_transform_edt(~is_any(inside, _WALL)) <= _GAP_MM
    inside[plexus[box] & near] = Tissue.VENTRICLE


def paint_fronds(
    tissues: NDArray[np.uint8], seed: int, images: Iterable[tuple[NDArray[np.float32], float]]
) -> None:
    """Mix fluid into the plexus, 30 % on average, by clouds of about a millimetre, in place.

    Args:
        tissues: (z, y, x).
        seed: Of the clouds.
        images: FLAIR and T1 of the same box with the plexus painted evenly, each with its signal of fluid.
    """
    plexus = tissues == Tissue.CHOROID_PLEXUS
    if not plexus.any():
        return
    box = box_around(plexus)
    places = plexus[box]
    share = np.clip(0.7 + 0.4 * smooth_field(places.shape, _FROND_MM, seed)[places], 0, 1)
    for image, fluid in images:
        inside = image[box]
        inside[places] = fluid + share * (inside[places] - fluid)
