"""Real lesions, moved from MNI space into a head, shifted and warped a little."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from wmhseg.synthesis.fields import smooth_field
from wmhseg.synthesis.heads import LesionMask

_WARP_SCALE_MM = 22.0


@dataclass(frozen=True)
class RealLesions:
    """One draw: which mask and how it is moved.

    Attributes:
        index: Of the mask.
        shift_mm: (z, y, x) in MNI space.
        scale: Size about the MNI origin.
        mirror: Swap left and right.
        warp_mm: Standard deviation of a smooth warp.
        level: Density that counts as inside: below 0.5 grows, above shrinks the lesions.
        seed: Of the warp.
    """

    index: int
    shift_mm: tuple[float, float, float]
    scale: float
    mirror: bool
    warp_mm: float
    level: float
    seed: int


def sample_real_lesions(rng: np.random.Generator, index: int) -> RealLesions:
    """Draw how mask number `index` is moved."""
    shift = rng.normal(0, 2.0, 3)
    return RealLesions(
        index=index,
        shift_mm=(float(shift[0]), float(shift[1]), float(shift[2])),
        scale=float(rng.uniform(0.92, 1.08)),
        mirror=bool(rng.random() < 0.5),
        warp_mm=float(rng.uniform(0.5, 3.0)),
        level=float(rng.uniform(0.3, 0.6)),
        seed=int(rng.integers(2**31)),
    )


def move_lesions(mask: LesionMask, mni: NDArray[np.float32], parameters: RealLesions) -> NDArray[np.bool_]:
    """Return the lesions (z, y, x) at the places `mni` (3, z, y, x)."""
    places = np.empty_like(mni)
    for axis in range(3):
        sign = -1 if axis == 2 and parameters.mirror else 1
        warp = parameters.warp_mm * smooth_field(mni.shape[1:], _WARP_SCALE_MM, parameters.seed + axis)
        places[axis] = (mni[axis] * sign - parameters.shift_mm[axis]) / parameters.scale + warp
        places[axis] -= mask.origin_mm[axis]
    density = ndimage.map_coordinates(mask.density, places, order=1, output=np.float32)
    return np.asarray(density > parameters.level)
