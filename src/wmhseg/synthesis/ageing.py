"""Older and younger brains: wider ventricles, wider or narrower sulci."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from wmhseg.box import box_around
from wmhseg.synthesis.fields import smooth_field
from wmhseg.synthesis.tissues import Tissue

_REACH_MM = 14
_SIGMA_MM = 3.5


@dataclass(frozen=True)
class Ageing:
    """One draw.

    Attributes:
        ventricle_mm: How far the tissue around the ventricles moves outwards at most.
        sulci: 0 leaves the cortex as it is, 1 takes about half of its surface layer for CSF, -1
            gives it about one more layer: narrow sulci, as in younger brains.
        seed: Of where the cortex changes.
    """

    ventricle_mm: float
    sulci: float
    seed: int


def sample_ageing(rng: np.random.Generator) -> Ageing:
    """Draw: wider ventricles in two heads of five; mostly narrower sulci, as the heads have wide ones."""
    return Ageing(
        ventricle_mm=float(rng.uniform(0, 5.0)) * bool(rng.random() < 0.4),
        sulci=float(rng.uniform(-1.2, 0.15)),
        seed=int(rng.integers(2**31)),
    )


def widen_ventricles(tissues: NDArray[np.uint8], ventricle_mm: float) -> None:
    """Move the tissue around the ventricles outwards, in place.

    Each voxel takes the tissue that lies up to `ventricle_mm` nearer to the ventricles: a smooth
    pull along the gradient of the blurred ventricles, so caudate and callosum keep their thickness.
    """
    inside = (tissues == Tissue.VENTRICLE) | (tissues == Tissue.CHOROID_PLEXUS)
    if ventricle_mm <= 0 or not inside.any():
        return
    box = box_around(inside, _REACH_MM)
    blurred = ndimage.gaussian_filter(inside[box].astype(np.float32), _SIGMA_MM)
    slopes = np.stack(np.gradient(blurred))
    slopes *= ventricle_mm / max(float(np.sqrt((slopes**2).sum(axis=0)).max()), 1e-6)
    slopes += np.indices(blurred.shape, dtype=np.float32)
    tissues[box] = ndimage.map_coordinates(tissues[box], slopes, order=0, mode="nearest")


def change_sulci(tissues: NDArray[np.uint8], parameters: Ageing) -> None:
    """Turn cortex beside CSF into CSF, or the reverse, where a smooth field says so, in place."""
    if not parameters.sulci:
        return
    winner, loser = (Tissue.CSF, Tissue.CORTEX) if parameters.sulci > 0 else (Tissue.CORTEX, Tissue.CSF)
    share = ndimage.uniform_filter((tissues == winner).astype(np.float32), 3)
    uneven = 0.1 * smooth_field(tissues.shape, 15.0, parameters.seed)
    limit = 0.62 - 0.4 * abs(parameters.sulci) + uneven
    tissues[(tissues == loser) & (share > limit)] = winner
