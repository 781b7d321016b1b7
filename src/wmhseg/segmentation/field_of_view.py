"""Whether an image is as large as one of a head: another unit than mm is noticed before any work."""

import numpy as np

from wmhseg.errors import InputError
from wmhseg.io.volume import Grid

# Across slices a slab may be shorter.
LEAST_MM, LEAST_ACROSS_MM, MOST_MM = 50.0, 20.0, 1000.0
# A head's longest extent, where a unit is taken for another.
_USUAL_MM = 100.0, 500.0


def require_field_of_view(name: str, grid: Grid) -> None:
    """Refuse an image too small or too large for a head.

    Two of its extents (number of voxels by their size) must be 50 to 1000 mm, the shortest 20 to 1000 mm.

    Raises:
        InputError: It is.
    """
    extents_mm = np.multiply(grid.size_xyz, grid.spacing_mm)
    shortest, second, longest = sorted(extents_mm.tolist())
    if shortest >= LEAST_ACROSS_MM and second >= LEAST_MM and longest <= MOST_MM:
        return
    found = " x ".join(f"{extent:.4g}" for extent in extents_mm)
    raise InputError(
        f"{name}: expected a head in {LEAST_MM:g} to {MOST_MM:g} mm ({LEAST_ACROSS_MM:g} across slices), "
        f"found {grid}, {found} mm{_unit(longest)}; correct the voxel size in the header"
    )


def _unit(longest_mm: float) -> str:
    for factor in (10, 1000):
        for mended, word in ((longest_mm * factor, "small"), (longest_mm / factor, "large")):
            if _USUAL_MM[0] <= mended <= _USUAL_MM[1]:
                return f"; sizes that are {factor} times too {word} mean another unit than mm"
    return ""
