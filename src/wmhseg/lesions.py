"""What a lesion is: a 26-connected component of a mask, in three dimensions.

The challenge's organisers count lesions this way (SimpleITK's ConnectedComponent, fully
connected); everything here that counts, measures or removes lesions uses these functions.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from wmhseg.box import box_around

FACES_EDGES_CORNERS = np.ones((3, 3, 3), dtype=bool)

# Headers carry spacings as float32: three voxels of "3 mm3" must pass a limit of 9 mm3.
_VOLUME_TOLERANCE = 1e-6


def label_lesions(mask: NDArray[Any]) -> tuple[NDArray[np.int32], int]:
    """Number the lesions of a mask.

    Args:
        mask: (Z, Y, X); voxels that are not zero belong to a lesion.

    Returns:
        An array of the same shape with 0 outside and 1..count inside the lesions, and the count.

    Raises:
        ValueError: The mask is not three-dimensional.
    """
    if mask.ndim != 3:
        raise ValueError(f"expected a mask (Z, Y, X), found {mask.ndim} dimensions: {mask.shape}")
    labels = np.empty(mask.shape, dtype=np.int32)
    count = ndimage.label(mask, structure=FACES_EDGES_CORNERS, output=labels)
    return labels, int(count)


def lesion_volumes_mm3(labels: NDArray[np.int32], count: int, voxel_volume_mm3: float) -> NDArray[np.float64]:
    """Return the volume of each lesion, (count,), lesion 1 first.

    Args:
        labels: (Z, Y, X), as `label_lesions` returns them.
        count: Number of lesions in `labels`.
        voxel_volume_mm3: Volume of one voxel.
    """
    voxels = np.bincount(labels.ravel(), minlength=count + 1)[1:]
    return np.multiply(voxels, voxel_volume_mm3, dtype=np.float64)


def number_by_volume(labels: NDArray[np.int32], count: int) -> NDArray[np.int32]:
    """Return the labels (Z, Y, X) numbered anew: lesion 1 is the largest.

    Args:
        labels: As `label_lesions` returns them; of equals, the first stays the first.
        count: Number of lesions in `labels`.
    """
    voxels = np.bincount(labels.ravel(), minlength=count + 1)[1:]
    new = np.zeros(count + 1, dtype=np.int32)
    new[1 + np.argsort(-voxels, kind="stable")] = np.arange(1, count + 1)
    return new[labels]


def largest_slices(labels: NDArray[np.int32]) -> list[int]:
    """Return for each lesion the slice in which it has most voxels, lesion 1 first.

    Args:
        labels: (Z, Y, X), 0 outside and 1..count inside.
    """
    count = int(labels.max(initial=0))
    voxels = np.stack([np.bincount(part.ravel(), minlength=count + 1) for part in labels])
    return [int(z) for z in np.argmax(voxels, axis=0)[1:]]


def remove_lesions(
    mask: NDArray[np.bool_],
    probability: NDArray[np.float32],
    min_peak: float,
    min_volume_mm3: float,
    voxel_volume_mm3: float,
) -> NDArray[np.bool_]:
    """Return the mask without the lesions that are too faint or too small.

    Args:
        mask: (Z, Y, X).
        probability: Of the same shape.
        min_peak: Lesions with one voxel of this probability or more stay; 0 keeps all.
        min_volume_mm3: Lesions of this volume or more stay; 0 keeps all.
        voxel_volume_mm3: Volume of one voxel.

    Raises:
        ValueError: The mask is not three-dimensional.
    """
    # Lesions fill a small part of a scan: outside their box there is nothing to number.
    box = box_around(mask)
    labels, count = label_lesions(mask[box])
    volumes = lesion_volumes_mm3(labels, count, voxel_volume_mm3)
    keep = np.zeros(count + 1, dtype=bool)
    keep[labels[probability[box] >= min_peak]] = True
    keep[0] = False
    keep[1:] &= volumes >= min_volume_mm3 * (1 - _VOLUME_TOLERANCE)
    kept = np.zeros_like(mask)
    kept[box] = keep[labels]
    return kept
