"""How far a T1 lies off a FLAIR on the same grid, told by mutual information."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

BINS = 32


def offset_mm(
    flair: Array, t1: Array, inside: NDArray[np.bool_], spacing_zyx_mm: tuple[float, ...], reach_mm: float
) -> float:
    """Return how far the T1 would have to move to fit the FLAIR best.

    Along each axis by itself, whole voxels are tried; rotations are not. The measure of fit is
    normalised mutual information (Studholme et al. 1999).

    Args:
        flair: (Z, Y, X).
        t1: The same grid.
        inside: Voxels of the FLAIR that count; they must not be empty.
        spacing_zyx_mm: Voxel size.
        reach_mm: How far to try.
    """
    flat = np.flatnonzero(inside)
    levels = _levels(flair, inside).ravel()[flat]
    t1_levels = _levels(t1, inside).ravel()
    best = []
    for axis, spacing in enumerate(spacing_zyx_mm):
        length, stride = flair.shape[axis], int(np.prod(flair.shape[axis + 1 :]))
        place = flat // stride % length
        # The nearest first: among equals, the smallest offset wins.
        steps = sorted(range(-int(reach_mm / spacing), int(reach_mm / spacing) + 1), key=abs)
        scores = []
        for step in steps or [0]:
            seen = (place >= -step) & (place < length - step)
            moved = t1_levels[flat[seen] + step * stride]
            scores.append(normalised_mutual_information(levels[seen], moved))
        best.append(steps[int(np.argmax(scores))] * spacing)
    return float(np.linalg.norm(best))


def normalised_mutual_information(a: NDArray[np.intp], b: NDArray[np.intp]) -> float:
    """Return (H(a) + H(b)) / H(a, b) for levels 0..31: 1 when independent, 2 when one tells the other."""
    if not a.size:
        return 1.0
    joint = np.bincount(a * BINS + b, minlength=BINS * BINS).reshape(BINS, BINS) / a.size
    together = _entropy(joint)
    return (_entropy(joint.sum(axis=0)) + _entropy(joint.sum(axis=1))) / together if together > 0 else 1.0


def _entropy(shares: NDArray[np.float64]) -> float:
    positive = shares[shares > 0]
    return float(-np.sum(positive * np.log(positive)))


def _levels(image: Array, inside: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Return levels 0..31 between the 1st and 99th percentile of what is inside."""
    low, high = np.percentile(image[inside], (1, 99))
    scaled = (image - low) / max(float(high - low), 1e-30) * BINS
    return np.clip(scaled, 0, BINS - 1).astype(np.intp)
