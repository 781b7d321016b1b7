"""The box that holds a mask: what lies outside need not be computed."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def box_around(mask: NDArray[Any], margin: int = 0) -> tuple[slice, slice, slice]:
    """Return the smallest box about a mask (Z, Y, X), with a margin, within the array.

    Args:
        mask: Voxels that are not zero are inside the box; of none, it is empty.
        margin: Voxels more on each side, where the array has them.
    """
    z, y, x = (_range(np.any(mask, axis=others), margin) for others in ((1, 2), (0, 2), (0, 1)))
    return z, y, x


def _range(used: NDArray[Any], margin: int) -> slice:
    there = np.flatnonzero(used)
    if not there.size:
        return slice(0)
    return slice(max(0, int(there[0]) - margin), min(len(used), int(there[-1]) + margin + 1))
