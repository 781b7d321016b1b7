"""Hard example mining: the slices in which an ensemble errs, to train on them more often."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from wmhseg.datasets.slices import SliceSet, save_slices
from wmhseg.model.ensemble import Ensemble

# Probability of what is found where nothing is, and of what is missed.
FOUND, MISSED = 0.5, 0.3
# Fewer pixels are the borders' doing.
MIN_FOUND_PIXELS, MIN_MISSED_PIXELS = 6, 10
# Pixels this near a label are its border.
BORDER_PIXELS = 2


def hard_slices(probability: NDArray[np.float32], labels: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return which slices hold a clear error.

    Args:
        probability: (N, rows, columns), mean of an ensemble.
        labels: (N, rows, columns), 1 = WMH, 2 = other pathology, 3 = unsure.

    Returns:
        (N,): at least 6 pixels above 0.5 farther than 2 pixels (rows and columns) from any label,
        or at least 10 below 0.3 inside WMH, of which the first row and column do not count.
    """
    size = 2 * BORDER_PIXELS + 1
    near = ndimage.binary_dilation(labels > 0, np.ones((1, size, size)))
    found = ((probability > FOUND) & ~near).sum(axis=(1, 2))
    inside = ndimage.binary_erosion(labels == 1, np.ones((1, 2, 2)))
    missed = ((probability < MISSED) & inside).sum(axis=(1, 2))
    return np.asarray((found >= MIN_FOUND_PIXELS) | (missed >= MIN_MISSED_PIXELS))


def save_hard(ensemble: Ensemble, one: SliceSet, output: Path) -> int:
    """Write a case's hard slices below `output`, a folder that `fit` takes; return their number.

    The case keeps its site, so `fit` draws it as often as others of it. Without any, nothing is written.
    """
    labels = np.asarray(one.labels)
    hard = hard_slices(ensemble.predict(np.asarray(one.images, np.float32)), labels)
    if hard.any():
        save_slices(SliceSet(one.site, f"{one.name}-hard", one.images[hard], labels[hard]), output)
    return int(hard.sum())
