"""Direction cosines: how far they are from a rotation, and the closest one."""

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]

# Rounded cosines differ from a rotation's by less; more is a shear that someone meant.
SKEW_LIMIT = 0.01
# Less comes from float32 headers and is not worth a word (0.006 degrees).
_SKEW_SILENT = 1e-4


def closest_rotation(cosines: Matrix) -> Matrix:
    """Return the orthonormal matrix closest to `cosines` (3, 3), reflections included (Schönemann 1966)."""
    left, _, right = np.linalg.svd(cosines)
    return np.asarray(left @ right)


def skew_degrees(cosines: Matrix) -> float | None:
    """Return the largest angle between an axis and that of the closest rotation; None for sheared axes."""
    rotation = closest_rotation(cosines)
    if not np.abs(rotation - cosines).max() <= SKEW_LIMIT:
        return None
    return float(np.rad2deg(np.arccos(np.clip(np.sum(rotation * cosines, axis=0), -1, 1)).max()))


def skew_warning(name: object, cosines: Matrix) -> list[str]:
    """Return what to say about axes that had to be straightened: nothing, or one line."""
    if np.abs(closest_rotation(cosines) - cosines).max() <= _SKEW_SILENT:
        return []
    return [f"{name}: axes up to {skew_degrees(cosines):.2f} degrees off right angles were straightened"]
