"""Long bands that follow the optic radiation backwards, beside and behind the occipital horns."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wmhseg.synthesis.fields import smooth_field

# Its middle, right: MNI (y, |x|, z) in LPS mm, from beside the trigone to the occipital pole.
_MIDDLE_MM = ((24.0, 35.0, 2.0), (42.0, 35.0, 6.0), (58.0, 30.0, 6.0), (74.0, 22.0, 4.0), (90.0, 13.0, 2.0))
_FADE_MM = 8.0


@dataclass(frozen=True)
class OpticBands:
    """One draw.

    Attributes:
        sd: Brightness right and left, in robust SDs of the image; 0 for none.
        width_mm: SD of the profile across, sideways and upwards.
        reach_mm: Where a band begins and ends, MNI y (LPS).
        shift_mm: Of the middle, sideways and upwards.
        seed: Of the patches along it.
    """

    sd: tuple[float, float]
    width_mm: tuple[float, float]
    reach_mm: tuple[float, float]
    shift_mm: tuple[float, float]
    seed: int


def sample_optic_bands(rng: np.random.Generator) -> OpticBands:
    """Draw: in a third of the heads, from hardly visible to as bright as lesions, often on one side."""
    there = (rng.random(2) < 0.75) * (rng.random() < 0.35)
    sd = rng.uniform(0.2, 3.5, 2) * there
    shift = rng.normal(0, (1.5, 2.0))
    begin = rng.uniform(24, 50)
    return OpticBands(
        sd=(float(sd[0]), float(sd[1])),
        width_mm=(float(rng.uniform(1.5, 4.0)), float(rng.uniform(3.0, 6.5))),
        reach_mm=(float(begin), float(rng.uniform(begin + 15, 95))),
        shift_mm=(float(shift[0]), float(shift[1])),
        seed=int(rng.integers(2**31)),
    )


def optic_brightness(mni: NDArray[np.float32], parameters: OpticBands) -> NDArray[np.float32]:
    """Return what both bands add (z, y, x), in robust SDs, not yet cut to white matter.

    Args:
        mni: (3, z, y, x): MNI (z, y, x) in LPS mm of each voxel.
        parameters: The draw.
    """
    z, y, x = mni
    if not any(parameters.sd):
        return np.zeros(x.shape, np.float32)
    ys, xs, zs = zip(*_MIDDLE_MM, strict=True)
    across, up = parameters.shift_mm
    away = ((np.abs(x) - np.interp(y, ys, xs) - across) / parameters.width_mm[0]) ** 2
    away += ((z - np.interp(y, ys, zs) - up) / parameters.width_mm[1]) ** 2
    begin, end = parameters.reach_mm
    along = np.clip((y - begin) / _FADE_MM, 0, 1) * np.clip((end - y) / _FADE_MM, 0, 1)
    patchy = np.clip(0.9 + 0.35 * smooth_field(x.shape, 9.0, parameters.seed), 0, 1.4)
    side = np.where(x > 0, parameters.sd[1], parameters.sd[0])
    return np.asarray(side * np.exp(-away / 2) * along * patchy, np.float32)
