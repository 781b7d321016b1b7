"""Where a head's voxels lie in MNI space, from the centres of its deep structures and its extent.

No MNI image is needed: the table holds the structures' usual centres in MNI152 space.
"""

import numpy as np
from numpy.typing import NDArray

# FreeSurfer label -> centre (x, y, z) mm, right-anterior-superior. Right is +12 there: 49 -> (11, ...).
_CENTRES_RAS_MM = {
    10: (-11, -18, 8),
    11: (-13, 9, 10),
    12: (-25, 1, 0),
    13: (-19, -5, -1),
    17: (-25, -22, -14),
    18: (-23, -5, -18),
    26: (-9, 11, -7),
    8: (-25, -63, -35),
    49: (11, -18, 8),
    50: (13, 10, 11),
    51: (25, 2, 0),
    52: (19, -4, -1),
    53: (26, -21, -14),
    54: (23, -4, -18),
    58: (9, 11, -7),
    47: (25, -63, -35),
    15: (0, -46, -32),
}
_CEREBRUM = (2, 3, 41, 42)
# First and last 0.1 % of the cerebrum along z, y, x (superior, posterior, left), mm; its lower end
# varies. Single brains registered to MNI152 are smaller than the template's blurred outline.
_EXTENT_ZYX_MM = ((None, 71.0), (-63.0, 96.0), (-62.0, 62.0))


def fit_mni(labels: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return the affine (3, 4) from voxels (z, y, x, 1) to MNI (z, y, x) in LPS millimetres.

    Least squares over the structures' centres, then a scale and shift per axis that also
    heeds the extent of the cerebrum.

    Args:
        labels: (Z, Y, X), axial LPS, 1 mm, FreeSurfer's numbers.
    """
    found, wanted = _centres(labels)
    affine = np.linalg.lstsq(np.c_[found, np.ones(len(found))], wanted, rcond=None)[0].T
    inside = np.argwhere(np.isin(labels[::2, ::2, ::2], _CEREBRUM)) * 2.0
    placed = inside @ affine[:, :3].T + affine[:, 3]
    centres = found @ affine[:, :3].T + affine[:, 3]
    for axis, targets in enumerate(_EXTENT_ZYX_MM):
        reached = np.percentile(placed[:, axis], (0.1, 99.9))
        pairs = [(r, t) for r, t in zip(reached, targets, strict=True) if t is not None]
        have = np.r_[centres[:, axis], [pair[0] for pair in pairs]]
        want = np.r_[wanted[:, axis], [pair[1] for pair in pairs]]
        slope, shift = np.polyfit(have, want, 1)
        affine[axis] *= slope
        affine[axis, 3] += shift
    return np.asarray(affine, np.float64)


def _centres(labels: NDArray[np.integer]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return centres found (N, 3) in voxels and wanted (N, 3) in LPS mm, both z, y, x."""
    found, wanted = [], []
    for number, (x, y, z) in _CENTRES_RAS_MM.items():
        places = np.nonzero(labels == number)
        if len(places[0]) >= 20:
            found.append([float(axis.mean()) for axis in places])
            wanted.append([float(z), float(-y), float(-x)])
    return np.array(found), np.array(wanted)


def rotation_of(affine: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the rotation (3, 3) closest to the affine's linear part."""
    left, _, right = np.linalg.svd(affine[:, :3])
    return np.asarray(left @ right)
