"""How often WMH lie at each place of MNI space."""

from collections.abc import Iterable

import numpy as np

from wmhseg.errors import InputError
from wmhseg.io.volume import Volume
from wmhseg.mni.template import GRID


def frequency_map(masks: Iterable[Volume]) -> Volume:
    """Return the share of scans with WMH in each voxel of the template's grid, float32 from 0 to 1.

    Args:
        masks: One a scan, 0/1, on the template's grid; at least one.

    Raises:
        InputError: There is none, or one lies on another grid.
    """
    count, total = np.zeros(GRID.shape_zyx, np.int32), 0
    for mask in masks:
        require_template_grid(mask, "mask in MNI space")
        count += mask.array != 0
        total += 1
    if not total:
        raise InputError("frequency map: expected one mask or more in MNI space, found none")
    return Volume((count / total).astype(np.float32), GRID)


def require_template_grid(mask: Volume, name: str) -> None:
    """Raise InputError if a mask, which is called `name`, does not lie on the template's grid."""
    if not mask.grid.same_as(GRID):
        raise InputError(
            f"{name}: expected {GRID}, found {mask.grid} or another place or direction; make it again"
        )
