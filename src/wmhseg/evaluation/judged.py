"""The lesion F1 without result lesions at tissue that nobody judged.

Where a truth has unsure voxels (label 3), taking them out of the result leaves fragments along their
border, each a false lesion by the organisers' count. Here a lesion of the result is found, false or not
judged as a whole.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from wmhseg.box import box_around
from wmhseg.evaluation.organiser import (
    LARGEST_LABEL_TAKEN_OUT,
    SMALLEST_UNSURE,
    as_labels,
    harmonic_mean,
    touched_fraction,
    wmh_masks,
)
from wmhseg.lesions import FACES_EDGES_CORNERS, label_lesions


def lesion_f1_judged(truth: NDArray[Any], result: NDArray[Any]) -> float:
    """Return the lesion F1, where lesions of the result are counted before unsure voxels are taken out.

    One that shares no voxel with WMH but touches an unsure voxel (26 neighbours) or holds one is not
    judged: neither found nor false. Without label 3 it is the organisers' lesion F1.

    Args:
        truth: (Z, Y, X), labels as in `organiser.score`.
        result: (Z, Y, X), as there.

    Raises:
        ValueError: The result holds no real numbers.
    """
    labels = as_labels(truth)
    unsure = (labels > SMALLEST_UNSURE) & (labels <= LARGEST_LABEL_TAKEN_OUT)
    true, found = wmh_masks(np.where(unsure, 0, labels), result)
    box = box_around(true | found, 1)
    true, found, unsure = true[box], found[box], unsure[box]
    lesions, count = label_lesions(found)
    hit = _touched(lesions, count, true)
    near = _touched(lesions, count, ndimage.binary_dilation(unsure, FACES_EDGES_CORNERS))
    judged = np.count_nonzero(hit | ~near)
    precision = np.count_nonzero(hit) / judged if judged else 1.0
    return harmonic_mean(precision, touched_fraction(true, found))


def _touched(lesions: NDArray[np.int32], count: int, where: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return for each of the lesions 1..count whether it has a voxel there."""
    return np.bincount(lesions[where], minlength=count + 1)[1:] > 0
